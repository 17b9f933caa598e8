//! AX114.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(114),
    name: "eltwise-read-gap",
    severity: Severity::Warning,
    summary: "an element-wise layer skips words between its operands",
    explanation: "\
The operands of an element-wise operation fill each other's gaps: with `write_gap` = operands - 1 \
there is no free word left, and the layer reads them all, without a `read_gap`. With one it reads \
only some of the words and takes those of one operand for those of another.",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78002
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: skip
    op: none
    processors: 0x000000000000000f
    out_offset: 0x2000
    write_gap: 1
  - name: main
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2004
    write_gap: 1
  - name: sum
    op: add
    in_sequences: [skip, main]
    in_offset: 0x2000
    read_gap: 1
    #         ^ AX114
    processors: 0x000000000000000f
    out_offset: 0x3000
"
        ),
        good: network!(
            r"
  # ai8x-lint: device=MAX78002
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: skip
    op: none
    processors: 0x000000000000000f
    out_offset: 0x2000
    write_gap: 1
  - name: main
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2004
    write_gap: 1
  - name: sum
    op: add
    in_sequences: [skip, main]
    in_offset: 0x2000
    processors: 0x000000000000000f
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:250",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(114) {
        let (Some(gap), Some(span), Some(key)) = (
            layer.read_gap.value(),
            layer.read_gap.span(),
            layer.read_gap.key(),
        ) else {
            continue;
        };
        let finding = out.new_finding(
            span,
            fault.layer,
            format!("the operands lie word by word in turn, without gaps, but `read_gap` is {gap}"),
        );
        let finding = references::with_gaps(cx, finding, fault.layer);
        out.push(match edits::delete_entry(cx, key) {
            Some(edit) => finding.fix(Applicability::Unsafe, "Delete `read_gap`", edit),
            None => finding,
        });
    }
}
