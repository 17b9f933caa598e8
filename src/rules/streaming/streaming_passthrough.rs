//! A passthrough layer streams on a MAX78002.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX506
pub(super) static RULE: Rule = Rule {
    code: Code(506),
    name: "streaming-passthrough",
    severity: Severity::Error,
    summary: "a passthrough layer streams on a MAX78002",
    explanation: "The MAX78002 cannot stream through a layer without convolution. Give the layer a convolution, or end the \
     stream before it.",
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
  - processors: 0x000000000000ffff
    out_offset: 0x4000
    op: passthrough
  #     ^^^^^^^^^^^ AX506
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
    source: "max7800x.py:373",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        if !cx.device.streaming_passthrough
            && parameters.streaming == Ok(true)
            && parameters.operator == Ok(Operator::Passthrough)
        {
            out.report(
                layer.op.span().unwrap_or(layer.head),
                index,
                format!(
                    "a {} cannot stream through a passthrough layer",
                    cx.device.name
                ),
            );
        }
    }
}
