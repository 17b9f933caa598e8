//! AX428.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::dilation;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(428),
    name: "dilation-too-large",
    severity: Severity::Error,
    summary: "the dilation is larger than the chip can fold",
    explanation: "\
A Conv1d whose kernel spans 9 values or more, (length - 1) x `dilation`, runs as a Conv2d over the \
data folded into rows of `dilation` values. Such a row has at most 1023 values on the MAX78000 and \
2047 on the MAX78002.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 1024
    in_channels: 4
    out_channels: 8
    kernel_size: 2
    pad: 0
    dilation: 1024
    #         ^^^^ AX428
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 1022
    in_channels: 4
    out_channels: 8
    kernel_size: 2
    pad: 0
    dilation: 1020
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:560",
    fix: FixAvailability::None,
    covers: &[Code(416)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        if let Ok([dilation, _]) = parameters.dilation
            && dilation > cx.device.max_dilation
            && dilation::is_folded(parameters)
        {
            out.report(
                layer.dilation.span().unwrap_or(layer.head),
                index,
                format!(
                    "`dilation` is {dilation}, but the {} has {} at most",
                    cx.device.name, cx.device.max_dilation
                ),
            );
        }
    }
}
