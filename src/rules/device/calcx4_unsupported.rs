//! AX702.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::feature;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(702),
    name: "calcx4-unsupported",
    severity: Severity::Error,
    summary: "the MAX78000 has no `calcx4`",
    explanation: "\
`calcx4` computes four output channels at a time and lays out the kernels for that. Only the \
MAX78002 has it, and it changes no result: without the key the layer computes the same, more \
slowly. A file that uses it was made for the MAX78002, so no limits of the MAX78000 are checked in \
it.",
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
    calcx4: true
    # <- AX702
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
    source: "backend/max7800x.py:221",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let flag = cx.analysis.flags.calcx4.then_some("--calcx4");
    feature::report(cx, out, "calcx4", |layer| &layer.calcx4, flag);
}
