//! AX102.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(102),
    name: "duplicate-sequence",
    severity: Severity::Error,
    summary: "two layers have the same sequence number",
    explanation: "\
`sequence` is the place of a layer in the order of execution, and a layer without it follows the \
one above it in the file. Two layers cannot have one place; the vendor's tool refuses the second \
one. Where the layers stand in their order in the file anyway, leave `sequence` out.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: Conv2d
    sequence: 1
    #         ^ AX102
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: Conv2d
    sequence: 2
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:201",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for second in &cx.network.duplicates {
        // Without a number of its own it only follows such a layer.
        let Some(span) = second.sequence.span() else {
            continue;
        };
        let Some((index, first)) = cx.layers().find(|(_, layer)| layer.number == second.number)
        else {
            continue;
        };
        let finding = out
            .new_finding(
                span,
                index,
                format!("sequence number {} is taken", second.number),
            )
            .related(
                first.sequence.span().unwrap_or(first.head),
                index,
                format!("{} has it", cx.network.label(index)),
            );
        out.push(finding);
    }
}
