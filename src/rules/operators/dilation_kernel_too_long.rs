//! AX429.

use crate::analysis::{Dilation, Operator};
use crate::device::{MAX_DILATED_KERNEL, STRETCHED_KERNEL_LIMIT};
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(429),
    name: "dilation-kernel-too-long",
    severity: Severity::Error,
    summary: "a long kernel with large dilation",
    explanation: "\
A dilated kernel that spans fewer than 9 values, (length - 1) x `dilation`, is stretched with \
zeros to a Conv1d of that span. Beyond that the layer runs as a Conv2d, which has 3 rows: the \
kernel may have at most 3 values.

Shorten the kernel or lower the dilation: a kernel of 5 can have a dilation of 2, one of 3 a \
dilation of 4.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 8
    kernel_size: 5
    #            ^ AX429
    pad: 0
    dilation: 3
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 8
    kernel_size: 5
    pad: 0
    dilation: 2
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:596",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(Operator::Conv1d), Ok([length, _]), Ok([dilation, _])) =
            (parameters.operator, parameters.kernel, parameters.dilation)
        else {
            continue;
        };
        if Dilation::of_conv1d(length, dilation).is_err() {
            out.report(
                layer
                    .kernel_size
                    .span()
                    .or(layer.dilation.span())
                    .unwrap_or(layer.head),
                index,
                format!(
                    "a kernel of length {length} with dilation {dilation} spans {} values; from \
                     {STRETCHED_KERNEL_LIMIT} on it may have length {MAX_DILATED_KERNEL} at most",
                    (length - 1) * dilation
                ),
            );
        }
    }
}
