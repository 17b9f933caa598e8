//! AX156.

use crate::analysis::Next;
use crate::diagnostic::{Code, Severity};
use crate::network::{Source, Target};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(156),
    name: "jump-with-in-sequences",
    severity: Severity::Warning,
    summary: "`in_sequences` names a layer that jumps elsewhere",
    explanation: "\
The simulation of the vendor's tool keeps each output under the number of the layer that runs next, \
and `in_sequences` looks for the output of layer N at N+1. After a jump the output lies elsewhere: \
the tool crashes where that place is empty (an error), or simulates with the output of another \
layer, so that the known-answer test fails though the chip computes what the file says. Let the \
layers that are named in `in_sequences` go on with the next one.",
    examples: &[Example {
        bad: network!(
            r#"
  # ai8x-lint: device=MAX78002
  # ai8x-lint: flags=""
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
    next_sequence: 2
  - name: late
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
    next_sequence: stop
  - name: early
    op: Conv2d
    in_sequences: stem
    #             ^^^^ AX156
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
    next_sequence: 1
"#
        ),
        good: network!(
            r#"
  # ai8x-lint: device=MAX78002
  # ai8x-lint: flags=""
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
    next_sequence: 2
  - name: late
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
    next_sequence: stop
  - name: early
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
    next_sequence: 1
"#
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:2935",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let order = &cx.analysis.graph.order;
    for (time, &reader) in order.iter().enumerate() {
        for listed in references::listed(cx, reader).unwrap_or_default() {
            let Source::Layer(source) = listed.source else {
                continue;
            };
            let Some(next) = simulated_next(cx, source) else {
                continue;
            };
            if next == source + 1 {
                continue;
            }
            // The place holds the input, or what another layer left there.
            let is_filled = order.first() == Some(&(source + 1))
                || order[..time]
                    .iter()
                    .any(|&layer| simulated_next(cx, layer) == Some(source + 1));
            let label = cx.network.label(source);
            let mut finding = out.new_finding(
                listed.span,
                reader,
                format!(
                    "{label} goes on with layer {next}, so the tool's simulation does not find its \
                     output here"
                ),
            );
            if !is_filled {
                finding.severity = Severity::Error;
            }
            let layer = &cx.network.layers[source];
            if let Some(jump) = layer
                .simulated_sequence
                .entry()
                .or(layer.next_sequence.entry())
            {
                finding = finding.related(jump, source, format!("{label} jumps here"));
            }
            out.push(finding);
        }
    }
}

/// The layer that the tool's simulation runs behind a layer.
fn simulated_next(cx: &Context, layer: usize) -> Option<usize> {
    match cx.network.layers[layer].simulated_sequence.get() {
        Some(Target::Layer(reference)) => match cx.network.resolve(reference) {
            Ok(Source::Layer(next)) => Some(next),
            _ => None,
        },
        Some(Target::Stop) => None,
        None => match cx.analysis.graph.next[layer] {
            Next::Layer(next) => Some(next),
            Next::Stop => None,
        },
    }
}
