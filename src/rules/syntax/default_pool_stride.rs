//! AX046.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::words::dims;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(46),
    name: "default-pool-stride",
    severity: Severity::Warning,
    summary: "a layer pools without saying `pool_stride`",
    explanation: "\
The default of `pool_stride` is 1: the window moves by one pixel, and the output is hardly smaller \
than the input. PyTorch's default is the size of the window, so `nn.MaxPool2d(2)` is `max_pool: 2` \
*and* `pool_stride: 2`. Every later dimension hangs on it: write it always.",
    examples: &[Example {
        bad: convolution!("    max_pool: 2\n    # <- AX046\n"),
        good: convolution!("    max_pool: 2\n    pool_stride: 2\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:769",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let pool = if layer.max_pool.is_absent() {
            &layer.avg_pool
        } else {
            &layer.max_pool
        };
        let (Some(window), Some(key), Some(value)) = (pool.value(), pool.key(), pool.span()) else {
            continue;
        };
        if !layer.pool_stride.is_absent() || window == [1, 1] {
            continue;
        }
        let mut finding = out.new_finding(
            key,
            index,
            format!(
                "the layer pools {} windows but does not say `pool_stride`; they move by 1",
                dims(window)
            ),
        );
        finding = finding.note("PyTorch moves the window by its own size unless told otherwise");
        // In 2-D the step must be the same in both directions.
        if window[0] == window[1] {
            let line = format!("pool_stride: {}", value.text(cx.text));
            if let Some(change) = edits::insert_after(cx, key, &line) {
                let title = format!("Add `{line}`, the size of the window");
                finding = finding.fix(Applicability::Unsafe, title, change);
            }
        }
        if let Some(change) = edits::insert_after(cx, key, "pool_stride: 1") {
            let title = "Add `pool_stride: 1`, which is what the layer does now";
            finding = finding.fix(Applicability::Unsafe, title, change);
        }
        out.push(finding);
    }
}
