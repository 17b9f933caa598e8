//! The file has more layers with weights than the model.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX801
pub(super) static RULE: Rule = Rule {
    code: Code(801),
    name: "layer-count",
    severity: Severity::Error,
    summary: "the file has more layers with weights than the model",
    explanation: "Each layer with an operator, without `bypass` and without `weight_source`, takes the weights of one layer of the model, \
     in order. With too few weights none of the assignments can be trusted.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
# <- AX801
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
    output_processors: 0x000000000000000f
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        shapes: Some(
            r#"{"input":[3,16,16],"weights":[{"in":3,"out":4,"kernel":[3,3],"bits":8,"bias":true},{"in":4,"out":4,"kernel":[3,3],"bits":8,"bias":true}]}"#,
        ),
    }],
    source: "izer.py:163",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(801) {
        let weights = cx.facts.weights.as_ref().map_or(0, Vec::len);
        let span = cx.network.layers_field.key().unwrap_or(layer.head);
        let finding = out
            .new_finding(
                span,
                None,
                format!(
                    "the model has weights for {}, too few for the layers of this file",
                    words::count(weights as i64, "layer")
                ),
            )
            .related(layer.head, fault.layer, "the last layer");
        out.push(finding);
    }
}
