//! The layer names its inputs but not where they lie.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

/// AX359
pub(super) static RULE: Rule = Rule {
    code: Code(359),
    name: "in-offset-defaults-to-previous",
    severity: Severity::Warning,
    summary: "the layer names its inputs but not where they lie",
    explanation: "Where `in_offset` is left out, the layer reads where the layer that ran just before wrote, even if `in_sequences` names \
     another one.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x000000000000000f
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: [0]
  #               ^^^ AX359
    out_channels: 4
    out_offset: 0x6000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x000000000000000f
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: [0]
    in_offset: 0x2000
    out_channels: 4
    out_offset: 0x6000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
",
        model: None,
        shapes: None,
    }],
    source: "izer.py:440",
    fix: FixAvailability::Sometimes,
    covers: &[Code(358), Code(309), Code(310)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Some(previous), true, Some(first)) = (
            cx.analysis.graph.previous[index],
            layer.in_offset.is_absent() && !layer.in_sequences.is_absent(),
            cx.analysis.graph.inputs[index].first(),
        ) else {
            continue;
        };
        let Ok(Source::Layer(source)) = first.source else {
            continue;
        };
        let (Ok(reads), Ok(written)) = (
            cx.analysis.memory[previous].out_offset,
            cx.analysis.memory[source].out_offset,
        ) else {
            continue;
        };
        if source == previous || reads == written {
            continue;
        }
        let text = words::offset(written);
        let mut finding = out
            .new_finding(
                layer.in_sequences.span().unwrap_or(layer.head),
                index,
                format!(
                    "without `in_offset` {} reads at {}, where {} wrote, but its input lies at {text}",
                    cx.network.label(index),
                    words::offset(reads),
                    cx.network.label(previous)
                ),
            )
            .related(
                cx.network.layers[source].out_offset.span().unwrap_or(cx.network.layers[source].head),
                source,
                "the input",
            );
        if let Some(edits) = edits::insert_key(cx, layer, &format!("in_offset: {text}")) {
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Add `in_offset: {text}`"),
                edits,
            );
        }
        out.push(finding);
    }
}
