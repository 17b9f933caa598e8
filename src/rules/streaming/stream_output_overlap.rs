//! The output of the last streaming layer reaches its own ring buffer.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::buffers;

/// AX517
pub(super) static RULE: Rule = Rule {
    code: Code(517),
    name: "stream-output-overlap",
    severity: Severity::Error,
    summary: "the output of the last streaming layer reaches its own ring buffer",
    explanation: "The network ends with a streaming layer whose output lies below its input in the same processors. The output \
     grows while the layer still reads its ring buffer: it must end before `in_offset`.",
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
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x1800
  #             ^^^^^^ AX517
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
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
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:2440",
    fix: FixAvailability::Sometimes,
    covers: &[Code(516), Code(521)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for ring in buffers::rings(cx) {
        let memory = &cx.analysis.memory[ring.layer];
        let (Some((in_offset, out_offset)), Ok(bytes)) =
            (ring.shared_offsets(cx), memory.output_bytes)
        else {
            continue;
        };
        let ends_here = cx.analysis.graph.final_layer == Some(ring.layer);
        if !ends_here || in_offset < out_offset - ring.out_ignore || out_offset + bytes < in_offset
        {
            continue;
        }
        let layer = &cx.network.layers[ring.layer];
        let finding = out
            .new_finding(
                layer.out_offset.span().unwrap_or(layer.head),
                ring.layer,
                format!(
                    "the output of {} takes {bytes} bytes from {} on and reaches its ring buffer at {}",
                    cx.network.label(ring.layer),
                    words::offset(out_offset),
                    words::offset(in_offset)
                ),
            )
            .note(ring.arithmetic());
        let finding = buffers::with_moves(cx, finding, Some(ring.layer), &[ring.layer]);
        out.push(ring.judge(cx, finding));
    }
}
