//! A passthrough moves data to other processors than it may.

use crate::analysis::in_quadrant;
use crate::device;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

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
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:959",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(204) {
        let index = fault.layer;
        let (place, of, map) = masks::output_mask(cx, index);
        let (Ok(reads), Some(writes)) = (cx.analysis.memory[index].processors, map) else {
            continue;
        };
        let counts = |quadrant: u32| {
            let count = |mask| i64::from(in_quadrant(mask, quadrant).count_ones());
            (count(reads), count(writes))
        };
        let moved = (0..device::QUADRANTS).find(|&quadrant| {
            let (reads, writes) = counts(quadrant);
            reads != writes
        });
        let message = match moved {
            Some(quadrant) => {
                let (reads, writes) = counts(quadrant);
                format!(
                    "a passthrough keeps data in its quadrant, but it reads {} of quadrant {quadrant} \
                     and writes {writes} there",
                    words::count(reads, "processor")
                )
            }
            None => format!(
                "a passthrough writes one run of processors in each quadrant, but its output mask \
                 has gaps: {}",
                words::processors(writes)
            ),
        };
        let mut finding = out.new_finding(place, of, message);
        if let Some(span) = layer.processors.span() {
            finding = finding.related(
                span,
                index,
                format!(
                    "the passthrough reads processors {}",
                    words::processors(reads)
                ),
            );
        }
        out.push(repair::with_masks(cx, finding, &[index]));
    }
}
