//! How many processors channels need, and how a mask with another number is explained.

use crate::analysis::{ChannelSource, Operator, Spread};
use crate::device::PROCESSORS;
use crate::diagnostic::{Applicability, Finding};
use crate::network::Source;
use crate::rules::words::{self, count};
use crate::rules::{Context, Findings, edits};

use super::masks;

/// `100 input channels in 2 passes need 52 processors`.
pub(super) fn need(channels: i64, side: &str, spread: Spread) -> String {
    let passes = if spread.passes > 1 {
        format!(" in {}", count(spread.passes, "pass"))
    } else {
        String::new()
    };
    let verb = if channels == 1 { "needs" } else { "need" };
    format!(
        "{}{passes} {verb} {}",
        count(channels, &format!("{side} channel")),
        count(spread.processors, "processor")
    )
}

/// Why several passes need as many processors as they do.
pub(super) fn arithmetic(cx: &Context, channels: i64, spread: Spread) -> Option<String> {
    if spread.passes == 1 {
        return None;
    }
    let most = cx.analysis.flags.max_proc.unwrap_or(i64::from(PROCESSORS));
    let each = (channels + spread.passes - 1) / spread.passes;
    let rounding = if each == spread.processors {
        String::new()
    } else {
        format!(", rounded up to a multiple of 4: {}", spread.processors)
    };
    Some(format!(
        "a pass takes at most {most} channels: {channels} channels take {} of {each}{rounding}",
        count(spread.passes, "pass")
    ))
}

/// Explains that `processors` has the wrong number of bits.
pub(super) fn report_input(cx: &Context, out: &mut Findings, index: usize) {
    let layer = &cx.network.layers[index];
    let shape = &cx.analysis.shapes[index];
    let (Some(mask), Some(span), Ok(spread), Ok(channels)) = (
        layer.processors.value(),
        layer.processors.span(),
        cx.analysis.memory[index].input_spread,
        shape.stored_channels,
    ) else {
        return;
    };
    let bits = i64::from(mask.count_ones());
    let flattened = flattened(cx, index);
    let needed = match flattened {
        Some((inputs, dims)) => format!(
            "{inputs} inputs flattened from {} pixels are {}",
            words::dims(dims),
            need(channels, "input", spread)
        ),
        None => need(channels, "input", spread),
    };
    let mut finding = out.new_finding(
        span,
        index,
        format!("`processors` has {} set, but {needed}", count(bits, "bit")),
    );
    if let Some(note) = arithmetic(cx, channels, spread) {
        finding = finding.note(note);
    }
    finding = tell_channels(cx, index, finding);
    if let Some(fits) = producer_that_fits(cx, index, bits) {
        finding = finding.note(format!(
            "the mask fits what {} writes: rather the channels or the dimensions are wrong than \
             the mask",
            cx.network.label(fits)
        ));
    }
    // A flattening layer's count follows from pixels: where it is wrong, a shape before it is, and
    // no mask can mend that.
    if flattened.is_none() {
        finding = rewrite(cx, finding, index, mask, channels, spread.processors);
    }
    out.push(finding);
}

/// The inputs and the pixels of a layer that flattens.
fn flattened(cx: &Context, index: usize) -> Option<(i64, [i64; 2])> {
    let parameters = &cx.analysis.parameters[index];
    let shape = &cx.analysis.shapes[index];
    let flattens = parameters.flatten == Ok(true)
        && parameters
            .operator
            .is_ok_and(|operator| operator != Operator::Conv1d)
        && shape.in_channels != shape.stored_channels;
    Some((shape.in_channels.ok()?, shape.pooled_dim.ok()?)).filter(|_| flattens)
}

/// Says where the number of input channels comes from.
fn tell_channels(cx: &Context, index: usize, finding: Finding) -> Finding {
    let layer = &cx.network.layers[index];
    let Ok(channels) = cx.analysis.shapes[index].in_channels else {
        return finding;
    };
    match cx.analysis.shapes[index].in_channels_from {
        ChannelSource::Key => match layer.in_channels.entry() {
            Some(span) => finding.related(span, index, "the channels that the file states"),
            None => finding,
        },
        ChannelSource::Weights => finding.note(format!(
            "the weights of this layer take {}",
            count(channels, "input")
        )),
        ChannelSource::Groups => match layer.groups.entry() {
            Some(span) => finding.related(span, index, "a depthwise layer has a channel a group"),
            None => finding,
        },
        ChannelSource::Data | ChannelSource::Mask => {
            let mut finding = finding;
            for input in &cx.analysis.graph.inputs[index] {
                if let Ok(Source::Layer(producer)) = input.source
                    && let Ok(channels) = cx.analysis.shapes[producer].out_channels
                {
                    finding = finding.related(
                        cx.network.layers[producer].head,
                        producer,
                        format!("writes {}", count(channels, "channel")),
                    );
                }
            }
            finding
        }
    }
}

/// The only producer of a layer, if its channels need just `bits` processors.
fn producer_that_fits(cx: &Context, index: usize, bits: i64) -> Option<usize> {
    match cx.analysis.graph.inputs[index][..] {
        [input] => {
            let Ok(Source::Layer(producer)) = input.source else {
                return None;
            };
            let spread = cx.analysis.memory[producer].output_spread.ok()?;
            (spread.processors == bits).then_some(producer)
        }
        _ => None,
    }
}

/// Offers the mask that is meant by `mask`, if one is natural, at the `processors` of a layer.
fn rewrite(
    cx: &Context,
    finding: Finding,
    index: usize,
    mask: u64,
    channels: i64,
    bits: i64,
) -> Finding {
    let Some(span) = cx.network.layers[index].processors.span() else {
        return finding;
    };
    let literal = span.text(cx.text);
    // Where a producer says which processors it writes, the data lies there.
    let written = match cx.analysis.graph.inputs[index][..] {
        [input] => input
            .source
            .and_then(|source| cx.analysis.map_of(cx.network, source))
            .ok()
            .filter(|map| i64::from(map.count_ones()) == bits),
        _ => None,
    };
    with_mask(finding, span, literal, mask, written, channels, bits)
}

/// Notes a count in the place of a bitmap, and offers the mask that is meant.
pub(super) fn with_mask(
    mut finding: Finding,
    span: crate::text::Span,
    literal: &str,
    mask: u64,
    written: Option<u64>,
    channels: i64,
    bits: i64,
) -> Finding {
    let is_count = masks::reads_as(literal, mask, channels);
    let meant = if is_count {
        Some(crate::analysis::low_mask(bits))
    } else {
        masks::resized(mask, bits)
    };
    if is_count {
        finding = finding.note(format!(
            "`{literal}` reads as the number of channels; a mask has one bit for each of them: {}",
            words::mask(crate::analysis::low_mask(bits))
        ));
    }
    let Some(meant) = written.or(meant).filter(|meant| *meant != mask) else {
        return finding;
    };
    let text = masks::rewritten(literal, mask, meant);
    finding.fix(
        Applicability::Unsafe,
        format!("Write `{text}`, with {} set", count(bits, "bit")),
        edits::replace_value(span, &text),
    )
}
