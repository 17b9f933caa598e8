//! AX405.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(405),
    name: "non-square-pool-stride",
    severity: Severity::Error,
    summary: "the pooling stride of a 2-D layer differs in height and width",
    explanation: "\
The hardware has one pooling stride for both directions of an image; only for 1-D data does the \
second number not matter. The pooling *window* may differ in height and width.

Use one stride, and change the model to match: the number of pixels changes with it.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    max_pool: 2
    pool_stride: [2, 1]
    #            ^^^^^^ AX405
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    max_pool: 2
    pool_stride: [2, 2]
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:508",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(405) {
        let Some([down, across]) = layer.pool_stride.value() else {
            continue;
        };
        out.report(
            layer.pool_stride.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "the pooling stride is {down} down and {across} across, but 2-D data needs one \
                 for both directions"
            ),
        );
    }
}
