//! AX430.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(430),
    name: "output-shift-on-passthrough",
    severity: Severity::Error,
    summary: "`output_shift` in a layer without convolution",
    explanation: "\
`output_shift` scales the sum of a convolution. A layer without convolution has nothing to scale; \
the vendor's tool takes 0 only.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: none
    in_dim: [16, 16]
    in_channels: 4
    max_pool: 2
    pool_stride: 2
    output_shift: 1
    #             ^ AX430
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: none
    in_dim: [16, 16]
    in_channels: 4
    max_pool: 2
    pool_stride: 2
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:617",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Some(shift), Some(key), Some(value)) = (
            layer.output_shift.value(),
            layer.output_shift.key(),
            layer.output_shift.span(),
        ) else {
            continue;
        };
        if shift == 0 || cx.analysis.parameters[index].operator != Ok(Operator::Passthrough) {
            continue;
        }
        let finding = out.new_finding(
            value,
            index,
            format!("`output_shift` is {shift}, but a layer without convolution cannot scale"),
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(edits) => finding.fix(Applicability::Unsafe, "Delete `output_shift`", edits),
            None => finding,
        });
    }
}
