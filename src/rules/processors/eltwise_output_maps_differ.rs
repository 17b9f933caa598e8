//! The operands of an element-wise operation lie on different processors.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

use super::masks;

/// AX216
pub(super) static RULE: Rule = Rule {
    code: Code(216),
    name: "eltwise-output-maps-differ",
    severity: Severity::Error,
    summary: "the operands of an element-wise operation lie on different processors",
    explanation: "An element-wise operation combines values of one processor's memory: all operands must have the same output mask, and \
     interleave word by word (`write_gap`).",
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
    write_gap: 1
  - processors: 0x0000000000000f00
    output_processors: 0x00000000000000f0
    in_sequences: [0]
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x2004
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: [1, 2]
  #                   ^ AX216
    in_offset: 0x2000
    out_offset: 0x6000
    op: add
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
    write_gap: 1
  - processors: 0x0000000000000f00
    output_processors: 0x000000000000000f
    in_sequences: [0]
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x2004
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: [1, 2]
    in_offset: 0x2000
    out_offset: 0x6000
    op: add
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:765",
    fix: FixAvailability::Sometimes,
    covers: &[Code(212), Code(213), Code(217), Code(309), Code(310)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for join in masks::joins(cx) {
        if !cx.analysis.parameters[join.layer]
            .operands
            .is_ok_and(|operands| operands > 1)
        {
            continue;
        }
        let Some((_, _, first)) = join.inputs.first() else {
            continue;
        };
        let Some((span, _, other)) = join.inputs.iter().find(|(_, _, map)| map != first) else {
            continue;
        };
        let finding = out.new_finding(
            *span,
            join.layer,
            format!(
                "this operand lies on processors {}, the first one on {}: all operands need the same",
                words::processors(*other),
                words::processors(*first)
            ),
        );
        let finding = join.relate(cx, finding);
        out.push(repair::with_masks(cx, finding, &[join.layer]));
    }
}
