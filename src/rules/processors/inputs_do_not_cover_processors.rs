//! The layers that are read do not write just these processors.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

use super::masks;

/// AX212
pub(super) static RULE: Rule = Rule {
    code: Code(212),
    name: "inputs-do-not-cover-processors",
    severity: Severity::Warning,
    summary: "the layers that are read do not write just these processors",
    explanation: "Where a layer names its inputs, their output masks together should be its `processors`: others read memory that \
     nobody filled, or leave channels unread.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--reshape-inputs\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x00000000000000ff
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
  #             ^^^^^^^^^^^^^^^^^^ AX212
    output_processors: 0x000000000000000f
    in_sequences: [0]
    in_offset: 0x2000
    in_channels: 4
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--reshape-inputs\"
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
    in_sequences: [0]
    in_offset: 0x2000
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:715",
    fix: FixAvailability::Sometimes,
    covers: &[Code(312)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for join in masks::joins(cx) {
        let layer = &cx.network.layers[join.layer];
        let missing = join.mask & !join.union;
        // AX217 tells of processors without data.
        if join.union != join.mask && missing == 0 {
            let finding = out.new_finding(
                layer.processors.span().unwrap_or(layer.head),
                join.layer,
                format!(
                    "the inputs also write processors {}, which `processors` leaves out",
                    words::processors(join.union & !join.mask)
                ),
            );
            let finding = join.relate(cx, finding);
            out.push(repair::with_masks(cx, finding, &[join.layer]));
        }
    }
}
