//! AX052.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(52),
    name: "both-pool-kinds",
    severity: Severity::Warning,
    summary: "a layer has both `max_pool` and `avg_pool`",
    explanation: "\
A layer pools in one way. With both keys the vendor's tool takes `max_pool` and ignores `avg_pool` \
without a word.",
    examples: &[Example {
        bad: convolution!("    max_pool: 2\n    avg_pool: 2\n    # <- AX052\n    pool_stride: 2\n"),
        good: convolution!("    max_pool: 2\n    pool_stride: 2\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:234",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let (Some(max), Some(avg)) = (layer.max_pool.key(), layer.avg_pool.key()) else {
            continue;
        };
        if layer.max_pool.get().is_none() || layer.avg_pool.get().is_none() {
            continue; // one of them is wrong already
        }
        let mut finding = out
            .new_finding(
                avg,
                index,
                "`avg_pool` is ignored, because the layer has `max_pool` as well",
            )
            .related(max, index, "this one counts");
        if let Some(change) = edits::delete_entry(cx, avg) {
            let title = "Delete `avg_pool`, which is ignored now";
            finding = finding.fix(Applicability::Unsafe, title, change);
        }
        if let Some(change) = edits::delete_entry(cx, max) {
            let title = "Delete `max_pool` and average instead";
            finding = finding.fix(Applicability::DisplayOnly, title, change);
        }
        out.push(finding);
    }
}
