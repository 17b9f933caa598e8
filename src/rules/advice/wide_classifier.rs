//! The last Linear layer writes 8-bit values.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX954
pub(super) static RULE: Rule = Rule {
    code: Code(954),
    name: "wide-classifier",
    severity: Severity::Hint,
    summary: "the last Linear layer writes 8-bit values",
    explanation: "A classifier's last layer usually sets `output_width: 32`: the values keep their distances for a softmax, where 8-bit \
     ones saturate at 127. Leave it out only where 8 bits are meant.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
# ^^^^^^^^^^^^ AX954
    in_channels: 4
    in_dim: [1, 1]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: linear
    activate: none
",
        good: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [1, 1]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: linear
    activate: none
    output_width: 32
",
        model: None,
        shapes: None,
    }],
    source: "README, Softmax",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(index) = cx.analysis.graph.final_layer else {
        return;
    };
    let (layer, parameters) = (&cx.network.layers[index], &cx.analysis.parameters[index]);
    if parameters.operator == Ok(Operator::Linear)
        && layer.output_width.is_absent()
        // With the flag AX909 speaks.
        && !cx.analysis.flags.softmax
    {
        out.report(
            layer.head,
            index,
            "the last Linear layer writes 8-bit values; a softmax wants `output_width: 32`",
        );
    }
}
