//! AX866.

use crate::analysis::DifferenceKind;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::sides;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(866),
    name: "model-layer-surplus",
    severity: Severity::Warning,
    summary: "a layer takes weights, but the model has none for it",
    explanation: "\
A layer with weights that the model does not have takes those of the next one, unless the checkpoint was \
edited to hold weights for it: a 1x1 convolution that hands its input on, put in to re-form or pool data. \
Such a layer is information only; the checkpoint must have its weights at this place.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
  # <- AX866
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: none
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: Some(example_model!(
            r"
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 4, 3, padding=1, bias=bias, **kwargs)
",
            r"
        return self.conv1(x)
"
        )),
        shapes: None,
    }],
    source: "checkpoint.py: weights are handed out in the order of construction",
    fix: FixAvailability::None,
    covers: &[Code(864), Code(867)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (difference, model) in sides::differences(cx, |kind| *kind == DifferenceKind::SurplusLayer)
    {
        let (Some(index), Some(alignment)) = (difference.layer, &cx.analysis.alignment) else {
            continue;
        };
        let layer = &cx.network.layers[index];
        let label = cx.network.label(index);
        let finding = if alignment.hands_on[index] {
            let message = format!(
                "{label} has no counterpart in the model: the checkpoint must have weights for it that \
                 hand its input on"
            );
            out.new_finding(layer.head, index, message)
                .severity(Severity::Information)
        } else {
            let message = format!("{label} takes weights, but the model has no layer for it");
            out.new_finding(layer.head, index, message)
        };
        out.push(sides::with_places(finding, difference, model));
    }
}
