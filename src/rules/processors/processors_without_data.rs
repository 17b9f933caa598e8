//! A layer reads processors that none of its inputs writes.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

use super::masks;

/// AX217
pub(super) static RULE: Rule = Rule {
    code: Code(217),
    name: "processors-without-data",
    severity: Severity::Error,
    summary: "a layer reads processors that none of its inputs writes",
    explanation: "`processors` names memory that none of the layers in `in_sequences` filled. Those channels hold whatever was there \
     before.",
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
  - processors: 0x000000000000001e
  #             ^^^^^^^^^^^^^^^^^^ AX217
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
    source: "max7800x.py:783",
    fix: FixAvailability::Sometimes,
    covers: &[Code(212), Code(358), Code(309)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for join in masks::joins(cx) {
        let missing = join.mask & !join.union;
        if missing == 0 {
            continue;
        }
        let layer = &cx.network.layers[join.layer];
        let finding = out.new_finding(
            layer.processors.span().unwrap_or(layer.head),
            join.layer,
            format!(
                "processors {} are read, but none of the inputs writes them",
                words::processors(missing)
            ),
        );
        let finding = join.relate(cx, finding);
        out.push(repair::with_masks(cx, finding, &[join.layer]));
    }
}
