//! AX703.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(703),
    name: "snoop-unsupported",
    severity: Severity::Error,
    summary: "the MAX78000 has no snoop unit",
    explanation: "\
`snoop` sets up a unit that watches data on its way through the accelerator, for tests of the \
hardware. Only the MAX78002 has it. A file that uses it was made for the MAX78002, so no limits of \
the MAX78000 are checked in it.",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78000
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000

snoop: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
# <- AX703
"
        ),
        good: network!(
            r"
  # ai8x-lint: device=MAX78000
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:233",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(key) = cx.network.snoop.key() else {
        return;
    };
    if cx.device.extended_features {
        return;
    }
    let message = format!(
        "the {} has no snoop unit; the MAX78002 has one",
        cx.device.name
    );
    let finding = out.new_finding(key, None, message);
    out.push(match edits::delete_entry(cx, key) {
        Some(edit) => finding.fix(Applicability::Unsafe, "Delete `snoop`", edit),
        None => finding,
    });
}
