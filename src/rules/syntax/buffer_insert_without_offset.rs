//! AX036.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(36),
    name: "buffer-insert-without-offset",
    severity: Severity::Error,
    summary: "`buffer_insert` without `out_offset`",
    explanation: "\
A layer that adds rows to the rolling buffer writes to one place in it, which `out_offset` must \
say; the default of 0 is nearly never right, and the vendor's tool does not take it here.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    buffer_insert: 1
    # <- AX036
"
        ),
        good: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:626",
    fix: FixAvailability::None,
    covers: &[Code(43)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        if let (Some(_), Some(key), true) = (
            layer.buffer_insert.value(),
            layer.buffer_insert.key(),
            layer.out_offset.is_absent(),
        ) {
            out.report(
                key,
                index,
                "`buffer_insert` needs `out_offset`, the place in the rolling buffer",
            );
        }
    }
}
