//! A layer streams although the one before it does not.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX502
pub(super) static RULE: Rule = Rule {
    code: Code(502),
    name: "streaming-after-normal",
    severity: Severity::Error,
    summary: "a layer streams although the one before it does not",
    explanation: "Streaming layers form one run from the first layer on: each passes its output on while it still computes. \
     Behind a layer that does not stream the whole input lies in memory already, and the hardware has no way \
     to start a stream there. Make all earlier layers stream, or none from here on.",
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
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  #            ^^^^ AX502
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
    source: "izer.py:447",
    fix: FixAvailability::None,
    // How the stream lies in memory is asked once it starts where it can.
    covers: &[
        Code(505),
        Code(516),
        Code(517),
        Code(518),
        Code(519),
        Code(521),
        Code(522),
        Code(523),
        Code(551),
    ],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.analysis.flags.ignore_streaming {
        return;
    }
    for (index, layer) in cx.executed() {
        let Some(previous) = cx.analysis.graph.previous[index] else {
            continue;
        };
        let streams = |layer: usize| cx.analysis.parameters[layer].streaming;
        if streams(index) == Ok(true) && streams(previous) == Ok(false) {
            let before = &cx.network.layers[previous];
            let finding = out
                .new_finding(
                    layer.streaming.span().unwrap_or(layer.head),
                    index,
                    format!(
                        "{} streams, but {} before it does not: a stream starts at the first layer",
                        cx.network.label(index),
                        cx.network.label(previous)
                    ),
                )
                .related(before.head, previous, "this layer does not stream");
            out.push(finding);
        }
    }
}
