//! A network that starts behind its first layer streams.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX508
pub(super) static RULE: Rule = Rule {
    code: Code(508),
    name: "streaming-start-layer",
    severity: Severity::Error,
    summary: "a network that starts behind its first layer streams",
    explanation: "With `--start-layer` the network begins at a later layer; streaming is possible from layer 0 only.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--allow-streaming --start-layer 1\"
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [8, 8]
    out_channels: 1
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [8, 8]
    output_processors: 0x0000000000000001
    out_channels: 1
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  #            ^^^^ AX508
",
        good: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--start-layer 1\"
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [8, 8]
    out_channels: 1
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [8, 8]
    output_processors: 0x0000000000000001
    out_channels: 1
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:344",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.analysis.flags.start_layer == 0 {
        return;
    }
    for (index, layer) in cx.executed() {
        if cx.analysis.parameters[index].streaming == Ok(true) {
            out.report(
                layer.streaming.span().unwrap_or(layer.head),
                index,
                format!(
                    "streaming is possible from layer 0 on only, but the flags say `--start-layer {}`",
                    cx.analysis.flags.start_layer
                ),
            );
        }
    }
}
