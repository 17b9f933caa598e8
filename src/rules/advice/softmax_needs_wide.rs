//! A softmax is wanted over 8-bit outputs.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX909
pub(super) static RULE: Rule = Rule {
    code: Code(909),
    name: "softmax-needs-wide",
    severity: Severity::Warning,
    summary: "a softmax is wanted over 8-bit outputs",
    explanation: "`--softmax` generates code that expects 32-bit values. An 8-bit output of the last layer saturates at 127, and the \
     classes become hard to tell apart: set `output_width: 32`, without an activation.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--softmax\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
# ^^^^^^^^^^^^ AX909
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
# ai8x-lint: flags=\"--softmax\"
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
    source: "max7800x.py:379",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(index) = cx.analysis.graph.final_layer else {
        return;
    };
    let layer = &cx.network.layers[index];
    if cx.analysis.flags.softmax && cx.analysis.parameters[index].output_width == Ok(8) {
        out.report(
            layer.output_width.span().unwrap_or(layer.head),
            index,
            "`--softmax` works on 32-bit values, but the last layer writes 8-bit ones",
        );
    }
}
