//! AX453.

use crate::device::POOL_COUNTER_LIMIT;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(453),
    name: "pool-size-range",
    severity: Severity::Error,
    summary: "a dilated pooling window is too large",
    explanation: "\
The chip counts the rows and columns of a pooling window with 4 bits: (window - 1) x \
`pool_dilation` must be below 16. The window alone and the pooling stride are limited to 16 \
(AX060).",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "  - op: conv2d
    in_dim: [24, 24]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    max_pool: 3
    pool_stride: 1
    pool_dilation: 8
    #              ^ AX453
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x8000
"
        ),
        good: network!(
            "MAX78002",
            "  - op: conv2d
    in_dim: [24, 24]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    max_pool: 2
    pool_stride: 1
    pool_dilation: 8
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x8000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:1721",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(pool), Ok(dilation)) = (parameters.pool, parameters.pool_dilation) else {
            continue;
        };
        let Some((window, distance)) = (0..2)
            .map(|side| (pool[side], dilation[side]))
            .find(|(window, distance)| (window - 1) * distance >= POOL_COUNTER_LIMIT)
        else {
            continue;
        };
        out.report(
            layer
                .pool_dilation
                .span()
                .or_else(|| place::pool(layer))
                .unwrap_or(layer.head),
            index,
            format!(
                "(window - 1) x `pool_dilation` is {} x {distance} = {}, but must be below \
                 {POOL_COUNTER_LIMIT}",
                window - 1,
                (window - 1) * distance
            ),
        );
    }
}
