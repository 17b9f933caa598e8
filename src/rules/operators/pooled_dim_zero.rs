//! AX406.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::{delivery, place};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(406),
    name: "pooled-dim-zero",
    severity: Severity::Error,
    summary: "pooling leaves no pixel",
    explanation: "\
The pooling window does not fit into the layer's input: a side of n pixels becomes (n - window) / \
`pool_stride` + 1, rounded down, and here that is 0 or less. Pooling never pads.

Mostly the input is smaller than thought: a layer before it pools too much or convolves without \
padding, `in_dim` is wrong, or the network's input has another shape. The vendor's tool notices \
only a result of exactly 0 and crashes on negative ones (AX463).",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [3, 3]
    in_channels: 4
    out_channels: 8
    kernel_size: 1x1
    pad: 0
    avg_pool: 4
    #         ^ AX406
    pool_stride: 4
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [3, 3]
    in_channels: 4
    out_channels: 8
    kernel_size: 1x1
    pad: 0
    avg_pool: 3
    pool_stride: 3
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:523",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(406) {
        let parameters = &cx.analysis.parameters[fault.layer];
        let (Ok(in_dim), Ok(window), Ok(dilation)) = (
            cx.analysis.shapes[fault.layer].in_dim,
            parameters.pool,
            parameters.pool_dilation,
        ) else {
            continue;
        };
        let dilated = if dilation == [1, 1] {
            String::new()
        } else {
            format!(", dilated by {},", words::dims(dilation))
        };
        let mut finding = out.new_finding(
            place::pool(layer)
                .or(layer.pool_dilation.span())
                .unwrap_or(layer.head),
            fault.layer,
            format!(
                "a pooling window of {}{dilated} does not fit into the input of {}",
                words::dims(window),
                words::dims(in_dim)
            ),
        );
        finding = delivery::point_at(cx, finding, &delivery::inputs(cx, fault.layer));
        out.push(finding);
    }
}
