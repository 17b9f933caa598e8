//! The ring buffer of a streaming layer runs past its memory instance.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::buffers;

/// AX518
pub(super) static RULE: Rule = Rule {
    code: Code(518),
    name: "rollover-exceeds-memory",
    severity: Severity::Error,
    summary: "the ring buffer of a streaming layer runs past its memory instance",
    explanation: "The ring buffer of a streaming layer takes `rollover` words from `in_offset` on. It must end inside the \
     memory instance: lower the `out_offset` of the layer before.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [32, 32]
    out_channels: 16
    out_offset: 0x7f00
  #             ^^^^^^ AX518
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [32, 32]
    out_channels: 16
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:2451",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for ring in buffers::rings(cx) {
        let end = ring.in_offset + ring.bytes;
        if end < cx.device.instance_bytes {
            continue;
        }
        let finding = buffers::at_input(
            cx,
            out,
            &ring,
            format!(
                "the ring buffer of {} runs from {} to {}, but an instance ends at {}",
                cx.network.label(ring.layer),
                words::offset(ring.in_offset),
                words::offset(end),
                words::offset(cx.device.instance_bytes)
            ),
        )
        .note(ring.arithmetic());
        out.push(ring.judge(cx, finding));
    }
}
