//! AX467.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(467),
    name: "operator-vs-weights-rank",
    severity: Severity::Error,
    summary: "the weights are those of another operator",
    explanation: "\
The weights of a Conv1d have one kernel dimension, those of a Conv2d and a ConvTranspose2d two, \
those of a Linear layer none. Here they do not fit the layer's `op`.

Either `op` is wrong (a layer without it is a Conv2d), or the weights went to another layer: they \
are handed out in the order of the layers, to all that convolve.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    #   ^^^^^^ AX467
    in_dim: [64, 1]
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: [64, 1]
    kernel_size: 3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: Some(r#"{"input": [4, 64], "weights": [{"in": 4, "out": 4, "kernel": [3]}]}"#),
    }],
    source: "checkpoint.py:169",
    fix: FixAvailability::None,
    covers: &[Code(803)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(operator), Ok(Some(weight))) = (parameters.operator, &cx.analysis.weights[index])
        else {
            continue;
        };
        let is_one = weight.kernel.iter().all(|&side| side == 1);
        let fits = match (operator, weight.kernel.len()) {
            (Operator::Conv1d, 1)
            | (Operator::Conv2d | Operator::ConvTranspose2d, 2)
            | (Operator::Passthrough, _) => true,
            // A fully connected layer is a 1x1 convolution for the hardware, and the other way round.
            (Operator::Linear, _) => is_one,
            (Operator::Conv2d, _) => is_one && parameters.kernel == Ok([1, 1]),
            _ => false,
        };
        if fits {
            continue;
        }
        let sides: Vec<String> = weight.kernel.iter().map(ToString::to_string).collect();
        out.report(
            place::operator(layer),
            index,
            format!(
                "this is a {}, but the weights have a kernel of {}",
                operator.name(),
                if sides.len() == 1 {
                    format!("length {}", sides[0])
                } else {
                    sides.join("x")
                }
            ),
        );
    }
}
