//! AX424.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::{dilation, place};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(424),
    name: "dilation-with-pool",
    severity: Severity::Error,
    summary: "pooling in a Conv1d with large dilation",
    explanation: "\
A Conv1d whose kernel spans 9 values or more, (length - 1) x `dilation`, runs as a Conv2d over the \
data folded into rows of `dilation` values. There is no place for pooling in that. Pool in a layer \
of its own before it.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 8
    kernel_size: 3
    dilation: 8
    pad: 0
    max_pool: 2
    #         ^ AX424
    pool_stride: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 8
    kernel_size: 3
    dilation: 8
    pad: 0
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:550",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        if dilation::is_folded(parameters)
            && let Ok([pool, _]) = parameters.pool
            && pool != 1
        {
            out.report(
                place::pool(layer).unwrap_or(layer.head),
                index,
                format!("{} cannot pool", dilation::subject(parameters)),
            );
        }
    }
}
