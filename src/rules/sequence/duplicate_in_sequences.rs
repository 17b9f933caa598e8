//! AX159.

use crate::diagnostic::{Code, Severity};
use crate::network::{Reference, Spanned};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(159),
    name: "duplicate-in-sequences",
    severity: Severity::Warning,
    summary: "`in_sequences` names the same source twice",
    explanation: "\
Each source of a layer lies at a place of its own in data memory: operands of an element-wise \
operation word by word in turn, parts of a concatenation on processors of their own. One output \
cannot lie at two such places. Nearly always another layer was meant; to use data twice, copy it \
with a passthrough layer.",
    examples: &[Example {
        bad: network!(
            r"
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x2000
  - name: join
    op: Conv2d
    in_sequences: [right, right]
    #                     ^^^^^ AX159
    in_offset: 0x2000
    out_channels: 4
    processors: 0x00000000000000ff
    out_offset: 0x3000
"
        ),
        good: network!(
            r"
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x2000
  - name: join
    op: Conv2d
    in_sequences: [left, right]
    in_offset: 0x2000
    out_channels: 4
    processors: 0x00000000000000ff
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:235",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(159) {
        let (Some(span), Some(list)) = (fault.span, layer.in_sequences.get()) else {
            continue;
        };
        let resolved = |item: &Spanned<Reference>| cx.network.resolve(&item.value).ok();
        let Some(source) = list
            .items
            .iter()
            .find(|item| item.span == span)
            .and_then(resolved)
        else {
            continue;
        };
        let mut finding = out.new_finding(
            span,
            fault.layer,
            format!("{} is named twice", cx.network.source_label(source)),
        );
        if let Some(first) = list
            .items
            .iter()
            .find(|item| resolved(item) == Some(source))
        {
            finding = finding.related(first.span, fault.layer, "named here first");
        }
        out.push(finding);
    }
}
