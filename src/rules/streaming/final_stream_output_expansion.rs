//! The output of a stream takes several passes, which the overlap check leaves out.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX554
pub(super) static RULE: Rule = Rule {
    code: Code(554),
    name: "final-stream-output-expansion",
    severity: Severity::Information,
    summary: "the output of a stream takes several passes, which the overlap check leaves out",
    explanation: "The vendor's tool checks that the output of the last streaming layer stays clear of the ring buffers, but \
     counts one pass of it only. With more than 64 output channels the output is that many times larger: \
     check by hand that it fits.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 16
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    out_channels: 100
    out_offset: 0x4000
  #             ^^^^^^ AX554
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000fffffffffffff
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
    source: "max7800x.py:2497",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Some(Ok(stream)) = cx.analysis.streams[index] else {
            continue;
        };
        let Ok(spread) = cx.analysis.memory[index].output_spread else {
            continue;
        };
        if stream.last && spread.passes > 1 {
            out.report(
                layer.out_offset.span().unwrap_or(layer.head),
                index,
                format!(
                    "the output of the stream takes {} passes, of which the overlap check of the vendor's \
                     tool counts one",
                    spread.passes
                ),
            );
        }
    }
}
