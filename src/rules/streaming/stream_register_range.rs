//! A register of a streaming layer overflows.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX523
pub(super) static RULE: Rule = Rule {
    code: Code(523),
    name: "stream-register-range",
    severity: Severity::Error,
    summary: "a register of a streaming layer overflows",
    explanation: "Streaming is set up by registers of limited width: the start (14 bits on the MAX78000, 15 on the MAX78002), the \
     step along a row (below 32), the passes of the layers before (below 16), the rollover (17 or 18 bits), the \
     size of the input frame (20 or 22 bits), and the first TRAM word (12 or 14 bits), to which every earlier \
     layer adds its row width times its passes. Narrower data, less pooling or fewer streaming layers help.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [2, 1000]
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x0000000000000f00
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000f000
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x00000000000f0000
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x0000000000f00000
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  #            ^^^^ AX523
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [2, 500]
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x0000000000000f00
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000f000
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x00000000000f0000
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x0000000000f00000
    output_processors: 0x000000000000000f
    out_channels: 4
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
    source: "max7800x.py:2351, max7800x.py:2360, max7800x.py:2362, max7800x.py:2410, max7800x.py:2545, max7800x.py:2029",
    fix: FixAvailability::None,
    covers: &[Code(651), Code(518)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let bits = |bits: u32| 1_i64 << bits;
    let device = cx.device;
    for (index, layer) in cx.executed() {
        let Some(Ok(stream)) = cx.analysis.streams[index] else {
            continue;
        };
        let mut limits = vec![
            ("start value", stream.start, bits(device.stream_start_bits)),
            ("step along a row", stream.delta1, 32),
            ("passes of the layers before", stream.invol, 16),
            ("rollover", stream.rollover, bits(device.rollover_bits)),
            (
                "first TRAM word",
                stream.tram_start,
                bits(device.tram_pointer_bits),
            ),
        ];
        if cx.analysis.graph.previous[index].is_none()
            && let Ok([height, width]) = cx.analysis.shapes[index].in_dim
        {
            limits.push((
                "input frame in pixels",
                height * width,
                bits(device.frame_bits),
            ));
        }
        let Some((what, value, limit)) =
            limits.into_iter().find(|(_, value, limit)| value >= limit)
        else {
            continue;
        };
        out.report(
            layer.streaming.span().unwrap_or(layer.head),
            index,
            format!(
                "streaming needs a {what} of {value}, but the {} can hold less than {limit}",
                device.name
            ),
        );
    }
}
