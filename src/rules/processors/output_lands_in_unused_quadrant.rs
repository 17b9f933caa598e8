//! AX251.

use crate::analysis::MaskSource;
use crate::device::QUADRANTS;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(251),
    name: "output-lands-in-unused-quadrant",
    severity: Severity::Warning,
    summary: "an output goes to a quadrant that the network does not switch on",
    explanation: "\
The generated code switches on the quadrants from which some layer reads or to which the last layer \
writes. An output of the network (`output: true`) that an earlier layer writes to another quadrant \
lies in memory that is not in use.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
    output_processors: 0x000f000000000000
    #                  ^^^^^^^^^^^^^^^^^^ AX251
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - in_sequences: 0
    in_offset: 0x2000
    processors: 0x00000000000000ff
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - in_sequences: 0
    in_offset: 0x2000
    processors: 0x00000000000000ff
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x6000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:996",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(last) = cx.analysis.graph.final_layer else {
        return;
    };
    let masks: Option<Vec<u64>> = cx
        .executed()
        .map(|(_, layer)| layer.processors.value())
        .collect();
    let (Some(masks), Ok(final_map)) = (masks, masks::written_map(cx, last)) else {
        return;
    };
    let used = masks::quadrants(masks.into_iter().fold(final_map, |used, mask| used | mask));
    for (index, _) in cx.executed() {
        let memory = &cx.analysis.memory[index];
        let (Ok(true), MaskSource::Own, Ok(map)) = (
            cx.analysis.parameters[index].output,
            memory.output_map_from,
            memory.output_map,
        ) else {
            continue;
        };
        let off = masks::quadrants(map) & !used;
        let Some(quadrant) = (0..QUADRANTS).find(|quadrant| off >> quadrant & 1 == 1) else {
            continue;
        };
        let lost = masks::in_quadrant(map, quadrant) << (quadrant * masks::QUADRANT);
        let place = masks::map_place(cx, index);
        out.report(
            place.span,
            place.layer,
            format!(
                "this output goes to processors {} of quadrant {quadrant}, which no layer uses, so \
                 that it is not switched on",
                words::processors(lost)
            ),
        );
    }
}
