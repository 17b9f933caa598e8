//! A streaming layer steps too far from row to row.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX522
pub(super) static RULE: Rule = Rule {
    code: Code(522),
    name: "stream-delta2",
    severity: Severity::Error,
    summary: "a streaming layer steps too far from row to row",
    explanation: "Between two rows of its input a streaming layer waits for `delta2` pixels: about (pool_stride - 1) rows. \
     The register holds values below 4096 on the MAX78000 and below 16384 on the MAX78002. Pool less, or in \
     two layers.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [304, 304]
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
    max_pool: 2
    pool_stride: 16
  #              ^^ AX522
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
    max_pool: 2
    pool_stride: 2
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
    source: "max7800x.py:2364",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Some(Ok(stream)) = cx.analysis.streams[index] else {
            continue;
        };
        let limit = 1 << cx.device.stream_delta2_bits;
        if stream.delta2 >= limit {
            out.report(
                layer.pool_stride.span().unwrap_or(layer.head),
                index,
                format!(
                    "streaming needs a step of {} pixels between two rows, but the {} can step less than \
                     {limit}",
                    stream.delta2, cx.device.name
                ),
            );
        }
    }
}
