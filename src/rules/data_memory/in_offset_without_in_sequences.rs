//! AX308.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::reading;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(308),
    name: "in-offset-without-in-sequences",
    severity: Severity::Warning,
    summary: "`in_offset` is not where the layer before writes, and there is no `in_sequences`",
    explanation: "\
Without `in_sequences` a layer takes the output of the layer that ran before it, and without \
`in_offset` it reads where that one writes. An `in_offset` elsewhere makes the hardware read other \
data than the file describes and the vendor's tool simulates.

Where something else was written there, it may be meant, and `in_sequences` should say so. Where the \
layer reads words that nothing ever wrote, the finding is an error. The rule is silent where \
`in_offset` clearly names an earlier output (AX366).",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    in_offset: 0x1000
    #          ^^^^^^ AX308 error
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    in_offset: 0x2000
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "izer.py:442",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Some((previous, in_offset, out_offset)) = reading::astray(cx, index) else {
            continue;
        };
        let finding = out
            .new_finding(
                layer.in_offset.span().unwrap_or(layer.head),
                index,
                format!(
                    "`in_offset` is {}, but {}, which this layer takes its input from, writes to {}",
                    words::offset(in_offset),
                    cx.network.label(previous),
                    words::offset(out_offset)
                ),
            )
            .related(
                cx.network.layers[previous]
                    .out_offset
                    .span()
                    .unwrap_or(cx.network.layers[previous].head),
                previous,
                "the output that it takes by default",
            )
            .note("`in_sequences` says that a layer reads another one's output");
        let finding = reading::judge(cx, index, finding);
        // With `--start-layer`, what comes before is not run.
        let may_start = cx.facts.flags.is_none()
            && cx
                .executed()
                .take_while(|(earlier, _)| *earlier != index)
                .all(|(earlier, _)| {
                    cx.analysis.parameters[earlier].operator == Ok(Operator::Passthrough)
                });
        let severity = if may_start {
            Severity::Information
        } else {
            finding.severity
        };
        out.push(finding.severity(severity));
    }
}
