//! The output of a stream overlaps one of its ring buffers.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::buffers;

/// AX521
pub(super) static RULE: Rule = Rule {
    code: Code(521),
    name: "stream-output-hits-buffer",
    severity: Severity::Error,
    summary: "the output of a stream overlaps one of its ring buffers",
    explanation: "The last layer of a stream writes its whole output while the layers before it still read their ring buffers. \
     The output must not touch any of them. `--overlap-data` turns the vendor's error into a warning.",
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
    out_offset: 0x0000
  #             ^^^^^^ AX521
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x6000
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
    source: "max7800x.py:2501",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let rings = buffers::rings(cx);
    for last in rings.iter().filter(|ring| ring.stream.last) {
        let memory = &cx.analysis.memory[last.layer];
        let (Ok(start), Ok(map), Ok([height, width]), Ok(bits)) = (
            memory.out_offset,
            memory.output_map,
            cx.analysis.shapes[last.layer].out_dim,
            cx.analysis.parameters[last.layer].output_width,
        ) else {
            continue;
        };
        // As the vendor's tool counts: one pass only (AX554 says so where there are more).
        let end = start + (height * width + last.out_pad) * 4 * bits / 8;
        let mut hit = rings
            .iter()
            .take_while(|ring| ring.layer <= last.layer)
            .filter(|ring| {
                start <= ring.in_offset + ring.bytes
                    && ring.in_offset <= end
                    && ring.instances & buffers::instances(map) != 0
            });
        // One offset is wrong, however many buffers it hits.
        let Some(ring) = hit.next() else {
            continue;
        };
        let layer = &cx.network.layers[last.layer];
        let mut finding = out
            .new_finding(
                layer.out_offset.span().unwrap_or(layer.head),
                last.layer,
                format!(
                    "the output of {} ({} to {}) overlaps the ring buffer of {} ({} to {})",
                    cx.network.label(last.layer),
                    words::offset(start),
                    words::offset(end),
                    cx.network.label(ring.layer),
                    words::offset(ring.in_offset),
                    words::offset(ring.in_offset + ring.bytes),
                ),
            )
            .related(
                cx.network.layers[ring.layer].head,
                ring.layer,
                ring.arithmetic(),
            );
        for more in hit {
            finding = finding.related(
                cx.network.layers[more.layer].head,
                more.layer,
                format!("overlaps this buffer too: {}", more.arithmetic()),
            );
        }
        let finding = buffers::with_moves(cx, finding, Some(last.layer), &[ring.layer]);
        out.push(ring.judge_overlap(cx, finding));
    }
}
