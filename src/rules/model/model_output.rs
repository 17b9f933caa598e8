//! AX867.

use crate::analysis::DifferenceKind;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::sides;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(867),
    name: "model-output",
    severity: Severity::Information,
    summary: "the outputs of the file are not those of the model",
    explanation: "\
The outputs of a network are its last layer and those with `output: true`. Where the model returns more, \
the file may leave some out on purpose; where a layer is an output that the model does not return, the \
software behind the network gets something else than in training, which is a warning.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
  # <- AX867
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
    output: true
  - op: Conv2d
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
    output: true
"
        ),
        model: Some(example_model!(
            r"
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 4, 3, padding=1, bias=bias, **kwargs)
        self.conv2 = ai8x.FusedConv2dReLU(4, 4, 3, padding=1, bias=bias, **kwargs)
",
            r"
        x = self.conv1(x)
        return x, self.conv2(x)
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
    let is_output = |kind: &DifferenceKind| {
        matches!(
            kind,
            DifferenceKind::MissingOutput(_) | DifferenceKind::SurplusOutput(_)
        )
    };
    for (difference, model) in sides::differences(cx, is_output) {
        let last = cx.analysis.graph.final_layer;
        let Some(index) = difference.layer.or(last) else {
            continue;
        };
        let head = cx.network.layers[index].head;
        let finding = match &difference.kind {
            DifferenceKind::MissingOutput(flow) => out.new_finding(
                head,
                index,
                format!(
                    "the model returns {}, which is no output of the file",
                    sides::flow(cx, model, flow)
                ),
            ),
            DifferenceKind::SurplusOutput(flow) => out
                .new_finding(
                    head,
                    index,
                    format!(
                        "{} is an output, but the model does not return {}",
                        cx.network.label(index),
                        sides::flow(cx, model, flow)
                    ),
                )
                .severity(Severity::Warning),
            _ => continue,
        };
        out.push(finding);
    }
}
