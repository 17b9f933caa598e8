//! AX419.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(419),
    name: "conv1d-with-eltwise",
    severity: Severity::Error,
    summary: "an element-wise operation in a Conv1d",
    explanation: "\
A layer can combine operands before its convolution, but not in front of a Conv1d. Combine them in \
a layer of their own (`op: add` and so on) before it. A dilated Conv1d (AX426) is no exception.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: passthrough
    name: left
    in_dim: [64, 1]
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
  - op: conv1d
    eltwise: add
    #        ^^^ AX419
    kernel_size: 3
    pad: 1
    activate: relu
    in_sequences: [left, right]
    in_offset: 0x2000
    processors: 0x000000000000ff00
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: passthrough
    name: left
    in_dim: [64, 1]
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
  - op: conv1d
    kernel_size: 3
    pad: 1
    activate: relu
    processors: 0x000000000000ff00
    out_offset: 0x0000
"
        ),
        model: None,
        shapes: Some(r#"{"input": [8, 64, 1], "weights": [{"in": 8, "out": 8, "kernel": [3]}]}"#),
    }],
    source: "max7800x.py:505",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        if parameters.operator == Ok(Operator::Conv1d)
            && parameters.operands.is_ok_and(|operands| operands > 1)
        {
            out.report(
                place::eltwise(layer),
                index,
                "a Conv1d cannot combine operands; an element-wise layer before it can",
            );
        }
    }
}
