//! AX029.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(29),
    name: "pool-dilation-without-pooling",
    severity: Severity::Error,
    summary: "`pool_dilation` in a layer that does not pool",
    explanation: "\
`pool_dilation` spreads the pooling window, so it needs `max_pool` or `avg_pool` in the same \
layer; the vendor's tool refuses it otherwise, whatever its value. A convolution is spread by \
`dilation`.",
    examples: &[Example {
        bad: convolution!("    pool_dilation: 1\n    # <- AX029\n"),
        good: convolution!(""),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:574",
    fix: FixAvailability::Sometimes,
    covers: &[Code(406)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let (Some(value), Some(key)) = (layer.pool_dilation.value(), layer.pool_dilation.key())
        else {
            continue;
        };
        if cx.analysis.parameters[index].pools {
            continue;
        }
        let finding = out.new_finding(
            key,
            index,
            "`pool_dilation` needs `max_pool` or `avg_pool`, and this layer has neither",
        );
        let applicability = if value == [1, 1] {
            Applicability::Safe
        } else {
            Applicability::Unsafe
        };
        out.push(match edits::delete_entry(cx, key) {
            Some(change) => finding.fix(applicability, "Delete `pool_dilation`", change),
            None => finding,
        });
    }
}
