//! AX422.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(422),
    name: "dilation-needs-conv1d",
    severity: Severity::Error,
    summary: "dilation in a 2-D convolution",
    explanation: "\
Dilation exists for Conv1d only, on both chips. The vendor's documentation promises a Conv2d with \
dilation 1 to 16 on the MAX78002, but its tool refuses it (AX465). It looks at the height alone: a \
dilation of the width (`[1, 2]`) passes it in silence, and the chip then computes something else \
(AX460).

Use a plain convolution, a stack of them for a larger field of view, or pooling before it.",
    examples: &[
        Example {
            bad: network!(
                "MAX78002",
                "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    dilation: 2
    #         ^ AX422
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            good: network!(
                "MAX78002",
                "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            model: None,
            shapes: None,
        },
        Example {
            bad: network!(
                "MAX78000",
                "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    dilation: [1, 2]
    #         ^^^^^^ AX422
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            good: network!(
                "MAX78000",
                "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            model: None,
            shapes: None,
        },
    ],
    source: "max7800x.py:532",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(422) {
        let parameters = &cx.analysis.parameters[fault.layer];
        let (Ok(operator), Ok(dilation)) = (parameters.operator, parameters.dilation) else {
            continue;
        };
        let mut finding = out.new_finding(
            layer.dilation.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "only a Conv1d can be dilated, but this {} has a dilation of {}",
                operator.name(),
                words::dims(dilation)
            ),
        );
        if dilation[0] == 1 {
            finding = finding.note("the vendor's tool passes a dilation of the width in silence");
        } else if cx.device.max_pool_dilation > 1 && operator == Operator::Conv2d {
            finding = finding.note(
                "the vendor's documentation promises it for Conv2d on this chip, but its tool \
                 refuses it",
            );
        }
        out.push(finding);
    }
}
