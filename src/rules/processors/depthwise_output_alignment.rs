//! AX205.

use crate::device::PROCESSORS_PER_INSTANCE;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(205),
    name: "depthwise-output-alignment",
    severity: Severity::Error,
    summary: "the output of a depthwise layer does not start at a multiple of 4 processors",
    explanation: "\
A depthwise convolution (`groups` above 1, MAX78002 only) writes each channel from its own \
processor. The hardware keeps the place of a channel within a data-memory word, and so the first \
output processor must be 0, 4, 8 … The output mask is `output_processors`, else `processors` of the \
next layer.",
    examples: &[Example {
        bad: example_network!(
            "MAX78002",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x000000000000001e
    #                  ^^^^^^^^^^^^^^^^^^ AX205
    out_channels: 4
    groups: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78002",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000000f0
    out_channels: 4
    groups: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:968",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if !cx.device.depthwise {
        return;
    }
    for (index, layer) in cx.executed() {
        let (Ok(groups), Ok(map)) = (
            cx.analysis.parameters[index].groups,
            cx.analysis.memory[index].output_map,
        ) else {
            continue;
        };
        let first = map.trailing_zeros();
        if groups <= 1 || first.is_multiple_of(PROCESSORS_PER_INSTANCE) {
            continue;
        }
        let place = masks::map_place(cx, index);
        let mut finding = out.new_finding(
            place.span,
            place.layer,
            format!(
                "the output of a depthwise layer must start at a multiple of 4 processors, but {} \
                 starts at processor {first}",
                place.what
            ),
        );
        if let (Some(span), true) = (layer.groups.entry(), place.layer != Some(index)) {
            finding = finding.related(span, index, "the depthwise layer that writes there");
        }
        out.push(finding);
    }
}
