//! AX057.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(57),
    name: "pool-stride-without-pool",
    severity: Severity::Warning,
    summary: "`pool_stride` above 1 in a layer that does not pool",
    explanation: "\
Without `max_pool` and `avg_pool` the window is one pixel, and a `pool_stride` of 2 takes every \
second pixel and drops the others. That is a way to subsample, but mostly the window was \
forgotten. The vendor's tool says nothing.",
    examples: &[Example {
        bad: convolution!("    pool_stride: 2\n    # <- AX057\n"),
        good: convolution!("    max_pool: 2\n    pool_stride: 2\n"),
        model: None,
        shapes: None,
    }],
    source: "izer.py:508",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let parameters = &cx.analysis.parameters[index];
        let (Some(key), Ok([height, width])) = (layer.pool_stride.key(), parameters.pool_stride)
        else {
            continue;
        };
        // In 2-D, different steps are a fault of their own.
        let uneven = height != width && parameters.operator != Ok(Operator::Conv1d);
        if !parameters.pools && height.max(width) > 1 && !uneven {
            let step = height.max(width);
            let message = format!(
                "the layer does not pool, so `pool_stride` {step} drops pixels instead of pooling \
                 them"
            );
            out.report(key, index, message);
        }
    }
}
