//! AX450.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(450),
    name: "eltwise-conv-bias",
    severity: Severity::Error,
    summary: "an element-wise operation in a convolution with bias",
    explanation: "\
On the MAX78002 a layer that combines operands and then convolves cannot add a bias: the result is \
wrong on the chip, so the vendor's tool refuses it. (The MAX78000 can do it.)

Combine the operands in a layer of their own (`op: add`), or train the convolution without bias. \
Whether a layer has a bias is known from the checkpoint or the shapes file only.",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "  - op: passthrough
    name: left
    in_dim: [8, 8]
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2000
    write_gap: 1
  - op: passthrough
    name: right
    in_sequences: input
    in_offset: 0x0000
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2004
    write_gap: 1
  - op: conv2d
    eltwise: add
    #        ^^^ AX450
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_sequences: [left, right]
    in_offset: 0x2000
    processors: 0x000000000000ff00
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78002",
            "  - op: passthrough
    name: left
    in_dim: [8, 8]
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2000
    write_gap: 1
  - op: passthrough
    name: right
    in_sequences: input
    in_offset: 0x0000
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2004
    write_gap: 1
  - op: add
    in_sequences: [left, right]
    in_offset: 0x2000
    processors: 0x000000000000ff00
    out_offset: 0x4000
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000ff00
    out_offset: 0x0000
"
        ),
        model: None,
        shapes: Some(
            r#"{"input": [8, 8, 8], "weights": [{"in": 8, "out": 8, "kernel": [3, 3], "bias": true}]}"#,
        ),
    }],
    source: "max7800x.py:2078",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.device.eltwise_conv_bias {
        return;
    }
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let has_bias = matches!(&cx.analysis.weights[index],
            Ok(Some(weight)) if weight.bias == Some(true));
        // An element-wise Conv1d is wrong by itself (AX419).
        if let Ok(operator) = parameters.operator
            && operator.convolves()
            && operator != Operator::Conv1d
            && parameters.operands.is_ok_and(|operands| operands > 1)
            && has_bias
        {
            out.report(
                place::eltwise(layer),
                index,
                format!(
                    "the {} cannot combine operands in a {} with bias",
                    cx.device.name,
                    operator.name()
                ),
            );
        }
    }
}
