//! A streaming layer flattens its input.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX507
pub(super) static RULE: Rule = Rule {
    code: Code(507),
    name: "streaming-flatten",
    severity: Severity::Error,
    summary: "a streaming layer flattens its input",
    explanation: "`flatten` needs the whole image at once, streaming never has it. Flatten in the first layer behind the stream.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [4, 4]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    max_pool: 2
    pool_stride: 2
    streaming: true
  - processors: 0x000000000000000f
    in_channels: 16
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: linear
    flatten: true
  # ^^^^^^^ AX507
    streaming: true
    activate: none
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [4, 4]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    max_pool: 2
    pool_stride: 2
    streaming: true
  - processors: 0x000000000000000f
    in_channels: 16
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: linear
    flatten: true
    activate: none
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:668",
    fix: FixAvailability::None,
    covers: &[Code(505)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        if parameters.streaming == Ok(true) && parameters.flatten == Ok(true) {
            out.report(
                layer.flatten.key().unwrap_or(layer.head),
                index,
                "`flatten` needs the whole input at once and cannot be used with `streaming`",
            );
        }
    }
}
