//! Two passthrough layers follow each other.

use crate::analysis::{Next, Operator};
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX903
pub(super) static RULE: Rule = Rule {
    code: Code(903),
    name: "consecutive-passthrough",
    severity: Severity::Information,
    summary: "two passthrough layers follow each other",
    explanation: "Each layer costs time, and there are only so many of them. Two passthroughs in a row, the first of which nobody \
     else reads, can usually be one.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    out_offset: 0x2000
    op: passthrough
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x4000
    op: passthrough
  #     ^^^^^^^^^^^ AX903
",
        good: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
    op: passthrough
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:516",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, next) in pairs(cx) {
        let layer = &cx.network.layers[next];
        let finding = out
            .new_finding(
                layer.op.span().unwrap_or(layer.head),
                next,
                format!(
                    "{} and {} are both passthroughs: one layer may do",
                    cx.network.label(index),
                    cx.network.label(next)
                ),
            )
            .related(
                cx.network.layers[index].head,
                index,
                "the first passthrough",
            );
        out.push(finding);
    }
}

/// Passthrough layers directly followed by another, which nobody names in `in_sequences`.
pub(super) fn pairs(cx: &Context) -> Vec<(usize, usize)> {
    let passes = |layer: usize| cx.analysis.parameters[layer].operator == Ok(Operator::Passthrough);
    cx.executed()
        .filter_map(|(index, _)| match cx.analysis.graph.next[index] {
            Next::Layer(next) if cx.analysis.graph.runs(next) => Some((index, next)),
            _ => None,
        })
        .filter(|&(index, next)| passes(index) && passes(next))
        .filter(|&(index, _)| {
            !cx.analysis
                .graph
                .inputs
                .iter()
                .flatten()
                .any(|input| input.span.is_some() && input.source == Ok(Source::Layer(index)))
        })
        .collect()
}
