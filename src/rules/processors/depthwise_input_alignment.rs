//! A depth-wise mask that spans quadrants does not start at a multiple of 4.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair};

/// AX206
pub(super) static RULE: Rule = Rule {
    code: Code(206),
    name: "depthwise-input-alignment",
    severity: Severity::Error,
    summary: "a depth-wise mask that spans quadrants does not start at a multiple of 4",
    explanation: "A depth-wise layer that reads more than 16 processor positions must start at a multiple of 4, so that each memory \
     is read in step.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--timer 0\"
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x000000000003fffe
  #             ^^^^^^^^^^^^^^^^^^ AX206
    output_processors: 0x000000000001ffff
    in_channels: 17
    in_dim: [8, 8]
    out_channels: 17
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    groups: 17
",
        good: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--timer 0\"
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x000000000001ffff
    output_processors: 0x000000000001ffff
    in_channels: 17
    in_dim: [8, 8]
    out_channels: 17
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    groups: 17
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:973",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(206) {
        let (Some(mask), Some(span)) = (layer.processors.value(), layer.processors.span()) else {
            continue;
        };
        let first = mask.trailing_zeros();
        let wide = u64::BITS - mask.leading_zeros() - first;
        let finding = out.new_finding(
            span,
            fault.layer,
            format!(
                "a depth-wise mask over {wide} processors, more than 16, must start at a multiple of \
                 4, not at processor {first}"
            ),
        );
        out.push(repair::with_masks(cx, finding, &[fault.layer]));
    }
}
