//! The last streaming layer of a MAX78000 has no padding.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX505
pub(super) static RULE: Rule = Rule {
    code: Code(505),
    name: "streaming-final-pad",
    severity: Severity::Error,
    summary: "the last streaming layer of a MAX78000 has no padding",
    explanation: "On the MAX78000 the last layer of a stream must have `pad: 1` or more in both directions, or the stream never \
     ends. A Conv1d pads one direction only and can never be that layer. The MAX78002 has no such limit.",
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
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 0
  #      ^ AX505
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
    source: "max7800x.py:368",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.device.streaming_final_pad_zero {
        return;
    }
    for (index, layer) in cx.executed() {
        let Some(Ok(stream)) = cx.analysis.streams[index] else {
            continue;
        };
        let emulated = cx.analysis.hardware[index].is_ok_and(|hardware| hardware.emulates_1x1);
        let Ok(pad) = cx.analysis.parameters[index].pad else {
            continue;
        };
        if stream.last && index <= cx.device.max_streaming_layers && !emulated && pad.contains(&0) {
            let what = if layer.pad.value().is_some_and(|pad| pad > 0) {
                "a Conv1d pads one direction only"
            } else {
                "this one has `pad: 0`"
            };
            out.report(
                layer.pad.span().unwrap_or(layer.head),
                index,
                format!(
                    "the last streaming layer of a {} must pad in both directions, but {what}",
                    cx.device.name
                ),
            );
        }
    }
}
