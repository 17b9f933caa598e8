//! AX864.

use crate::analysis::DifferenceKind;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::sides;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(864),
    name: "model-input",
    severity: Severity::Warning,
    summary: "a layer reads something else than in the model",
    explanation: "\
What a layer reads, by `in_sequences` or from the layer before it, is compared with the data flow of the \
model's `forward`: which layers, added or concatenated in which order, pooled before or after. Layers \
that only re-form data leave no trace. Where the two differ, the chip computes another function than the \
one that was trained.",
    examples: &[Example {
        bad: network!(
            r"
  - name: first
    op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: second
    op: Conv2d
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
    output: true
  - name: third
    op: Conv2d
    activate: relu
    in_sequences: first
    #             ^^^^^ AX864
    in_offset: 0x1000
    processors: 0x000000000000000f
    out_offset: 0x3000
    output: true
"
        ),
        good: network!(
            r"
  - name: first
    op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: second
    op: Conv2d
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
    output: true
  - name: third
    op: Conv2d
    activate: relu
    in_sequences: second
    in_offset: 0x2000
    processors: 0x000000000000000f
    out_offset: 0x3000
    output: true
"
        ),
        model: Some(example_model!(
            r"
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 4, 3, padding=1, bias=bias, **kwargs)
        self.conv2 = ai8x.FusedConv2dReLU(4, 4, 3, padding=1, bias=bias, **kwargs)
        self.conv3 = ai8x.FusedConv2dReLU(4, 4, 3, padding=1, bias=bias, **kwargs)
",
            r"
        x = self.conv1(x)
        y = self.conv2(x)
        return y, self.conv3(y)
"
        )),
        shapes: None,
    }],
    source: "models of the vendor's training project",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let is_input = |kind: &DifferenceKind| matches!(kind, DifferenceKind::Input(..));
    for (difference, model) in sides::differences(cx, is_input) {
        let (Some(index), Some(module), DifferenceKind::Input(own, theirs)) = (
            difference.layer,
            sides::module(difference, model),
            &difference.kind,
        ) else {
            continue;
        };
        let layer = &cx.network.layers[index];
        let finding = out.new_finding(
            layer.in_sequences.span().unwrap_or(layer.head),
            index,
            format!(
                "{} reads {}, but `{}` of the model reads {}",
                cx.network.label(index),
                sides::flow(cx, model, own),
                module.path,
                sides::flow(cx, model, theirs)
            ),
        );
        out.push(sides::with_places(finding, difference, model));
    }
}
