//! `readahead` does not exist on the MAX78000.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX701
pub(super) static RULE: Rule = Rule {
    code: Code(701),
    name: "readahead-unsupported",
    severity: Severity::Error,
    summary: "`readahead` does not exist on the MAX78000",
    explanation: "`readahead` loads the next input while the hardware still computes. The MAX78002 has it. A network that needs it was made for the MAX78002: check the device.",
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
    readahead: true
  # ^^^^^^^^^ AX701
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
",
        shapes: None,
    }],
    source: "max7800x.py:218",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.device.extended_features {
        return;
    }
    for (index, layer) in cx.executed() {
        if layer.readahead.value() == Some(true) {
            let finding = out
                .new_finding(
                    layer.readahead.key().unwrap_or(layer.head),
                    index,
                    format!("a {} has no `readahead`", cx.device.name),
                )
                .note("the MAX78002 has it: is this network made for that chip?");
            out.push(finding);
        }
    }
}
