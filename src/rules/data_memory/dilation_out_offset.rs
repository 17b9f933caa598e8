//! AX313.

use crate::analysis::Dilation;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(313),
    name: "dilation-out-offset",
    severity: Severity::Error,
    summary: "a dilated Conv1d has no room before its output",
    explanation: "\
A Conv1d whose kernel spans more than 9 values with its dilation runs as a Conv2d over folded data. With \
3 values it also writes one row that nobody needs, `4 * dilation * passes` bytes before `out_offset`. \
`out_offset` must leave room for it.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: 64
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0020
    #           ^^^^^^ AX313
    op: conv1d
    kernel_size: 3
    pad: 0
    dilation: 16
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: 64
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0040
    op: conv1d
    kernel_size: 3
    pad: 0
    dilation: 16
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:593",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Ok(hardware), Ok(offset), Ok(dilation)) = (
            cx.analysis.hardware[index],
            cx.analysis.memory[index].out_offset,
            cx.analysis.parameters[index].dilation,
        ) else {
            continue;
        };
        if hardware.dilation != Dilation::Folded || offset >= hardware.out_ignore {
            continue;
        }
        let least = words::offset(hardware.out_ignore);
        let mut finding = out.new_finding(
            layer.out_offset.span().unwrap_or(layer.head),
            index,
            format!(
                "with `dilation: {}` this layer also writes {} bytes before its output, so \
                     `out_offset` must be at least {least}, but is {}",
                dilation[0],
                hardware.out_ignore,
                words::offset(offset)
            ),
        );
        if let Some(span) = layer.dilation.entry() {
            finding = finding.related(span, index, "a row of this many words is not needed");
        }
        if let Some(span) = layer.out_offset.span() {
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Start at {least}"),
                edits::replace_value(span, &least),
            );
        }
        out.push(finding);
    }
}
