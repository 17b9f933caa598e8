//! AX461.

use crate::analysis::Operator;
use crate::device::MAX_FLATTEN_VALUES;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(461),
    name: "flatten-limits",
    severity: Severity::Error,
    summary: "a fully connected layer has more than 16384 inputs",
    explanation: "\
A layer that flattens takes at most 16384 inputs, channels x height x width, besides the limit of \
256 pixels (AX409). The vendor's tool does not check it. Pool more, or reduce the channels, before \
this layer.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: linear
    flatten: true
    #        ^^^^ AX461
    in_dim: [16, 16]
    in_channels: 32768
    out_channels: 8
    activate: none
    processors: 0xffffffffffffffff
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: linear
    flatten: true
    in_dim: [16, 16]
    in_channels: 16384
    out_channels: 8
    activate: none
    processors: 0xffffffffffffffff
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "README, Fully Connected (Linear) Layers",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(true), Ok(channels), Ok([height, width])) = (
            parameters.flatten,
            cx.analysis.shapes[index].stored_channels,
            cx.analysis.shapes[index].pooled_dim,
        ) else {
            continue;
        };
        let values = channels * height * width;
        if parameters.operator == Ok(Operator::Conv1d) || values <= MAX_FLATTEN_VALUES {
            continue;
        }
        out.report(
            layer.flatten.span().unwrap_or(layer.head),
            index,
            format!(
                "`flatten` takes {} of {} = {values} inputs, but at most {MAX_FLATTEN_VALUES} are \
                 possible",
                words::count(channels, "channel"),
                words::dims([height, width])
            ),
        );
    }
}
