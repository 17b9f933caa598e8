//! AX425.

use crate::device::MAX_PAD;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::dilation;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(425),
    name: "dilation-with-pad",
    severity: Severity::Error,
    summary: "padding in a Conv1d with large dilation",
    explanation: "\
A Conv1d whose kernel spans 9 values or more, (length - 1) x `dilation`, runs as a Conv2d over the \
data folded into rows of `dilation` values. The padding of that Conv2d is taken, so the layer's \
own `pad` must be 0; the default is 1, so it must be written. The output is (length - 1) x \
`dilation` samples shorter than the input.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 8
    kernel_size: 3
    dilation: 8
    pad: 1
    #    ^ AX425
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
    source: "max7800x.py:552",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let Ok([pad, _]) = parameters.pad else {
            continue;
        };
        // More than the chip can pad at all is AX411, no less than the kernel AX413.
        if pad == 0
            || pad > MAX_PAD
            || parameters.kernel.is_ok_and(|[length, _]| pad >= length)
            || !dilation::is_folded(parameters)
        {
            continue;
        }
        let (what, edits) = match (layer.pad.span(), layer.dilation.key()) {
            (Some(value), _) => ("`pad`", Some(edits::replace_value(value, "0"))),
            (None, Some(key)) => ("the default `pad`", edits::insert_after(cx, key, "pad: 0")),
            (None, None) => ("the default `pad`", None),
        };
        let finding = out.new_finding(
            layer
                .pad
                .span()
                .or(layer.dilation.span())
                .unwrap_or(layer.head),
            index,
            format!(
                "{} cannot pad, but {what} is {pad}",
                dilation::subject(parameters)
            ),
        );
        out.push(match edits {
            Some(edits) => finding.fix(Applicability::Unsafe, "Set `pad: 0`", edits),
            None => finding,
        });
    }
}
