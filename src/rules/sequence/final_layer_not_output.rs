//! AX108.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(108),
    name: "final-layer-not-output",
    severity: Severity::Warning,
    summary: "other layers are marked as outputs, but the final one is not",
    explanation: "\
Without any `output: true` the final layer is the output of the network. As soon as one layer says \
`output: true`, only the layers that say so are outputs: the generated code does not unload the \
final layer, and its memory is not kept for it. A final layer whose result nobody takes is work \
for nothing; mark it, or leave it out.",
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
  - name: class
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
    output: true
  - name: box
  # <- AX108
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
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
  - name: class
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
    output: true
  - name: box
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
    output: true
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:375",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(last) = cx.analysis.graph.final_layer else {
        return;
    };
    let layer = &cx.network.layers[last];
    if layer.output.value().unwrap_or(!layer.output.is_absent()) {
        return;
    }
    let mut marked = cx
        .layers()
        .filter(|(_, other)| other.output.value() == Some(true))
        .peekable();
    if marked.peek().is_none() {
        return;
    }
    let mut finding = out.new_finding(
        layer.output.span().unwrap_or(layer.head),
        last,
        format!(
            "{} is the final layer but not an output, while other layers say `output: true`",
            cx.network.label(last)
        ),
    );
    for (index, other) in marked {
        let span = other.output.entry().unwrap_or(other.head);
        finding = finding.related(
            span,
            index,
            format!("{} is an output", cx.network.label(index)),
        );
    }
    let edit = match layer.output.span() {
        Some(span) => Some(edits::replace_value(span, "true")),
        None => edits::insert_key(cx, layer, "output: true"),
    };
    out.push(match edit {
        Some(edit) => finding.fix(Applicability::Unsafe, "Mark it with `output: true`", edit),
        None => finding,
    });
}
