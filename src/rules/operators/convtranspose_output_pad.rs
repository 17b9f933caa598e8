//! AX433.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(433),
    name: "convtranspose-output-pad",
    severity: Severity::Error,
    summary: "`output_pad` of a ConvTranspose2d is not 1",
    explanation: "\
The transposed convolution of the hardware always adds one row and column behind its output, so \
that a 3x3 kernel with `pad: 1` exactly doubles height and width. 1 is also the default.

A model with another `output_padding` has other output dimensions: change it.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: convtranspose2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    kernel_size: 3x3
    pad: 1
    output_pad: 0
    #           ^ AX433
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: convtranspose2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    kernel_size: 3x3
    pad: 1
    output_pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:641",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        if let Some(pad) = layer.output_pad.value()
            && pad != 1
            && cx.analysis.parameters[index].operator == Ok(Operator::ConvTranspose2d)
        {
            out.report(
                layer.output_pad.span().unwrap_or(layer.head),
                index,
                format!("`output_pad` is {pad}, but a ConvTranspose2d always has 1"),
            );
        }
    }
}
