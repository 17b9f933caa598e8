//! What the rules on processor masks share.

use crate::analysis::{ChannelSource, MaskSource, Spread};
use crate::device::PROCESSORS;
use crate::diagnostic::{Applicability, Finding};
use crate::network::Source;
use crate::rules::{Context, edits, words};
use crate::text::Span;

/// `needs 52 processors for 100 input channels in 2 passes`.
pub(super) fn needs(channels: i64, spread: Spread, noun: &str) -> String {
    let passes = if spread.passes > 1 {
        format!(" in {} passes", spread.passes)
    } else {
        String::new()
    };
    format!(
        "needs {} for {}{passes}",
        words::count(spread.processors, "processor"),
        words::count(channels, noun)
    )
}

/// Adds where the channel count comes from, and what the mask may have been meant for.
pub(super) fn explain(
    cx: &Context,
    mut finding: Finding,
    layer: usize,
    channels: i64,
    span: Span,
    mask: u64,
) -> Finding {
    let (shape, parameters) = (&cx.analysis.shapes[layer], &cx.analysis.parameters[layer]);
    if let (Ok(true), Ok([height, width]), Ok(features)) =
        (parameters.flatten, shape.pooled_dim, shape.in_channels)
        && finding.code.0 != 203
        && height * width > 1
    {
        finding = finding.note(format!(
            "{features} values before the layer / ({height} x {width} pixels) = {}",
            words::count(channels, "input channel")
        ));
    }
    if finding.code.0 != 203 && shape.in_channels_from == ChannelSource::Weights {
        finding = finding.note("the weights say how many input channels there are");
    }
    let digits = span
        .text(cx.text)
        .trim_matches(['"', '\''])
        .replace(['.', '_'], "");
    let digits = digits.trim_start_matches("0x").trim_start_matches('0');
    if mask == channels as u64 || digits.parse() == Ok(channels) {
        finding = finding.note(format!(
            "a mask has one bit a processor: {channels} written as a number is not {}",
            words::count(channels, "processor")
        ));
    }
    finding
}

/// Offers the mask with the needed number of bits, where the bits are one run and can stay one.
pub(super) fn resize(
    cx: &Context,
    finding: Finding,
    span: Span,
    mask: u64,
    channels: i64,
    needed: i64,
) -> Finding {
    // A number of channels in place of a mask says nothing of where they start.
    let start = if mask == channels as u64 {
        0
    } else {
        mask.trailing_zeros()
    };
    let one_run = mask == channels as u64
        || mask != 0 && (mask >> start).trailing_ones() == mask.count_ones();
    let fits = (1..=i64::from(PROCESSORS)).contains(&(i64::from(start) + needed));
    if !one_run || !fits {
        return finding;
    }
    let new = crate::analysis::low_mask(needed) << start;
    let old = span.text(cx.text);
    let text = match old.strip_prefix("0x") {
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            format!("0x{new:0width$x}", width = digits.len())
        }
        _ => words::mask(new),
    };
    finding.fix(
        Applicability::Unsafe,
        format!(
            "Use {text}: {} from {start} on",
            words::count(needed, "processor")
        ),
        edits::replace_value(span, &text),
    )
}

/// The 16 bits of one quadrant.
pub(super) fn quadrant(mask: u64, quadrant: u32) -> u64 {
    mask >> (quadrant * 16) & 0xffff
}

/// The text that says where the output of a layer goes, and the layer that it belongs to.
pub(super) fn output_place(cx: &Context, layer: usize) -> (Span, Option<usize>) {
    let own = &cx.network.layers[layer];
    match cx.analysis.memory[layer].output_map_from {
        MaskSource::Next(next) => (
            cx.network.layers[next]
                .processors
                .span()
                .unwrap_or(own.head),
            Some(next),
        ),
        MaskSource::OutputMap => (cx.network.output_map.span().unwrap_or(own.head), None),
        MaskSource::Own | MaskSource::Default => (
            own.output_processors.span().unwrap_or(own.head),
            Some(layer),
        ),
    }
}

/// A layer that names its inputs, with the masks of what they wrote.
pub(super) struct Join {
    pub(super) layer: usize,
    /// Its `processors`.
    pub(super) mask: u64,
    /// Each input: its reference, its layer (none for the network's input), its output mask.
    pub(super) inputs: Vec<(Span, Option<usize>, u64)>,
    /// All inputs' processors.
    pub(super) union: u64,
    /// The processors common to all inputs.
    pub(super) common: u64,
}

/// The layers with `in_sequences` whose masks are all known.
pub(super) fn joins(cx: &Context) -> Vec<Join> {
    cx.executed()
        .filter_map(|(index, layer)| {
            if layer.in_sequences.is_absent() {
                return None;
            }
            let mask = cx.analysis.memory[index].processors.ok()?;
            let inputs: Vec<(Span, Option<usize>, u64)> = cx.analysis.graph.inputs[index]
                .iter()
                .map(|input| {
                    let (of, map) = match input.source.ok()? {
                        Source::Layer(source) => {
                            (Some(source), cx.analysis.memory[source].output_map.ok()?)
                        }
                        Source::Input => {
                            let first = *cx.analysis.graph.order.first()?;
                            (None, cx.analysis.memory[first].processors.ok()?)
                        }
                        Source::Buffer => {
                            (None, cx.network.data_buffer.first()?.processors.value()?)
                        }
                    };
                    Some((input.span?, of, map))
                })
                .collect::<Option<_>>()?;
            Some(Join {
                layer: index,
                mask,
                union: inputs.iter().fold(0, |all, (_, _, map)| all | map),
                common: inputs.iter().fold(u64::MAX, |all, (_, _, map)| all & map),
                inputs,
            })
        })
        .collect()
}

impl Join {
    /// Adds the inputs as related places.
    pub(super) fn relate(&self, cx: &Context, finding: Finding) -> Finding {
        self.inputs
            .iter()
            .fold(finding, |finding, (_, of, map)| match of {
                Some(of) => {
                    let (place, layer) = output_place(cx, *of);
                    finding.related(
                        place,
                        layer,
                        format!(
                            "{} writes processors {}",
                            cx.network.label(*of),
                            words::processors(*map)
                        ),
                    )
                }
                None => finding,
            })
    }
}
