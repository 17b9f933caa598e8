//! AX401.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::delivery;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(401),
    name: "inputs-dims-differ",
    severity: Severity::Error,
    summary: "the inputs of a layer differ in height or width",
    explanation: "\
All inputs of `in_sequences` are read pixel by pixel side by side, as operands of an element-wise \
operation or as further channels, so they need one height and width. Mostly one branch pools, or \
convolves without padding, and the other does not.

Only a layer that joins its inputs end to end along their pixels may read different ones: it says \
so with `in_dim`.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  \
  - op: passthrough
    name: skip
    in_dim: [14, 14]
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2000
    write_gap: 1
  - op: conv2d
    name: body
    kernel_size: 3x3
    pad: 0
    activate: relu
    in_sequences: input
    in_offset: 0x0000
    in_channels: 8
    out_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2004
    write_gap: 1
  - op: add
    in_sequences: [skip, body]
    #             ^^^^^^^^^^^^ AX401
    in_offset: 0x2000
    processors: 0x000000000000ff00
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "  \
  - op: passthrough
    name: skip
    in_dim: [14, 14]
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2000
    write_gap: 1
  - op: conv2d
    name: body
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_sequences: input
    in_offset: 0x0000
    in_channels: 8
    out_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2004
    write_gap: 1
  - op: add
    in_sequences: [skip, body]
    in_offset: 0x2000
    processors: 0x000000000000ff00
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: Some(
            r#"{"input": [8, 14, 14], "weights": [{"in": 8, "out": 8, "kernel": [3, 3]}]}"#,
        ),
    }],
    source: "izer.py:477",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(401) {
        let inputs = delivery::inputs(cx, fault.layer);
        let delivered: Vec<String> = inputs
            .iter()
            .map(|&(source, dim)| {
                format!(
                    "{} of {}",
                    words::dims(dim),
                    cx.network.source_label(source)
                )
            })
            .collect();
        let finding = out.new_finding(
            layer.in_sequences.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "the inputs need one height and width, but they are {}",
                words::list(&delivered)
            ),
        );
        out.push(delivery::point_at(cx, finding, &inputs));
    }
}
