//! `processors` has another number of bits than the input channels need.

use crate::analysis::MaskSource;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

use super::masks;

/// AX201
pub(super) static RULE: Rule = Rule {
    code: Code(201),
    name: "input-processor-count",
    severity: Severity::Error,
    summary: "`processors` has another number of bits than the input channels need",
    explanation: "Each bit of `processors` is a processor that reads one channel at a time. Up to 64 channels need just as many bits. \
     More channels take passes: `ceil(channels / 64)` passes with `ceil(channels / passes)` bits, rounded up to a \
     multiple of 4 (100 channels: 2 passes with 52 bits). For `flatten` the channels before flattening count.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x00000000000000ff
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000007f
  #             ^^^^^^^^^^^^^^^^^^ AX201
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
    output_processors: 0x00000000000000ff
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
    source: "max7800x.py:917",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(201) {
        let index = fault.layer;
        let (Some(mask), Ok(spread), Ok(channels)) = (
            layer.processors.value(),
            cx.analysis.memory[index].input_spread,
            cx.analysis.shapes[index].stored_channels,
        ) else {
            continue;
        };
        let span = layer.processors.span().unwrap_or(layer.head);
        let needs = masks::needs(channels, spread, "input channel");
        let mut finding = out.new_finding(
            span,
            index,
            format!(
                "{} {needs}, but `processors` has {} set",
                cx.network.label(index),
                words::count(i64::from(mask.count_ones()), "bit")
            ),
        );
        finding = masks::explain(cx, finding, index, channels, span, mask);
        let bits = i64::from(mask.count_ones());
        let flattens = cx.analysis.shapes[index].in_channels != Ok(channels);
        if let Some(producer) = producer_that_fits(cx, index, bits) {
            finding = finding.note(format!(
                "the mask fits what {} writes; rather the channels or the dimensions are wrong",
                cx.network.label(producer)
            ));
        }
        // A mask that also says where another layer writes must fit that one, too.
        let fits_writers = cx.analysis.memory.iter().all(|memory| {
            memory.output_map_from != MaskSource::Next(index)
                || memory
                    .output_spread
                    .is_ok_and(|writes| writes.processors == spread.processors)
        });
        // Where a flattening layer has the wrong number, a shape before it is wrong, and no mask
        // can mend that.
        if !flattens {
            finding = repair::with_masks(cx, finding, &[index]);
        }
        if fits_writers && !flattens && finding.fixes.is_empty() {
            finding = masks::resize(cx, finding, span, mask, channels, spread.processors);
        }
        out.push(finding);
    }
}

/// The only producer of a layer, if its channels need just `bits` processors.
fn producer_that_fits(cx: &Context, index: usize, bits: i64) -> Option<usize> {
    let [input] = cx.analysis.graph.inputs[index][..] else {
        return None;
    };
    let Ok(Source::Layer(producer)) = input.source else {
        return None;
    };
    let spread = cx.analysis.memory[producer].output_spread.ok()?;
    (spread.processors == bits).then_some(producer)
}
