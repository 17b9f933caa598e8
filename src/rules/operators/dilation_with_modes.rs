//! AX427.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::dilation;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(427),
    name: "dilation-with-modes",
    severity: Severity::Error,
    summary: "a special mode in a Conv1d with large dilation",
    explanation: "\
A Conv1d whose kernel spans 9 values or more, (length - 1) x `dilation`, runs as a Conv2d over the \
data folded into rows of `dilation` values. That is not possible together with `bypass`, \
`flatten`, `readahead` or `streaming`.",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 8
    kernel_size: 3
    dilation: 8
    pad: 0
    readahead: true
    #          ^^^^ AX427
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78002",
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
    source: "max7800x.py:557",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        if !dilation::is_folded(parameters) {
            continue;
        }
        for (name, key) in [
            ("bypass", &layer.bypass),
            ("flatten", &layer.flatten),
            ("readahead", &layer.readahead),
            ("streaming", &layer.streaming),
        ] {
            if key.value() == Some(true) {
                out.report(
                    key.span().unwrap_or(layer.head),
                    index,
                    format!(
                        "{} cannot be used with `{name}`",
                        dilation::subject(parameters)
                    ),
                );
            }
        }
    }
}
