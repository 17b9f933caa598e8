//! AX216.

use crate::analysis::MaskSource;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::masks::{self, InputMask};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(216),
    name: "eltwise-output-maps-differ",
    severity: Severity::Error,
    summary: "the operands of an element-wise operation lie in different processors",
    explanation: "\
An element-wise operation takes both values of a channel from the same processor's memory. All \
layers that it reads must therefore write to the same processors, those that the layer's \
`processors` names. Give each of them the same `output_processors`; without that key a layer writes \
to the `processors` of whatever runs next.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    name: stem
  - processors: 0x00000000000000f0
    output_processors: 0x00000000000000f0
    out_offset: 0x1000
    op: none
    write_gap: 1
    name: skip
  - in_sequences: stem
    processors: 0x00000000000000f0
    output_processors: 0x0000000000000f00
    #                  ^^^^^^^^^^^^^^^^^^ AX216
    in_offset: 0x2000
    out_channels: 4
    out_offset: 0x1004
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
    name: main
  - in_sequences: [skip, main]
    processors: 0x00000000000000f0
    in_offset: 0x1000
    out_offset: 0x4000
    op: add
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    name: stem
  - processors: 0x00000000000000f0
    output_processors: 0x00000000000000f0
    out_offset: 0x1000
    op: none
    write_gap: 1
    name: skip
  - in_sequences: stem
    processors: 0x00000000000000f0
    output_processors: 0x00000000000000f0
    in_offset: 0x2000
    out_channels: 4
    out_offset: 0x1004
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
    name: main
  - in_sequences: [skip, main]
    processors: 0x00000000000000f0
    in_offset: 0x1000
    out_offset: 0x4000
    output_processors: 0x00000000000000f0
    op: add
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:765",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (true, Some(inputs)) = (
            cx.analysis.parameters[index]
                .operands
                .is_ok_and(|operands| operands > 1),
            masks::input_masks(cx, index),
        ) else {
            continue;
        };
        let Some(odd) = odd_one(&inputs, layer.processors.value()) else {
            continue;
        };
        let Some(other) = inputs.iter().find(|input| input.mask != odd.mask) else {
            continue;
        };
        // The text to edit is the odd one's mask, if it has one of its own.
        let (span, place) = match odd.source {
            Source::Layer(producer)
                if cx.analysis.memory[producer].output_map_from == MaskSource::Own =>
            {
                let place = masks::map_place(cx, producer);
                (place.span, place.layer)
            }
            _ => (odd.span.unwrap_or(layer.head), Some(index)),
        };
        let mut finding = out.new_finding(
            span,
            place,
            format!(
                "{} combines values of the same processors, but {} lies in processors {} \
                 and {} in processors {}",
                cx.network.label(index),
                cx.network.source_label(odd.source),
                words::processors(odd.mask),
                cx.network.source_label(other.source),
                words::processors(other.mask)
            ),
        );
        let readers = layer.in_sequences.span().unwrap_or(layer.head);
        finding = finding.related(readers, index, "reads both");
        for input in [odd, other] {
            if let Source::Layer(producer) = input.source {
                finding = finding.related(
                    cx.network.layers[producer].head,
                    producer,
                    format!("writes to processors {}", words::processors(input.mask)),
                );
            }
        }
        out.push(finding);
    }
}

/// The input that does not lie where the layer reads; of several, the first that differs from the
/// first. None where all are alike.
fn odd_one(inputs: &[InputMask], processors: Option<u64>) -> Option<&InputMask> {
    let first = inputs.first()?;
    if inputs.iter().all(|input| input.mask == first.mask) {
        return None;
    }
    let astray: Vec<&InputMask> = inputs
        .iter()
        .filter(|input| Some(input.mask) != processors)
        .collect();
    match astray[..] {
        [one] => Some(one),
        _ => inputs.iter().find(|input| input.mask != first.mask),
    }
}
