//! AX446.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Activation;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(446),
    name: "wide-output-with-activation",
    severity: Severity::Error,
    summary: "a 32-bit output with an activation",
    explanation: "\
A 32-bit output is the bare sum of the convolution; ReLU and Abs come behind it, together with the \
cut to 8 bits. The two cannot be combined. On a classifier's last layer leave the activation out: \
softmax needs the negative values too.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: linear
    in_dim: [1, 1]
    in_channels: 16
    out_channels: 8
    activate: relu
    output_width: 32
    #             ^^ AX446
    processors: 0x000000000000ffff
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: linear
    in_dim: [1, 1]
    in_channels: 16
    out_channels: 8
    activate: none
    output_width: 32
    processors: 0x000000000000ffff
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:417",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(index) = cx.analysis.graph.final_layer else {
        return;
    };
    let parameters = &cx.analysis.parameters[index];
    // In a layer without convolution either is wrong by itself (AX417, AX445).
    if parameters.output_width != Ok(32) || !parameters.operator.is_ok_and(Operator::convolves) {
        return;
    }
    let layer = &cx.network.layers[index];
    let name = match layer.activate.value() {
        Some(Activation::Relu) => "ReLU",
        Some(Activation::Abs) => "Abs",
        Some(Activation::None) | None => return,
    };
    let mut finding = out.new_finding(
        layer.output_width.span().unwrap_or(layer.head),
        index,
        format!("a 32-bit output has no activation, but this layer has {name}"),
    );
    if let Some(entry) = layer.activate.entry() {
        finding = finding.related(entry, index, format!("{name} is set here"));
    }
    if let Some(edits) = layer
        .activate
        .span()
        .map(|value| edits::replace_value(value, "none"))
    {
        finding = finding.fix(Applicability::Unsafe, "Set `activate: none`", edits);
    }
    out.push(finding);
}
