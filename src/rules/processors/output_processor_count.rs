//! AX203.

use crate::analysis::{ChannelSource, MaskSource};
use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::{counts, masks};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(203),
    name: "output-processor-count",
    severity: Severity::Error,
    summary: "the output mask has another number of bits than the output has channels",
    explanation: "\
The output of a layer goes to the data memory of the processors that its output mask names, one \
channel each in a pass. Up to 64 channels need as many bits; more take `ceil(channels / 64)` passes \
and `ceil(channels / passes)` bits, rounded up to a multiple of 4.

The mask is `output_processors`, else `processors` of the layer that runs next, and for the last \
layer the global `output_map`. The vendor's tool names the layer that writes; the text to edit is \
often the next layer's, and that is where this finding stands.",
    examples: &[
        Example {
            bad: example_network!(
                "MAX78000",
                r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 16
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000001ffff
    #           ^^^^^^^^^^^^^^^^^^ AX203
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
    out_channels: 16
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000ffff
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
            ),
            shapes: None,
        },
        Example {
            bad: example_network!(
                "MAX78000",
                r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 16
    output_processors: 0x0fff.0000
    #                  ^^^^^^^^^^^ AX203
    out_offset: 0x2000
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
    out_channels: 16
    output_processors: 0xffff.0000
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
            ),
            shapes: None,
        },
    ],
    source: "backend/max7800x.py:935",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(203) {
        let index = fault.layer;
        let memory = &cx.analysis.memory[index];
        let shape = &cx.analysis.shapes[index];
        let (Ok(mask), Ok(spread), Ok(channels)) = (
            masks::written_map(cx, index),
            memory.output_spread,
            shape.out_channels,
        ) else {
            continue;
        };
        let place = masks::map_place(cx, index);
        let bits = count(i64::from(mask.count_ones()), "bit");
        let need = counts::need(channels, "output", spread);
        let message = match memory.output_map_from {
            MaskSource::Next(_) => format!(
                "`processors` has {bits} set, but it is also where {} writes: {need}",
                cx.network.label(index)
            ),
            _ => format!("{} has {bits} set, but {need}", place.what),
        };
        let mut finding = out.new_finding(place.span, place.layer, message);
        if place.layer != Some(index) {
            finding = finding.related(
                layer.head,
                index,
                format!("writes {}", count(channels, "channel")),
            );
        }
        if let Some(note) = counts::arithmetic(cx, channels, spread) {
            finding = finding.note(note);
        }
        if shape.out_channels_from == ChannelSource::Weights {
            finding = finding.note(format!(
                "the weights of {} make {}",
                cx.network.label(index),
                count(channels, "output")
            ));
        }
        // The reader's own need must agree, or the shapes are wrong and not the mask.
        let reader_agrees = match memory.output_map_from {
            MaskSource::Next(next) => cx.analysis.memory[next]
                .input_spread
                .is_ok_and(|reads| reads.processors == spread.processors),
            _ => true,
        };
        if reader_agrees {
            finding = counts::with_mask(
                finding,
                place.span,
                place.span.text(cx.text),
                mask,
                None,
                channels,
                spread.processors,
            );
        }
        out.push(finding);
    }
}
