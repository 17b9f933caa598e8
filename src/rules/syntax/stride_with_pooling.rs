//! AX026.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(26),
    name: "stride-with-pooling",
    severity: Severity::Error,
    summary: "`stride` is not 1 in a layer that pools",
    explanation: "\
`stride` is the step of the *convolution*, which runs behind the pooling of the same layer and \
always has step 1. The step of the pooling window is `pool_stride`. The vendor's tool even refuses \
`stride: 2` in a ConvTranspose2d that pools, although that is its fixed step.",
    examples: &[Example {
        bad: convolution!(
            "    max_pool: 2\n    stride: 2\n    #       ^ AX026\n    pool_stride: 2\n"
        ),
        good: convolution!("    max_pool: 2\n    pool_stride: 2\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:467",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let parameters = &cx.analysis.parameters[index];
        let (Some(stride), Some(key), Some(span)) = (
            layer.stride.value(),
            layer.stride.key(),
            layer.stride.span(),
        ) else {
            continue;
        };
        if !parameters.pools || stride == [1, 1] {
            continue;
        }
        let transposed = parameters.operator == Ok(Operator::ConvTranspose2d);
        let [step, _] = stride;
        let finding = out.new_finding(
            span,
            index,
            format!("`stride` is {step}, but in a layer that pools it can only be 1"),
        );
        let finding = finding.note("the step of the pooling window is `pool_stride`");
        let delete = edits::delete_entry(cx, key);
        out.push(if transposed {
            match delete {
                Some(change) => finding.fix(Applicability::Safe, "Delete `stride`", change),
                None => finding,
            }
        } else if layer.pool_stride.is_absent() {
            finding.fix(
                Applicability::Unsafe,
                "Rename to `pool_stride`",
                edits::rename_key(key, "pool_stride"),
            )
        } else {
            match delete {
                Some(change) => finding.fix(Applicability::Unsafe, "Delete `stride`", change),
                None => finding,
            }
        });
    }
}
