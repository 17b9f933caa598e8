//! AX404.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

use super::delivery;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(404),
    name: "in-dim-pixel-count",
    severity: Severity::Error,
    summary: "`in_dim` does not hold the pixels that `in_sequences` deliver",
    explanation: "\
On a layer with `in_sequences`, `in_dim` says that the inputs are joined end to end along their \
pixels, so height (with the rows of `in_crop`) x width must be the sum of all their pixels. An \
element-wise layer with two operands of 8x8 pixels and `in_dim: [8, 8]` therefore fails: it reads \
128 pixels.

Delete `in_dim` where the inputs lie side by side (operands, further channels); they bring their \
own height and width.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: passthrough
    name: skip
    in_dim: [8, 8]
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
    in_dim: [8, 8]
    #       ^^^^^^ AX404
    processors: 0x000000000000ff00
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: passthrough
    name: skip
    in_dim: [8, 8]
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
        shapes: Some(r#"{"input": [8, 8, 8], "weights": [{"in": 8, "out": 8, "kernel": [3, 3]}]}"#),
    }],
    source: "izer.py:501",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(404) {
        let (Some([height, width]), Ok(crop)) = (
            layer.in_dim.value(),
            cx.analysis.parameters[fault.layer].crop,
        ) else {
            continue;
        };
        let inputs = delivery::inputs(cx, fault.layer);
        let pixels: i64 = inputs
            .iter()
            .map(|(_, [rows, columns])| rows * columns)
            .sum();
        let cropped = if crop == [0, 0] {
            String::new()
        } else {
            format!(
                ", with the {} of `in_crop`",
                words::count(crop[0] + crop[1], "row")
            )
        };
        let mut finding = out.new_finding(
            layer.in_dim.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "`in_dim` says {}{cropped}, but `in_sequences` deliver {pixels}",
                words::count((height + crop[0] + crop[1]) * width, "pixel")
            ),
        );
        finding = delivery::point_at(cx, finding, &inputs);
        let side_by_side = inputs.len() > 1 && inputs.iter().all(|(_, dim)| *dim == inputs[0].1);
        if side_by_side {
            finding = finding.note(
                "with `in_dim` the inputs are joined along their pixels; without it they lie side \
                 by side, as operands or further channels",
            );
            if let Some(edits) = layer
                .in_dim
                .key()
                .and_then(|key| edits::delete_entry(cx, key))
            {
                finding = finding.fix(Applicability::Unsafe, "Delete `in_dim`", edits);
            }
        }
        out.push(finding);
    }
}
