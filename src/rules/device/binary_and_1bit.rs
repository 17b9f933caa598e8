//! Binary and 1-bit weights in one network.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX706
pub(super) static RULE: Rule = Rule {
    code: Code(706),
    name: "binary-and-1bit",
    severity: Severity::Error,
    summary: "binary and 1-bit weights in one network",
    explanation: "Binary weights (-1 and +1) and 1-bit weights (-1 and 0) exclude each other: one register sets the meaning for all \
     layers.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--timer 0\"
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    quantization: bin
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    quantization: 1
  #               ^ AX706
",
        good: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--timer 0\"
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    quantization: bin
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    quantization: bin
",
        shapes: None,
    }],
    source: "max7800x.py:431",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let binary = cx
        .executed()
        .find(|(_, layer)| layer.quantization.value() == Some(-1));
    let Some((first, binary)) = binary.filter(|_| cx.device.extended_features) else {
        return;
    };
    for (index, layer) in cx.executed() {
        if layer.quantization.value() == Some(1) {
            let finding = out
                .new_finding(
                    layer.quantization.span().unwrap_or(layer.head),
                    index,
                    "1-bit weights cannot be used beside binary ones",
                )
                .related(
                    binary.quantization.span().unwrap_or(binary.head),
                    first,
                    "binary weights",
                );
            out.push(finding);
        }
    }
}
