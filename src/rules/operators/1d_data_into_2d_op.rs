//! AX403.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(403),
    name: "1d-data-into-2d-op",
    severity: Severity::Warning,
    summary: "a 2-D convolution reads 1-D data as it is",
    explanation: "\
A Conv1d writes a single column of pixels. A Conv2d or ConvTranspose2d that reads it without \
`in_dim` sees an image of width 1, and convolves mostly padding. That is rarely meant: to fold the \
samples into rows, write the height and width as `in_dim`; the number of pixels stays the same.

If the column is meant, `in_dim: [length, 1]` says so and silences this rule.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv1d
    kernel_size: 1
    pad: 0
    activate: relu
    in_dim: 128
    in_channels: 16
    out_channels: 16
    processors: 0x000000000000ffff
    out_offset: 0x2000
  - op: conv2d
    #   ^^^^^^ AX403
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_channels: 16
    out_channels: 16
    processors: 0x000000000000ffff
    out_offset: 0x0000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv1d
    kernel_size: 1
    pad: 0
    activate: relu
    in_dim: 128
    in_channels: 16
    out_channels: 16
    processors: 0x000000000000ffff
    out_offset: 0x2000
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_dim: [16, 8]
    in_channels: 16
    out_channels: 16
    processors: 0x000000000000ffff
    out_offset: 0x0000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:493",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Ok(operator @ (Operator::Conv2d | Operator::ConvTranspose2d)) =
            cx.analysis.parameters[index].operator
        else {
            continue;
        };
        let (Ok([length, 1]), true) = (cx.analysis.shapes[index].in_dim, layer.in_dim.is_absent())
        else {
            continue;
        };
        let Some(Ok(Source::Layer(producer))) = cx.analysis.graph.inputs[index]
            .first()
            .map(|input| input.source)
        else {
            continue;
        };
        if cx.analysis.parameters[producer].operator != Ok(Operator::Conv1d) {
            continue;
        }
        let finding = out
            .new_finding(
                place::operator(layer),
                index,
                format!(
                    "this {} reads the {length} samples of a Conv1d as an image of {length}x1",
                    operator.name()
                ),
            )
            .related(
                place::operator(&cx.network.layers[producer]),
                producer,
                format!("{} writes 1-D data", cx.network.label(producer)),
            )
            .note(format!(
                "`in_dim: [height, width]` with height x width = {length} folds them into rows; \
                 `in_dim: [{length}, 1]` keeps them as they are"
            ));
        out.push(finding);
    }
}
