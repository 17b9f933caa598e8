//! The last processors of a concatenation come in another order than its inputs.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair};

use super::masks;

/// AX215
pub(super) static RULE: Rule = Rule {
    code: Code(215),
    name: "concat-order-last",
    severity: Severity::Warning,
    summary: "the last processors of a concatenation come in another order than its inputs",
    explanation: "As AX214, for the highest processor of each input: an input that is named later ends on a lower processor than one \
     named before it.",
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
    output_processors: 0x0000000000001007
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
  - processors: 0x00000000000010f7
    output_processors: 0x000000000000000f
    in_sequences: [1, 2]
  #               ^^^^^^ AX215
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
    source: "max7800x.py:754",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for join in masks::joins(cx) {
        let parameters = &cx.analysis.parameters[join.layer];
        if parameters.operands != Ok(1) || parameters.write_gap != Ok(0) {
            continue;
        }
        let swapped = join
            .inputs
            .windows(2)
            .find(|pair| pair[1].2.leading_zeros() > pair[0].2.leading_zeros());
        let Some([(_, _, before), (_, _, after)]) = swapped else {
            continue;
        };
        let layer = &cx.network.layers[join.layer];
        let last = |mask: &u64| 63 - mask.leading_zeros();
        let finding = out.new_finding(
            layer.in_sequences.span().unwrap_or(layer.head),
            join.layer,
            format!(
                "an input that ends at processor {} is named before one that ends at {}",
                last(before),
                last(after)
            ),
        );
        let finding = join.relate(cx, finding);
        out.push(repair::with_masks(cx, finding, &[join.layer]));
    }
}
