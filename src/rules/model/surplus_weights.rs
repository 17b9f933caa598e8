//! The model has more layers with weights than the file.

use crate::analysis::takes_weights;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX851
pub(super) static RULE: Rule = Rule {
    code: Code(851),
    name: "surplus-weights",
    severity: Severity::Warning,
    summary: "the model has more layers with weights than the file",
    explanation: "The vendor's tool takes the weights in order and leaves the rest of them, without a word. Some layer of the model is \
     missing from the file.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
# <- AX851
  - processors: 0x0000000000000007
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        shapes: Some(
            r#"{"input":[3,16,16],"weights":[{"in":3,"out":4,"kernel":[3,3],"bits":8,"bias":true},{"in":4,"out":4,"kernel":[3,3],"bits":8,"bias":true},{"in":4,"out":4,"kernel":[3,3],"bits":8,"bias":true}]}"#,
        ),
    }],
    source: "izer.py:163",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let (Some(weights), false) = (
        &cx.facts.weights,
        cx.analysis
            .parameters
            .iter()
            .any(|parameters| parameters.operator.is_err() || parameters.bypass.is_err()),
    ) else {
        return;
    };
    let used = cx
        .layers()
        .filter(|(index, layer)| takes_weights(layer, &cx.analysis.parameters[*index]) == Ok(true))
        .count();
    if used < weights.len() && cx.analysis.flags.stop_after.is_none() {
        out.report(
            cx.network.layers_field.key().unwrap_or(cx.network.span),
            None,
            format!(
                "the model has {} with weights, but the file uses {used} of them",
                words::count(weights.len() as i64, "layer")
            ),
        );
    }
}
