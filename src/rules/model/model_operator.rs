//! AX861.

use crate::analysis::{DifferenceKind, Operator};
use crate::diagnostic::{Code, Severity};
use crate::facts::model::ModelOperator;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::sides;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(861),
    name: "model-operator",
    severity: Severity::Warning,
    summary: "a layer is another kind of convolution than in the model",
    explanation: "\
The layers with weights pair with those of the model in the order in which the model constructs them. \
Where the kinds of a pair differ, file and model are of different versions, or a layer before this \
one is missing or too many. The weights do not fit, or they mean something else.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: ConvTranspose2d
    #   ^^^^^^^^^^^^^^^ AX861
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
  - op: Conv2d
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: Some(example_model!(
            r"
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 4, 3, padding=1, bias=bias, **kwargs)
        self.conv2 = ai8x.FusedConv2dReLU(4, 4, 3, padding=1, bias=bias, **kwargs)
",
            r"
        x = self.conv1(x)
        return self.conv2(x)
"
        )),
        shapes: None,
    }],
    source: "checkpoint.py: weights are handed out in the order of construction",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (difference, model) in sides::differences(cx, |kind| *kind == DifferenceKind::Operator) {
        let (Some(layer), Some(module)) = (difference.layer, sides::module(difference, model))
        else {
            continue;
        };
        let operator = match cx.analysis.parameters[layer].operator {
            Ok(operator) => operator,
            Err(_) => continue,
        };
        let own = &cx.network.layers[layer];
        let finding = out.new_finding(
            own.op.span().unwrap_or(own.head),
            layer,
            format!(
                "{} is a {}, but `{}` of the model is a {}",
                cx.network.label(layer),
                operator.name(),
                module.path,
                name(module.operator)
            ),
        );
        out.push(sides::with_places(finding, difference, model));
    }
}

fn name(operator: ModelOperator) -> &'static str {
    match operator {
        ModelOperator::Conv1d => Operator::Conv1d.name(),
        ModelOperator::Conv2d => Operator::Conv2d.name(),
        ModelOperator::ConvTranspose2d => Operator::ConvTranspose2d.name(),
        ModelOperator::Linear => Operator::Linear.name(),
        ModelOperator::SoftwareLinear => "SoftwareLinear",
        ModelOperator::Eltwise(_) => "element-wise operation",
        ModelOperator::Pool => "pooling",
    }
}
