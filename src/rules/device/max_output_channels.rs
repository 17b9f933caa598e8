//! A layer has more output channels than the hardware can handle.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX708
pub(super) static RULE: Rule = Rule {
    code: Code(708),
    name: "max-output-channels",
    severity: Severity::Error,
    summary: "a layer has more output channels than the hardware can handle",
    explanation: "A layer handles up to 1024 output channels in 16 passes, on both chips.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0xffffffffffffffff
    in_channels: 3
    in_dim: [4, 4]
    out_channels: 1028
  #               ^^^^ AX708
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
  - processors: 0x0000000000000007
    output_processors: 0xffffffffffffffff
    in_channels: 3
    in_dim: [4, 4]
    out_channels: 1024
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        shapes: None,
    }],
    source: "max7800x.py:913",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(708) {
        out.report(
            layer.out_channels.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "{} has more than the {} output channels that the hardware can handle",
                cx.network.label(fault.layer),
                cx.device.max_channels
            ),
        );
    }
}
