//! AX852.

use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(852),
    name: "weight-channels",
    severity: Severity::Error,
    summary: "a layer gets another number of channels than its weights are for",
    explanation: "\
The weights of a layer are made for a number of input and output channels. Where `in_sequences`, \
`in_channels` or `out_channels` say another number, the vendor's tool takes that for the layout in \
memory and crashes when it comes to the weights. Correct what the layer reads, or the key; without \
them the counts come from the weights.",
    examples: &[Example {
        bad: network!(
            r"
  - name: stem
    op: Conv2d
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x2000
    output: true
  - name: head
    op: Conv2d
    in_sequences: left
    #             ^^^^ AX852
    in_offset: 0x2000
    processors: 0x000000000000000f
    out_offset: 0x3000
    output: true
"
        ),
        good: network!(
            r"
  - name: stem
    op: Conv2d
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x2000
    output: true
  - name: head
    op: Conv2d
    in_sequences: [left, right]
    in_offset: 0x2000
    processors: 0x00000000000000ff
    out_offset: 0x3000
    output: true
"
        ),
        model: None,
        shapes: Some(
            r#"{"input": [4, 8, 8], "weights": [{"in": 4, "out": 4, "kernel": [3, 3]}, {"in": 4, "out": 4, "kernel": [3, 3]}, {"in": 4, "out": 4, "kernel": [3, 3]}, {"in": 8, "out": 4, "kernel": [3, 3]}]}"#,
        ),
    }],
    source: "kernels.py:199",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Ok(Some(weight)) = &cx.analysis.weights[index] else {
            continue;
        };
        // A mask that does not fit the channels either is the nearer fault.
        if cx.analysis.memory[index].processors.is_err() {
            continue;
        }
        let shape = &cx.analysis.shapes[index];
        if let Ok(channels) = shape.in_channels
            && channels != weight.in_channels
        {
            let place = layer
                .in_channels
                .span()
                .or(layer.in_sequences.span())
                .unwrap_or(layer.head);
            out.report(
                place,
                index,
                format!(
                    "the layer gets {}, but the model's weights are for {}",
                    count(channels, "input channel"),
                    weight.in_channels
                ),
            );
        }
        if let (Some(channels), Some(span)) =
            (layer.out_channels.value(), layer.out_channels.span())
            && channels != weight.out_channels
        {
            out.report(
                span,
                index,
                format!(
                    "`out_channels` is {channels}, but the model's layer has {}",
                    weight.out_channels
                ),
            );
        }
    }
}
