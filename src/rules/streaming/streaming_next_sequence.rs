//! A streaming layer jumps to another layer than the next one.

use crate::analysis::Next;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX503
pub(super) static RULE: Rule = Rule {
    code: Code(503),
    name: "streaming-next-sequence",
    severity: Severity::Error,
    summary: "a streaming layer jumps to another layer than the next one",
    explanation: "A streaming layer hands its output to the layer behind it, pixel by pixel. `next_sequence` must therefore be \
     absent, `stop`, or the number of the very next layer.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--fifo\"
arch: ai87examplenet
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
    next_sequence: 2
  #                ^ AX503
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4000
    next_sequence: stop
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x0000
    next_sequence: 1
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--fifo\"
arch: ai87examplenet
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
    source: "max7800x.py:348",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let streams = cx.analysis.parameters[index].streaming == Ok(true);
        if let Next::Layer(next) = cx.analysis.graph.next[index]
            && streams
            && index <= cx.device.max_streaming_layers
            && next != index + 1
        {
            out.report(
                layer.next_sequence.span().unwrap_or(layer.head),
                index,
                format!(
                    "a streaming layer must be followed by layer {}, not by {}",
                    index + 1,
                    cx.network.label(next)
                ),
            );
        }
    }
}
