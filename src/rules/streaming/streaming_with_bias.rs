//! A streaming layer of a MAX78000 has a bias.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX524
pub(super) static RULE: Rule = Rule {
    code: Code(524),
    name: "streaming-with-bias",
    severity: Severity::Warning,
    summary: "a streaming layer of a MAX78000 has a bias",
    explanation: "On the MAX78000 a bias in a streaming layer does not work reliably. Train the streaming layers without bias, or \
     end the stream before.",
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
  #            ^^^^ AX524
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
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
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
        shapes: Some(
            r#"{"input":[1,32,32],"weights":[{"in":1,"out":16,"kernel":[3,3],"bits":8,"bias":true},{"in":16,"out":16,"kernel":[3,3],"bits":8,"bias":false},{"in":16,"out":16,"kernel":[3,3],"bits":8,"bias":false}]}"#,
        ),
    }],
    source: "kbias.py:223",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.device.streaming_bias {
        return;
    }
    for (index, layer) in cx.executed() {
        let has_bias =
            matches!(&cx.analysis.weights[index], Ok(Some(weight)) if weight.bias == Some(true));
        if has_bias && cx.analysis.parameters[index].streaming == Ok(true) {
            out.report(
                layer.streaming.span().unwrap_or(layer.head),
                index,
                format!(
                    "{} streams and has a bias, which a {} does not add reliably",
                    cx.network.label(index),
                    cx.device.name
                ),
            );
        }
    }
}
