//! AX704.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::feature;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(704),
    name: "bypass-unsupported",
    severity: Severity::Error,
    summary: "the MAX78000 cannot bypass kernels",
    explanation: "\
`bypass` runs a convolution without its weights, for tests of the hardware. Only the MAX78002 can. \
To hand data on unchanged, use a passthrough layer, `op: none`, which both chips have.",
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
    bypass: true
    # <- AX704
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
    source: "backend/max7800x.py:392",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let flag = None;
    feature::report(cx, out, "bypass", |layer| &layer.bypass, flag);
}
