//! AX116.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(116),
    name: "interleave-read-gap",
    severity: Severity::Warning,
    summary: "a layer skips words of its concatenated sources",
    explanation: "\
Sources of a concatenation either lie on different processors, without gaps, or take turns in the \
memory of the same ones and fill each other's gaps. In both cases there is nothing to skip. With a \
`read_gap` the layer reads only some of the words, and behind the end of its input.",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78002
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 64
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    out_channels: 64
    processors: 0xffffffffffffffff
    out_offset: 0x2000
    write_gap: 1
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 64
    processors: 0xffffffffffffffff
    out_offset: 0x2004
    write_gap: 1
  - name: join
    op: Conv2d
    in_sequences: [left, right]
    in_offset: 0x2000
    read_gap: 1
    #         ^ AX116
    in_channels: 128
    out_channels: 4
    processors: 0xffffffffffffffff
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
    out_channels: 64
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    out_channels: 64
    processors: 0xffffffffffffffff
    out_offset: 0x2000
    write_gap: 1
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 64
    processors: 0xffffffffffffffff
    out_offset: 0x2004
    write_gap: 1
  - name: join
    op: Conv2d
    in_sequences: [left, right]
    in_offset: 0x2000
    in_channels: 128
    out_channels: 4
    processors: 0xffffffffffffffff
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:259",
    fix: FixAvailability::Sometimes,
    covers: &[Code(443)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(116) {
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
            format!("the sources leave no free words between them, but `read_gap` is {gap}"),
        );
        let finding = references::with_gaps(cx, finding, fault.layer);
        // In several passes the vendor's tool refuses any gap.
        let passes = cx.analysis.memory[fault.layer].input_spread;
        let finding = if passes.is_ok_and(|spread| spread.passes > 1) {
            finding.severity(Severity::Error)
        } else {
            finding
        };
        out.push(match edits::delete_entry(cx, key) {
            Some(edit) => finding.fix(Applicability::Unsafe, "Delete `read_gap`", edit),
            None => finding,
        });
    }
}
