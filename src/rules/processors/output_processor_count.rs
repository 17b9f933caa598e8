//! The output mask has another number of bits than the output channels need.

use crate::analysis::MaskSource;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

use super::masks;

/// AX203
pub(super) static RULE: Rule = Rule {
    code: Code(203),
    name: "output-processor-count",
    severity: Severity::Error,
    summary: "the output mask has another number of bits than the output channels need",
    explanation: "Each bit of the output mask is a processor whose memory takes one output channel. The mask is `output_processors`, or \
     where that is left out, the `processors` of the layer that runs next: then that is the line to edit, although \
     the vendor's tool blames the producer. Up to 64 channels need just as many bits; more take several passes, with \
     a multiple of 4 bits each.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000007f
  #             ^^^^^^^^^^^^^^^^^^ AX203
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
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
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:935",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, producer) in cx.faults(203) {
        let index = fault.layer;
        let memory = &cx.analysis.memory[index];
        let (Ok(spread), Ok(channels)) =
            (memory.output_spread, cx.analysis.shapes[index].out_channels)
        else {
            continue;
        };
        let (key, field, place) = match memory.output_map_from {
            MaskSource::Next(next) => (
                "processors",
                &cx.network.layers[next].processors,
                Some(next),
            ),
            MaskSource::OutputMap => ("output_map", &cx.network.output_map, None),
            MaskSource::Own | MaskSource::Default => (
                "output_processors",
                &producer.output_processors,
                Some(index),
            ),
        };
        let (Some(mask), Some(span)) = (field.value(), field.span()) else {
            continue;
        };
        let needs = masks::needs(channels, spread, "output channel");
        let bits = words::count(i64::from(mask.count_ones()), "bit");
        let message = match place {
            Some(place) if place != index => format!(
                "{} {needs}, but `{key}` of {}, which takes them, has {bits} set",
                cx.network.label(index),
                cx.network.label(place)
            ),
            _ => format!(
                "{} {needs}, but `{key}` has {bits} set",
                cx.network.label(index)
            ),
        };
        let mut finding = out.new_finding(span, place, message);
        if place != Some(index) {
            finding = finding.related(producer.head, index, "the layer that writes these channels");
        }
        finding = masks::explain(cx, finding, index, channels, span, mask);
        finding = repair::with_masks(cx, finding, &[index]);
        if finding.fixes.is_empty() {
            finding = masks::resize(cx, finding, span, mask, channels, spread.processors);
        }
        out.push(finding);
    }
}
