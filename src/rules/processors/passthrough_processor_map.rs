//! AX204.

use crate::analysis::Operator;
use crate::device::QUADRANTS;
use crate::diagnostic::{Code, Severity};
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(204),
    name: "passthrough-processor-map",
    severity: Severity::Error,
    summary: "a passthrough layer writes to other processors than it reads",
    explanation: "\
Without a convolution, data stays in its quadrant: a passthrough layer can shift the channels of a \
quadrant, but not move them to another one, and it writes them to processors in a row. In each \
quadrant of 16 processors, the output mask must have as many bits as `processors`, without gaps.

Where data has to change its quadrant, a 1x1 convolution or another layer with weights must do it.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000f0000
    #                  ^^^^^^^^^^^^^^^^^^ AX204
    out_offset: 0x2000
    op: none
  - processors: 0x00000000000f0000
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000000f0
    out_offset: 0x2000
    op: none
  - processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:959",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let memory = &cx.analysis.memory[index];
        let (Ok(Operator::Passthrough), Ok(input), Ok(output)) = (
            cx.analysis.parameters[index].operator,
            memory.processors,
            memory.output_map,
        ) else {
            continue;
        };
        let packed = |quadrant: &u32| {
            let output = masks::in_quadrant(output, *quadrant);
            output.count_ones() == masks::in_quadrant(input, *quadrant).count_ones()
                && masks::is_contiguous(output)
        };
        let Some(quadrant) = (0..QUADRANTS).find(|quadrant| !packed(quadrant)) else {
            continue;
        };
        let place = masks::map_place(cx, index);
        let within = |mask: u64| masks::in_quadrant(mask, quadrant) << (quadrant * masks::QUADRANT);
        let reads = i64::from(within(input).count_ones());
        let writes = i64::from(within(output).count_ones());
        let message = if reads == writes {
            format!(
                "a passthrough layer writes to processors in a row, but {} has gaps in quadrant \
                 {quadrant}: {}",
                place.what,
                words::processors(within(output))
            )
        } else {
            format!(
                "a passthrough layer keeps data in its quadrant, but it reads {} of quadrant \
                 {quadrant} and {} names {writes} there",
                count(reads, "processor"),
                place.what
            )
        };
        let mut finding = out.new_finding(place.span, place.layer, message);
        if let Some(span) = layer.processors.span() {
            finding = finding.related(
                span,
                index,
                format!("reads processors {}", words::processors(input)),
            );
        }
        out.push(finding);
    }
}
