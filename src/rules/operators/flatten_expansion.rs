//! AX462.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(462),
    name: "flatten-expansion",
    severity: Severity::Error,
    summary: "flattening more than 64 channels that do not fill their passes",
    explanation: "\
More than 64 channels are read in several passes of equally many processors. The weights of a \
flattening layer are laid out for full passes; where the last pass is not full, they go to the \
wrong places, or the vendor's tool crashes.

Use a multiple of 64 channels, or a number that fills its passes (for 2 passes a multiple of 8, \
for 3 a multiple of 12).",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: linear
    flatten: true
    #        ^^^^ AX462
    in_dim: [2, 2]
    in_channels: 400
    out_channels: 8
    activate: none
    processors: 0x000fffffffffffff
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: linear
    flatten: true
    in_dim: [2, 2]
    in_channels: 416
    out_channels: 8
    activate: none
    processors: 0x000fffffffffffff
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "kernels.py:151",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(true), Ok(operator), Ok(channels), Ok(spread)) = (
            parameters.flatten,
            parameters.operator,
            cx.analysis.shapes[index].stored_channels,
            cx.analysis.memory[index].input_spread,
        ) else {
            continue;
        };
        let full = spread.processors * spread.passes;
        if operator == Operator::Conv1d || spread.passes == 1 || channels == full {
            continue;
        }
        out.report(
            layer.flatten.span().unwrap_or(layer.head),
            index,
            format!(
                "`flatten` needs full passes, but {} do not fill {} of {}",
                words::count(channels, "channel"),
                words::count(spread.passes, "pass"),
                words::count(spread.processors, "processor")
            ),
        );
    }
}
