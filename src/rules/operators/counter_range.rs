//! AX455.

use crate::analysis::{Fact, Operator};
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(455),
    name: "counter-range",
    severity: Severity::Error,
    summary: "the rows or columns exceed the chip's counters",
    explanation: "\
The chip counts rows and columns with 10 bits on the MAX78000 (below 1024) and 11 on the MAX78002 \
(below 2048). The MAX78000 counts the padding of both sides too, so 1023 rows need `pad: 0`. A \
ConvTranspose2d counts twice its input, and an element-wise layer with more than 64 channels and \
more than two operands or passes all its passes (MAX78000).

The vendor's tool stops with a bare assertion here.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 1023
    in_channels: 4
    out_channels: 8
    kernel_size: 3
    pad: 1
    #    ^ AX455
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 1022
    in_channels: 4
    out_channels: 8
    kernel_size: 3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:1682",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let limit = cx.device.counter_limit;
    for (index, layer) in cx.executed() {
        let Ok((rows, columns)) = counts(cx, index) else {
            continue;
        };
        let (what, count) = if rows >= limit {
            ("rows", rows)
        } else if columns >= limit {
            ("columns", columns)
        } else {
            continue;
        };
        out.report(
            layer
                .pad
                .span()
                .filter(|_| cx.device.counts_padding)
                .or(layer.in_dim.span())
                .unwrap_or_else(|| place::operator(layer)),
            index,
            format!(
                "the {} counts {what} below {limit}, but this layer counts to {count}{}",
                cx.device.name,
                if cx.device.counts_padding {
                    ", padding included"
                } else {
                    ""
                }
            ),
        );
    }
}

/// The highest row and column that the hardware counts.
fn counts(cx: &Context, index: usize) -> Fact<(i64, i64)> {
    let parameters = &cx.analysis.parameters[index];
    let hardware = cx.analysis.hardware[index]?;
    // What does not even end at such a size is no matter of counters.
    cx.analysis.shapes[index].out_dim?;
    let (pool, stride) = (parameters.pool?, parameters.pool_stride?);
    let dilation = parameters.pool_dilation?;
    let [mut height, mut width] = hardware.in_dim;
    if parameters.flatten? {
        [height, width] = pool;
    } else if parameters.operator? == Operator::ConvTranspose2d {
        [height, width] = [height * 2, width * 2];
    } else if is_emulated(cx, index)? {
        height *= cx.analysis.memory[index].input_spread?.passes;
    }
    let count = |size: i64, side: usize| {
        if cx.device.counts_padding {
            size - 1 + 2 * hardware.pad[side]
        } else {
            let step = stride[side].max(1);
            (size - pool[side] - dilation[side] + 1).div_euclid(step) * step
        }
    };
    Ok((count(height, 0), count(width, 1)))
}

/// Whether the vendor's tool runs the element-wise layer as one over a taller image.
fn is_emulated(cx: &Context, index: usize) -> Fact<bool> {
    let parameters = &cx.analysis.parameters[index];
    let (operands, passes) = (
        parameters.operands?,
        cx.analysis.memory[index].input_spread?.passes,
    );
    Ok(cx.device.eltwise_multipass_emulated
        && parameters.operator? == Operator::Passthrough
        && operands > 1
        && passes > 1
        && (operands, passes) != (2, 2))
}
