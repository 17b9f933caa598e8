//! AX449.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(449),
    name: "eltwise-multipass-combined",
    severity: Severity::Error,
    summary: "an element-wise operation over many channels, with pooling or convolution",
    explanation: "\
On the MAX78000 a layer that combines operands reads them pass by pass. With more than 64 \
channels, and more than two operands or more than two passes, the vendor's tool rewrites the layer \
as a plain element-wise one over a taller image; there is no place left for a convolution, a \
pooling window or a pooling stride.

Do the element-wise operation in a layer of its own, and convolve or pool in the next. Two \
operands of up to 128 channels are not affected.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: passthrough
    name: a
    in_dim: [4, 4]
    in_channels: 128
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x2000
    write_gap: 2
  - op: passthrough
    name: b
    in_sequences: input
    in_offset: 0x0000
    in_channels: 128
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x2004
    write_gap: 2
  - op: passthrough
    name: c
    in_sequences: input
    in_offset: 0x0000
    in_channels: 128
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x2008
    write_gap: 2
  - op: conv2d
    eltwise: add
    #        ^^^ AX449
    operands: 3
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_sequences: [a, b, c]
    in_offset: 0x2000
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: passthrough
    name: a
    in_dim: [4, 4]
    in_channels: 128
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x2000
    write_gap: 2
  - op: passthrough
    name: b
    in_sequences: input
    in_offset: 0x0000
    in_channels: 128
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x2004
    write_gap: 2
  - op: passthrough
    name: c
    in_sequences: input
    in_offset: 0x0000
    in_channels: 128
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x2008
    write_gap: 2
  - op: add
    operands: 3
    in_sequences: [a, b, c]
    in_offset: 0x2000
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x4000
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x0000
"
        ),
        model: None,
        shapes: Some(
            r#"{"input": [128, 4, 4], "weights": [{"in": 128, "out": 128, "kernel": [3, 3]}]}"#,
        ),
    }],
    source: "max7800x.py:988",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if !cx.device.eltwise_multipass_emulated {
        return;
    }
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(operator), Ok(operands), Ok(pool), Ok(pool_stride), Ok(spread)) = (
            parameters.operator,
            parameters.operands,
            parameters.pool,
            parameters.pool_stride,
            cx.analysis.memory[index].input_spread,
        ) else {
            continue;
        };
        let two_by_two = (operands, spread.passes) == (2, 2);
        // An element-wise Conv1d is wrong by itself (AX419).
        if operands <= 1 || spread.passes <= 1 || two_by_two || operator == Operator::Conv1d {
            continue;
        }
        let (what, culprit) = if operator.convolves() {
            (
                format!("a {}", operator.name()),
                Some(place::operator(layer)),
            )
        } else if pool != [1, 1] {
            ("pooling".to_owned(), place::pool(layer))
        } else if pool_stride != [1, 1] {
            ("a pooling stride".to_owned(), layer.pool_stride.span())
        } else {
            continue;
        };
        let mut finding = out.new_finding(
            place::eltwise(layer),
            index,
            format!(
                "{} in {} leave no room for {what} in the same layer on the {}",
                words::count(operands, "operand"),
                words::count(spread.passes, "pass"),
                cx.device.name
            ),
        );
        if let Some(culprit) = culprit.filter(|culprit| *culprit != place::eltwise(layer)) {
            finding = finding.related(culprit, index, format!("{what} stands here"));
        }
        out.push(finding);
    }
}
