//! AX019.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(19),
    name: "operands-without-eltwise",
    severity: Severity::Error,
    summary: "`operands` in a layer without an element-wise operation",
    explanation: "\
`operands` counts what an element-wise operation combines. Without `eltwise`, and without an \
element-wise `op`, a layer has one input, and the vendor's tool refuses the key. A list in \
`in_sequences` alone concatenates channels; it combines nothing.",
    examples: &[Example {
        bad: convolution!("    operands: 2\n    # <- AX019\n"),
        good: convolution!(""),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:413",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let (Some(operands), Some(key)) = (layer.operands.value(), layer.operands.key()) else {
            continue;
        };
        if cx.analysis.parameters[index].eltwise != Ok(None) {
            continue;
        }
        let mut finding = out.new_finding(
            key,
            index,
            format!("{operands} operands, but the layer has no element-wise operation"),
        );
        if let Some(change) = edits::delete_entry(cx, key) {
            finding = finding.fix(Applicability::Unsafe, "Delete `operands`", change);
        }
        if let Some(change) = edits::insert_after(cx, key, "eltwise: add") {
            finding = finding.fix(Applicability::DisplayOnly, "Add `eltwise: add`", change);
        }
        out.push(finding);
    }
}
