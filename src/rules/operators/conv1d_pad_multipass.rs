//! AX420.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(420),
    name: "conv1d-pad-multipass",
    severity: Severity::Error,
    summary: "a padded Conv1d with more than 64 input channels",
    explanation: "\
On the MAX78002 a Conv1d that reads its channels in several passes (more than 64) cannot pad; the \
MAX78000 can. Write `pad: 0` (the default is 1), or pad elsewhere in the model.

`--ignore-hw-limits` makes the vendor's tool go on; the result is then wrong on the chip.",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "  - op: conv1d
    kernel_size: 3
    pad: 1
    #    ^ AX420
    activate: relu
    processors: 0xffffffffffffffff
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78002",
            "  - op: conv1d
    kernel_size: 3
    pad: 0
    activate: relu
    processors: 0xffffffffffffffff
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: Some(
            r#"{"input": [128, 64, 1], "weights": [{"in": 128, "out": 8, "kernel": [3]}]}"#,
        ),
    }],
    source: "max7800x.py:510",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.device.conv1d_pad_multipass {
        return;
    }
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(Operator::Conv1d), Ok([pad, _]), Ok(spread)) = (
            parameters.operator,
            parameters.pad,
            cx.analysis.memory[index].input_spread,
        ) else {
            continue;
        };
        if pad == 0 || spread.passes <= 1 {
            continue;
        }
        let finding = out.new_finding(
            layer.pad.span().unwrap_or_else(|| place::operator(layer)),
            index,
            format!(
                "the {} cannot pad a Conv1d that reads its channels in {}, but `pad` is {pad}",
                cx.device.name,
                words::count(spread.passes, "pass")
            ),
        );
        out.push(if cx.analysis.flags.ignore_hw_limits {
            finding.severity(Severity::Warning)
        } else {
            finding
        });
    }
}
