//! A layer has more input channels than the hardware can handle.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX707
pub(super) static RULE: Rule = Rule {
    code: Code(707),
    name: "max-input-channels",
    severity: Severity::Error,
    summary: "a layer has more input channels than the hardware can handle",
    explanation: "A layer handles up to 1024 input channels in 16 passes, on both chips.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0xffffffffffffffff
    output_processors: 0x000000000000000f
    in_channels: 1028
  #              ^^^^ AX707
    in_dim: [4, 4]
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
  - processors: 0xffffffffffffffff
    output_processors: 0x000000000000000f
    in_channels: 1024
    in_dim: [4, 4]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        shapes: None,
    }],
    source: "max7800x.py:910",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(707) {
        out.report(
            layer.in_channels.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "{} has more than the {} input channels that the hardware can handle",
                cx.network.label(fault.layer),
                cx.device.max_channels
            ),
        );
    }
}
