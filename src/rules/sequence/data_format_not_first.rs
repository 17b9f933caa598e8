//! AX163.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::{DataFormat, Source};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(163),
    name: "data-format-not-first",
    severity: Severity::Information,
    summary: "`data_format` on a layer that is not the first",
    explanation: "\
`data_format` describes how the network's input lies in data memory. All other layers read what a \
layer wrote, which is always HWC, so there the key says nothing new. It often stays behind when \
layers are copied.",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78000
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    data_format: HWC
    #            ^^^ AX163
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  # ai8x-lint: device=MAX78000
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:448",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed().skip(1) {
        let (Some(DataFormat::Hwc), Some(span), Some(key)) = (
            layer.data_format.value(),
            layer.data_format.span(),
            layer.data_format.key(),
        ) else {
            continue;
        };
        let reads_input = cx.analysis.graph.inputs[index]
            .iter()
            .any(|input| input.source == Ok(Source::Input));
        if reads_input {
            continue;
        }
        let finding = out.new_finding(
            span,
            index,
            format!(
                "{} reads the output of a layer, which is always HWC",
                cx.network.label(index)
            ),
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(edit) => finding.fix(Applicability::Safe, "Delete `data_format`", edit),
            None => finding,
        });
    }
}
