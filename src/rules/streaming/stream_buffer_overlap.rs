//! Two ring buffers of a stream overlap.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::buffers;

/// AX519
pub(super) static RULE: Rule = Rule {
    code: Code(519),
    name: "stream-buffer-overlap",
    severity: Severity::Error,
    summary: "two ring buffers of a stream overlap",
    explanation: "All layers of a stream run at once, so each needs a ring buffer of its own. Two buffers in the same memory \
     instances must not share a word. `--overlap-data` turns the vendor's error into a warning.",
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
    out_offset: 0x0004
  #             ^^^^^^ AX519
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000001fffe
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
  - processors: 0x000000000001fffe
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
    source: "max7800x.py:2471",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let rings = buffers::rings(cx);
    for (position, ring) in rings.iter().enumerate() {
        for other in &rings[..position] {
            let meet = ring.in_offset <= other.in_offset + other.bytes
                && other.in_offset <= ring.in_offset + ring.bytes;
            if !meet || ring.instances & other.instances == 0 {
                continue;
            }
            let finding = buffers::at_input(
                cx,
                out,
                ring,
                format!(
                    "the ring buffer of {} ({} to {}) overlaps that of {} ({} to {})",
                    cx.network.label(ring.layer),
                    words::offset(ring.in_offset),
                    words::offset(ring.in_offset + ring.bytes),
                    cx.network.label(other.layer),
                    words::offset(other.in_offset),
                    words::offset(other.in_offset + other.bytes),
                ),
            )
            .related(
                cx.network.layers[other.layer].head,
                other.layer,
                other.arithmetic(),
            )
            .note(ring.arithmetic());
            let finding = buffers::with_moves(cx, finding, None, &[ring.layer, other.layer]);
            out.push(ring.judge_overlap(cx, finding));
        }
    }
}
