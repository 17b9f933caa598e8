//! AX027.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(27),
    name: "convtranspose-stride",
    severity: Severity::Error,
    summary: "`stride` of a ConvTranspose2d is not 2",
    explanation: "\
The hardware's transposed convolution doubles height and width: its stride is fixed at 2, which is \
also the default. A model with another stride cannot be mapped to it.",
    examples: &[Example {
        bad: network!(
            r"
  - op: ConvTranspose2d
    stride: 1
    #       ^ AX027
    pad: 1
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: ConvTranspose2d
    stride: 2
    pad: 1
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:470",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let parameters = &cx.analysis.parameters[index];
        let (Some(stride), Some(key), Some(span)) = (
            layer.stride.value(),
            layer.stride.key(),
            layer.stride.span(),
        ) else {
            continue;
        };
        if parameters.operator != Ok(Operator::ConvTranspose2d)
            || parameters.pools
            || stride == [2, 2]
        {
            continue;
        }
        let finding = out.new_finding(
            span,
            index,
            format!("a ConvTranspose2d has stride 2, but this is {}", stride[0]),
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(change) => finding.fix(Applicability::Unsafe, "Delete `stride`", change),
            None => finding,
        });
    }
}
