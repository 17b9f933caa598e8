//! What the rules on processor masks share.

use crate::analysis::{ChannelSource, MaskSource, Spread, is_contiguous, low_mask};
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

/// Processors that a pass can use.
fn most_processors(cx: &Context) -> i64 {
    cx.analysis.flags.max_proc.unwrap_or(i64::from(PROCESSORS))
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
    let spread = Spread::new(channels, most_processors(cx));
    if spread.passes > 1 {
        let each = (channels + spread.passes - 1) / spread.passes;
        let rounding = if each == spread.processors {
            String::new()
        } else {
            format!(", rounded up to a multiple of 4: {}", spread.processors)
        };
        finding = finding.note(format!(
            "a pass takes at most {}: {channels} channels take {} passes of {each}{rounding}",
            words::count(most_processors(cx), "channel"),
            spread.passes
        ));
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
    let one_run = mask == channels as u64 || is_contiguous(mask);
    let fits = (1..=i64::from(PROCESSORS)).contains(&(i64::from(start) + needed));
    if !one_run || !fits {
        return finding;
    }
    let new = low_mask(needed) << start;
    let text = rewritten(span.text(cx.text), mask, new);
    finding.fix(
        Applicability::Unsafe,
        format!(
            "Use {text}: {} from {start} on",
            words::count(needed, "processor")
        ),
        edits::replace_value(span, &text),
    )
}

/// The literal of `new` in the style of `literal`, which stands for `old`: its quotes, dots,
/// underscores, letters and number of digits.
pub(in crate::rules) fn rewritten(literal: &str, old: u64, new: u64) -> String {
    in_style(literal, old, new).unwrap_or_else(|| words::mask(new))
}

fn in_style(literal: &str, old: u64, new: u64) -> Option<String> {
    let quote = literal.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let body = match quote {
        Some(quote) => literal.strip_prefix(quote)?.strip_suffix(quote)?,
        None => literal,
    };
    let pattern = body.strip_prefix("0x")?;
    let is_digit = |c: &char| !matches!(c, '.' | '_');
    let digits: String = pattern.chars().filter(is_digit).collect();
    if u64::from_str_radix(&digits, 16) != Ok(old) {
        return None;
    }
    let mut wanted = format!("{new:0width$x}", width = digits.len());
    if digits.contains(|c: char| c.is_ascii_uppercase()) {
        wanted.make_ascii_uppercase();
    }
    // From the last digit on; what the literal has no place for goes in front.
    let mut text: Vec<char> = Vec::new();
    for c in pattern.chars().rev() {
        let digit = is_digit(&c).then(|| wanted.pop()).flatten();
        text.push(digit.unwrap_or(c));
    }
    text.extend(wanted.chars().rev());
    let text: String = text.into_iter().rev().collect();
    let quote = quote.map(String::from).unwrap_or_default();
    Some(format!("{quote}0x{text}{quote}"))
}

/// The text that says where the output of a layer goes, and the layer that it belongs to.
pub(in crate::rules) fn output_place(cx: &Context, layer: usize) -> (Span, Option<usize>) {
    let (span, of, _) = output_mask(cx, layer);
    (span, of)
}

/// As [`output_place`], with the mask as it is written, even where it does not fit.
pub(super) fn output_mask(cx: &Context, layer: usize) -> (Span, Option<usize>, Option<u64>) {
    let own = &cx.network.layers[layer];
    let (field, of) = match cx.analysis.memory[layer].output_map_from {
        MaskSource::Next(next) => (&cx.network.layers[next].processors, Some(next)),
        MaskSource::OutputMap => (&cx.network.output_map, None),
        MaskSource::Own | MaskSource::Default => (&own.output_processors, Some(layer)),
    };
    (field.span().unwrap_or(own.head), of, field.value())
}

/// What messages call the text that [`output_place`] finds.
pub(in crate::rules) fn output_mask_name(cx: &Context, layer: usize) -> String {
    match cx.analysis.memory[layer].output_map_from {
        MaskSource::Own => "`output_processors`".to_owned(),
        MaskSource::Next(next) => format!("`processors` of {}", cx.network.label(next)),
        MaskSource::OutputMap => "`output_map`".to_owned(),
        MaskSource::Default => "the default output mask".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_keep_their_style() {
        assert_eq!(rewritten("0x0000_000F", 15, 0xff), "0x0000_00FF");
        assert_eq!(rewritten("0x0000.000f", 15, 0xff), "0x0000.00ff");
        assert_eq!(rewritten("'0xf.0'", 0xf0, 0x1f0), "'0x1f.0'");
        assert_eq!(rewritten("0x7", 7, 0xff), "0xff");
        assert_eq!(rewritten("15", 15, 0xff), "0x00000000000000ff");
        assert_eq!(rewritten("0b11", 3, 7), "0x0000000000000007");
        assert_eq!(rewritten("*mask", 3, 7), "0x0000000000000007");
    }
}
