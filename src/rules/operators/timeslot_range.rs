//! AX458.

use crate::device::{MAX_TIME_SLOTS, PROCESSORS, QUADRANTS};
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(458),
    name: "timeslot-range",
    severity: Severity::Error,
    summary: "a depthwise layer needs too many time slots",
    explanation: "\
A depthwise layer whose output goes to other processors than its own writes the values of a \
quadrant one after the other, a time slot each, four with a 32-bit output. There are 16 time \
slots, so a 32-bit output can have 4 channels in a quadrant.

Let the output go to the layer's own processors, or write 8-bit values.",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 16
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    groups: 16
    activate: none
    output_width: 32
    #             ^^ AX458
    processors: 0x000000000000ffff
    output_processors: 0x00000000ffff0000
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78002",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 16
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    groups: 16
    activate: none
    output_width: 32
    processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:1990",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let memory = &cx.analysis.memory[index];
        let (Ok(groups), Ok(operator), Ok(width), Ok(processors), Ok(output_map)) = (
            parameters.groups,
            parameters.operator,
            parameters.output_width,
            memory.processors,
            memory.output_map,
        ) else {
            continue;
        };
        if groups <= 1 || !cx.device.depthwise || !operator.convolves() || processors == output_map
        {
            continue;
        }
        let per_quadrant = PROCESSORS / QUADRANTS;
        let channels = (0..QUADRANTS)
            .map(|quadrant| {
                let used = processors >> (quadrant * per_quadrant) & ((1 << per_quadrant) - 1);
                i64::from(used.count_ones())
            })
            .max()
            .unwrap_or_default();
        let slots = channels * width / 8;
        if slots > MAX_TIME_SLOTS {
            out.report(
                layer.output_width.span().unwrap_or(layer.head),
                index,
                format!(
                    "{} in a quadrant need {slots} time slots with a {width}-bit output, but there \
                     are {MAX_TIME_SLOTS}",
                    words::count(channels, "channel")
                ),
            );
        }
    }
}
