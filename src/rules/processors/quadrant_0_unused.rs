//! No layer uses a processor of quadrant 0.

use crate::analysis::MaskSource;
use crate::device::PROCESSORS_PER_QUADRANT;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};
use crate::text::Edit;

use super::masks;

/// AX207
pub(super) static RULE: Rule = Rule {
    code: Code(207),
    name: "quadrant-0-unused",
    severity: Severity::Error,
    summary: "no layer uses a processor of quadrant 0",
    explanation: "The first quadrant runs the others: at least one layer must read processors 0 to 15, or the network's output must go \
     there.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000070000
  #             ^^^^^^^^^^^^^^^^^^ AX207
    output_processors: 0x00000000000f0000
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
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
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:1004",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let memory = &cx.analysis.memory;
    let Some(last) = cx.analysis.graph.final_layer else {
        return;
    };
    let written_out = memory[last].output_map_from != MaskSource::Default;
    let Ok(map) = memory[last].output_map else {
        return;
    };
    let masks: Option<Vec<u64>> = cx
        .executed()
        .map(|(_, layer)| layer.processors.value())
        .collect();
    // The default output of the final layer starts at processor 0.
    let (Some(masks), true) = (masks, written_out) else {
        return;
    };
    let used = masks.iter().fold(map, |used, mask| used | mask);
    if used & 0xffff == 0
        && let Some((index, layer)) = cx.executed().next()
    {
        let mut finding = out.new_finding(
            layer.processors.span().unwrap_or(layer.head),
            index,
            format!(
                "no layer uses quadrant 0 (processors 0 to 15); all masks together are {}",
                words::mask(used)
            ),
        );
        let quadrants = used.trailing_zeros() / PROCESSORS_PER_QUADRANT;
        if let Some(edits) = moved_down(cx, quadrants) {
            let processors = quadrants * PROCESSORS_PER_QUADRANT;
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Move all masks down by {processors} processors, to quadrant 0"),
                edits,
            );
        }
        out.push(finding);
    }
}

/// All masks, and the quadrants of biases, so many quadrants lower: among themselves everything stays as
/// it is. None where something has no room below.
fn moved_down(cx: &Context, quadrants: u32) -> Option<Vec<Edit>> {
    let network = cx.network;
    let layers = network.layers.iter();
    let masks = layers.flat_map(|layer| [&layer.processors, &layer.output_processors]);
    let buffers = network.data_buffer.iter().map(|block| &block.processors);
    let masks = masks.chain(buffers).chain([&network.output_map]);
    let mut result = Vec::new();
    for field in masks.filter(|field| !field.is_absent()) {
        let (mask, span) = (field.value()?, field.span()?);
        let bits = quadrants * PROCESSORS_PER_QUADRANT;
        let moved = mask >> bits;
        if moved << bits != mask {
            return None;
        }
        let text = masks::rewritten(span.text(cx.text), mask, moved);
        result.extend(edits::replace_value(span, &text));
    }
    let layers = network.layers.iter();
    for group in layers.filter_map(|layer| layer.bias_group.get()).flatten() {
        let moved = group.value - i64::from(quadrants);
        if moved < 0 {
            return None;
        }
        result.extend(edits::replace_value(group.span, &moved.to_string()));
    }
    Some(result)
}
