//! A passthrough moves data to other processors than it may.

use crate::analysis::Operator;
use crate::device;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::masks;

/// AX204
pub(super) static RULE: Rule = Rule {
    code: Code(204),
    name: "passthrough-processor-map",
    severity: Severity::Error,
    summary: "a passthrough moves data to other processors than it may",
    explanation: "A layer without convolution copies each channel inside its quadrant: in each quadrant the output mask must be one \
     run of bits, as many as `processors` has there. To move data to another quadrant use a convolution.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x00000000000f0000
  #                    ^^^^^^^^^^^^^^^^^^ AX204
    out_offset: 0x0000
    op: passthrough
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x0000
    op: passthrough
",
        shapes: None,
    }],
    source: "max7800x.py:959",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let memory = &cx.analysis.memory[index];
        let (Ok(Operator::Passthrough), Ok(reads), Ok(writes)) = (
            cx.analysis.parameters[index].operator,
            memory.processors,
            memory.output_map,
        ) else {
            continue;
        };
        let wrong = (0..device::QUADRANTS).find(|&quadrant| {
            let (input, output) = (
                masks::quadrant(reads, quadrant),
                masks::quadrant(writes, quadrant),
            );
            let packed = (1_u64 << input.count_ones()) - 1;
            output >> output.trailing_zeros().min(15) != packed
        });
        let Some(quadrant) = wrong else { continue };
        let (place, of) = masks::output_place(cx, index);
        let mut finding = out.new_finding(
            place,
            of,
            format!(
                "in quadrant {quadrant} the passthrough reads {} but its output mask has {}: it must be one \
                 run of as many",
                words::count(i64::from(masks::quadrant(reads, quadrant).count_ones()), "processor"),
                masks::quadrant(writes, quadrant).count_ones()
            ),
        );
        if of != Some(index) {
            finding = finding.related(layer.head, index, "the passthrough");
        }
        out.push(finding);
    }
}
