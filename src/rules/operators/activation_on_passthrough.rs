//! AX417.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::network::Activation;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(417),
    name: "activation-on-passthrough",
    severity: Severity::Error,
    summary: "an activation in a layer without convolution",
    explanation: "\
ReLU and Abs belong to the convolution's output stage; a layer without convolution, element-wise \
ones included, passes values on as they are. For ReLU after an addition, do the addition in the \
layer that convolves next (`eltwise: add` there, with the activation behind its convolution), or \
put a 1x1 convolution behind it.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: none
    in_dim: [16, 16]
    in_channels: 4
    max_pool: 2
    pool_stride: 2
    activate: relu
    #         ^^^^ AX417
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: none
    in_dim: [16, 16]
    in_channels: 4
    max_pool: 2
    pool_stride: 2
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:594, max7800x.py:613",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let name = match layer.activate.value() {
            Some(Activation::Relu) => "ReLU",
            Some(Activation::Abs) => "Abs",
            Some(Activation::None) | None => continue,
        };
        if cx.analysis.parameters[index].operator == Ok(Operator::Passthrough) {
            out.report(
                layer.activate.span().unwrap_or(layer.head),
                index,
                format!("{name} needs a convolution, and this layer has none"),
            );
        }
    }
}
