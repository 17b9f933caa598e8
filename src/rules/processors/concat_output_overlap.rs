//! The inputs of a concatenation share some processors.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

use super::masks;

/// AX213
pub(super) static RULE: Rule = Rule {
    code: Code(213),
    name: "concat-output-overlap",
    severity: Severity::Warning,
    summary: "the inputs of a concatenation share some processors",
    explanation: "Concatenated inputs lie on different processors (or, all on the same ones, interleave word by word). Where they \
     share only some, one overwrites the other.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x0000000000000f00
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x0000000000000f00
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x0000000000000f00
    output_processors: 0x0000000000000078
    in_sequences: [0]
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
    output_processors: 0x000000000000000f
    in_sequences: [1, 2]
  #               ^^^^^^ AX213
    in_offset: 0x2000
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
    output_processors: 0x0000000000000f00
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x0000000000000f00
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x0000000000000f00
    output_processors: 0x00000000000000f0
    in_sequences: [0]
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
    output_processors: 0x000000000000000f
    in_sequences: [1, 2]
    in_offset: 0x2000
    out_channels: 4
    out_offset: 0x6000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:720",
    fix: FixAvailability::Sometimes,
    covers: &[
        Code(212),
        Code(214),
        Code(215),
        Code(217),
        Code(309),
        Code(358),
        Code(304),
        Code(351),
    ],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for join in masks::joins(cx) {
        if join.common == join.mask || join.common == 0 || join.inputs.len() < 2 {
            continue;
        }
        if cx.analysis.parameters[join.layer].operands != Ok(1) {
            // AX216 tells of operands with different masks.
            continue;
        }
        let layer = &cx.network.layers[join.layer];
        let finding = out.new_finding(
            layer.in_sequences.span().unwrap_or(layer.head),
            join.layer,
            format!(
                "all inputs of the concatenation write processors {}, but each channel needs its own",
                words::processors(join.common)
            ),
        );
        let finding = join.relate(cx, finding);
        out.push(repair::with_masks(cx, finding, &[join.layer]));
    }
}
