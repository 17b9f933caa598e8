//! AX423.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(423),
    name: "dilation-kernel-one",
    severity: Severity::Error,
    summary: "dilation of a kernel of length 1",
    explanation: "\
Dilation is the distance of the values that one kernel takes; a kernel of length 1 takes one. The \
vendor's tool refuses the combination rather than ignore it.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 8
    kernel_size: 1
    pad: 0
    dilation: 2
    #         ^ AX423
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
    kernel_size: 1
    pad: 0
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:535",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(Operator::Conv1d), Ok([1, _]), Ok([dilation, _])) =
            (parameters.operator, parameters.kernel, parameters.dilation)
        else {
            continue;
        };
        let (Some(key), Some(value)) = (layer.dilation.key(), layer.dilation.span()) else {
            continue;
        };
        if dilation <= 1 {
            continue;
        }
        let finding = out.new_finding(
            value,
            index,
            format!("`dilation` is {dilation}, but a kernel of length 1 cannot be dilated"),
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(edits) => finding.fix(Applicability::Safe, "Delete `dilation`", edits),
            None => finding,
        });
    }
}
