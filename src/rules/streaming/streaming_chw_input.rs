//! A streaming CHW input has more channels than a FIFO feeds.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX555
pub(super) static RULE: Rule = Rule {
    code: Code(555),
    name: "streaming-chw-input",
    severity: Severity::Information,
    summary: "a streaming CHW input has more channels than a FIFO feeds",
    explanation: "In CHW format the FIFO feeds four channels at most. Use HWC, which feeds up to 16.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000011111
    in_channels: 5
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: CHW
  #              ^^^ AX555
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
    source: "README, FIFOs",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some((index, layer)) = cx.executed().next() else {
        return;
    };
    let parameters = &cx.analysis.parameters[index];
    // With known flags AX510 judges.
    if cx.facts.flags.is_none()
        && parameters.streaming == Ok(true)
        && parameters.chw == Ok(true)
        && let Ok(channels @ 5..) = cx.analysis.shapes[index].stored_channels
    {
        out.report(
            layer.data_format.span().unwrap_or(layer.head),
            index,
            format!("a FIFO feeds four channels in CHW format, but the network has {channels}"),
        );
    }
}
