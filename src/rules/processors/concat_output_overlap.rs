//! AX213.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(213),
    name: "concat-output-overlap",
    severity: Severity::Warning,
    summary: "`in_sequences` share some of their output processors",
    explanation: "\
Layers that are joined by channels write to processors of their own, and layers that are read one \
behind the other or in turns write to the same ones. Masks that overlap in part do neither: in the \
common processors one output follows the other or lies on it, elsewhere not.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000000ff
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
    output_processors: 0x0000000000000ff0
    out_channels: 8
    out_offset: 0x2100
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - in_sequences: [0, 1]
    #             ^^^^^^ AX213
    in_channels: 8
    in_dim: [16, 8]
    in_offset: 0x2000
    processors: 0x00000000000000ff
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000000ff
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
    output_processors: 0x00000000000000ff
    out_channels: 8
    out_offset: 0x2100
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - in_sequences: [0, 1]
    in_channels: 8
    in_dim: [16, 8]
    in_offset: 0x2000
    processors: 0x00000000000000ff
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:720",
    fix: FixAvailability::None,
    // Offsets cannot be compared before the masks are right.
    covers: &[Code(212), Code(309)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Some(joined) = masks::joined(cx, index) else {
            continue;
        };
        if !joined.by_channels() || joined.common == 0 || joined.inputs.len() < 2 {
            continue;
        }
        let mut finding = out.new_finding(
            layer.in_sequences.span().unwrap_or(layer.head),
            index,
            format!(
                "all of `in_sequences` write to processors {}, but each also to others: they are \
                 neither joined by channels nor read from the same processors",
                words::processors(joined.common)
            ),
        );
        for input in &joined.inputs {
            if let Source::Layer(producer) = input.source {
                let place = masks::map_place(cx, producer);
                finding = finding.related(
                    place.span,
                    place.layer,
                    format!(
                        "{} writes to processors {}",
                        cx.network.label(producer),
                        words::processors(input.mask)
                    ),
                );
            }
        }
        out.push(finding);
    }
}
