//! AX701.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::feature;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(701),
    name: "readahead-unsupported",
    severity: Severity::Error,
    summary: "the MAX78000 cannot read ahead",
    explanation: "\
`readahead` lets a layer fetch its next input while it still computes, which is faster but needs \
memory that can be read and written at once. Only the MAX78002 has it, and it changes no result: \
without the key the layer computes the same. A file that uses it was made for the MAX78002, so no \
limits of the MAX78000 are checked in it.",
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
    readahead: true
    # <- AX701
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
        shapes: None,
    }],
    source: "backend/max7800x.py:218",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let flag = cx.analysis.flags.read_ahead.then_some("--read-ahead");
    feature::report(cx, out, "readahead", |layer| &layer.readahead, flag);
}
