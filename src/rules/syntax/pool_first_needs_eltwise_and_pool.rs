//! AX042.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(42),
    name: "pool-first-needs-eltwise-and-pool",
    severity: Severity::Error,
    summary: "`pool_first: false` without both pooling and an element-wise operation",
    explanation: "\
`pool_first: false` moves the element-wise operation in front of the pooling of the same layer. \
Without one of the two there is no order to change, and the vendor's tool refuses it. A window of \
1x1 counts as no pooling.",
    examples: &[Example {
        bad: convolution!("    pool_first: false\n    # <- AX042\n"),
        good: convolution!(""),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:774",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let (Some(false), Some(key)) = (layer.pool_first.value(), layer.pool_first.key()) else {
            continue;
        };
        let parameters = &cx.analysis.parameters[index];
        let lacks = match (parameters.operands == Ok(1), parameters.pool == Ok([1, 1])) {
            (true, true) => "neither",
            (true, false) => "no element-wise operation",
            (false, true) => "no pooling",
            (false, false) => continue,
        };
        let finding = out.new_finding(
            key,
            index,
            format!(
                "`pool_first: false` needs pooling and an element-wise operation, and this layer \
                 has {lacks}"
            ),
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(change) => finding.fix(Applicability::Safe, "Delete `pool_first`", change),
            None => finding,
        });
    }
}
