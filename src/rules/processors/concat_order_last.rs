//! AX215.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::concat_order;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(215),
    name: "concat-order-last",
    severity: Severity::Warning,
    summary: "the output processors of one of `in_sequences` lie between those of an earlier one",
    explanation: "\
Channels that are joined from several layers reach the weights in the order of their processors. \
Where the mask of a later layer lies inside the gaps of an earlier one's, the channels of the two \
are mixed, and no order of `torch.cat` gives the same.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x0000000000f0000f
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x0000000000f0000f
    output_processors: 0x00000000000ff000
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - in_sequences: [0, 1]
    #                 ^ AX215
    processors: 0x0000000000fff00f
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
    output_processors: 0x000000000000ff00
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - in_sequences: [0, 1]
    processors: 0x000000000000ffff
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
    source: "backend/max7800x.py:754",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    concat_order::report(cx, out, "last", |mask| u64::BITS - 1 - mask.leading_zeros());
}
