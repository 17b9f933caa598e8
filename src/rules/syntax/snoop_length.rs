//! AX047.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::problem_text;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(47),
    name: "snoop-length",
    severity: Severity::Error,
    summary: "`snoop` is no list of 32 numbers",
    explanation: "\
`snoop` holds the values of the 32 registers of the MAX78002's snoop unit. The vendor's tool fails \
with an assertion unless there are exactly 32 numbers. The MAX78000 has no such unit.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78002
arch: demo
dataset: demo
snoop: [0, 1, 2]
#      ^ AX047

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        good: "\
# ai8x-lint: device=MAX78002
arch: demo
dataset: demo
snoop: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:2573",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    // Without the snoop unit the key itself is one too many, whatever it holds.
    if cx.device.extended_features {
        problem_text::report(cx, out);
    }
}
