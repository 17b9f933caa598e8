//! AX214.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::concat_order;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(214),
    name: "concat-order-first",
    severity: Severity::Warning,
    summary: "`in_sequences` is not in the order of the output processors",
    explanation: "\
Channels that are joined from several layers reach the weights in the order of their processors, \
whatever the order in `in_sequences`. The model's `torch.cat` has an order, too, and the vendor's \
tool takes that of `in_sequences` for it: list the layer with the lowest processors first, and let \
the masks follow the order of the model.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    output_processors: 0x0000000000000f00
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - in_sequences: [1, 0]
    #                 ^ AX214
    processors: 0x0000000000000ff0
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
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    output_processors: 0x0000000000000f00
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - in_sequences: [0, 1]
    processors: 0x0000000000000ff0
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
    source: "backend/max7800x.py:749",
    fix: FixAvailability::None,
    covers: &[Code(215)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    concat_order::report(cx, out, "first", u64::trailing_zeros);
}
