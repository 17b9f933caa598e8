//! `calcx4` does not exist on the MAX78000.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX702
pub(super) static RULE: Rule = Rule {
    code: Code(702),
    name: "calcx4-unsupported",
    severity: Severity::Error,
    summary: "`calcx4` does not exist on the MAX78000",
    explanation: "`calcx4` reorders the kernels so that four multi-pass outputs are computed at once. The MAX78002 has it. A network that needs it was made for the MAX78002: check the device.",
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
    calcx4: true
  # ^^^^^^ AX702
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
    source: "max7800x.py:221",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.device.extended_features {
        return;
    }
    for (index, layer) in cx.executed() {
        if layer.calcx4.value() == Some(true) {
            let finding = out
                .new_finding(
                    layer.calcx4.key().unwrap_or(layer.head),
                    index,
                    format!("a {} has no `calcx4`", cx.device.name),
                )
                .note("the MAX78002 has it: is this network made for that chip?");
            out.push(finding);
        }
    }
}
