//! The ring buffer of a streaming layer reaches its own output.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::buffers;

/// AX516
pub(super) static RULE: Rule = Rule {
    code: Code(516),
    name: "stream-io-overlap",
    severity: Severity::Error,
    summary: "the ring buffer of a streaming layer reaches its own output",
    explanation: "A streaming layer reads a ring buffer of `rollover` words at `in_offset`. Where it reads and writes the same \
     processors, the buffer must end before `out_offset`, or the other way round. The rollover grows with the \
     width of the data and with pooling.",
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
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x2100
  #             ^^^^^^ AX516
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
    source: "max7800x.py:2418, max7800x.py:2428",
    fix: FixAvailability::Sometimes,
    covers: &[Code(519), Code(520), Code(521)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for ring in buffers::rings(cx) {
        let Some((in_offset, out_offset)) = ring.shared_offsets(cx) else {
            continue;
        };
        let before = out_offset - ring.out_ignore;
        let (first, second, end) = if in_offset < before {
            ("input", "output", in_offset + ring.bytes)
        } else {
            ("output", "input", out_offset + ring.bytes)
        };
        let limit = if in_offset < before {
            before
        } else {
            in_offset
        };
        if end < limit {
            continue;
        }
        let layer = &cx.network.layers[ring.layer];
        let finding = out
            .new_finding(
                layer.out_offset.span().unwrap_or(layer.head),
                ring.layer,
                format!(
                    "the {first} of {} runs to {} and meets its {second} at {}: they use the same \
                     processors",
                    cx.network.label(ring.layer),
                    words::offset(end),
                    words::offset(limit)
                ),
            )
            .note(ring.arithmetic());
        let finding = buffers::with_moves(cx, finding, Some(ring.layer), &[ring.layer]);
        out.push(ring.judge(cx, finding));
    }
}
