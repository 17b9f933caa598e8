//! Binary weights do not exist on the MAX78000.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX705
pub(super) static RULE: Rule = Rule {
    code: Code(705),
    name: "binary-unsupported",
    severity: Severity::Error,
    summary: "binary weights do not exist on the MAX78000",
    explanation: "`quantization: bin` (weights of -1 and +1) works on the MAX78002 only. Use 1-bit weights on the MAX78000.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    quantization: bin
  #               ^^^ AX705
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    quantization: 1
",
        shapes: None,
    }],
    source: "max7800x.py:406",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.device.extended_features {
        return;
    }
    for (index, layer) in cx.executed() {
        if layer.quantization.value() == Some(-1) {
            out.report(
                layer.quantization.span().unwrap_or(layer.head),
                index,
                format!("a {} has no binary weights", cx.device.name),
            );
        }
    }
}
