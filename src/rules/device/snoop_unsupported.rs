//! `snoop` does not exist on the MAX78000.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX703
pub(super) static RULE: Rule = Rule {
    code: Code(703),
    name: "snoop-unsupported",
    severity: Severity::Error,
    summary: "`snoop` does not exist on the MAX78000",
    explanation: "`snoop` sets up the address snooping of the MAX78002. A network that needs it was made for that chip.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
snoop: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
# <- AX703
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
    source: "max7800x.py:233",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if let Some(key) = cx.network.snoop.key()
        && !cx.device.extended_features
    {
        let finding = out
            .new_finding(key, None, format!("a {} has no `snoop`", cx.device.name))
            .note("the MAX78002 has it: is this network made for that chip?");
        out.push(finding);
    }
}
