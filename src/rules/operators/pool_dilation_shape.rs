//! AX459.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(459),
    name: "pool-dilation-shape",
    severity: Severity::Information,
    summary: "dilated pooling gives another size than PyTorch",
    explanation: "\
The vendor's tool takes a dilated pooling window to be window + `pool_dilation` - 1 pixels high \
and wide. PyTorch spans (window - 1) x `pool_dilation` + 1, which is more from windows of 3 on. \
The sizes of this layer's output differ between the two: check which one the chip produces before \
relying on it.",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    max_pool: 3
    pool_stride: 1
    pool_dilation: 2
    #              ^ AX459
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78002",
            "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    max_pool: 2
    pool_stride: 1
    pool_dilation: 2
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
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let shape = &cx.analysis.shapes[index];
        let (Ok(in_dim), Ok(pooled), Ok(pool), Ok(stride), Ok(dilation)) = (
            shape.in_dim,
            shape.pooled_dim,
            parameters.pool,
            parameters.pool_stride,
            parameters.pool_dilation,
        ) else {
            continue;
        };
        let in_pytorch = |side: usize| {
            let span = (pool[side] - 1) * dilation[side] + 1;
            (in_dim[side] - span).div_euclid(stride[side].max(1)) + 1
        };
        // Of 1-D data the second side does not count.
        let in_pytorch = [
            in_pytorch(0),
            if in_dim[1] == 1 { 1 } else { in_pytorch(1) },
        ];
        if in_pytorch != pooled {
            out.report(
                layer.pool_dilation.span().unwrap_or(layer.head),
                index,
                format!(
                    "the vendor's tool pools to {}, PyTorch to {}",
                    words::dims(pooled),
                    words::dims(in_pytorch)
                ),
            );
        }
    }
}
