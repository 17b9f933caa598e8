//! Where masks stand in the text, and how they are rewritten.

use crate::analysis::{Fact, MaskSource};
use crate::device::{PROCESSORS, QUADRANTS};
use crate::network::{Field, Source};
use crate::rules::{Context, words};
use crate::text::Span;

/// Processors of a quadrant.
pub(super) const QUADRANT: u32 = PROCESSORS / QUADRANTS;

/// The text that an output mask comes from.
pub(in crate::rules) struct MapPlace {
    /// Its place.
    pub(in crate::rules) span: Span,
    /// The layer that this place belongs to.
    pub(in crate::rules) layer: Option<usize>,
    /// What messages call it.
    pub(in crate::rules) what: String,
}

/// Where the output mask of a layer stands.
pub(in crate::rules) fn map_place(cx: &Context, layer: usize) -> MapPlace {
    let head = cx.network.layers[layer].head;
    match cx.analysis.memory[layer].output_map_from {
        MaskSource::Own => MapPlace {
            span: cx.network.layers[layer]
                .output_processors
                .span()
                .unwrap_or(head),
            layer: Some(layer),
            what: "`output_processors`".to_owned(),
        },
        MaskSource::Next(next) => MapPlace {
            span: cx.network.layers[next].processors.span().unwrap_or(head),
            layer: Some(next),
            what: format!("`processors` of {}", cx.network.label(next)),
        },
        MaskSource::OutputMap => MapPlace {
            span: cx.network.output_map.span().unwrap_or(head),
            layer: None,
            what: "`output_map`".to_owned(),
        },
        MaskSource::Default => MapPlace {
            span: head,
            layer: Some(layer),
            what: "the default output mask".to_owned(),
        },
    }
}

/// The output mask of a layer as it is written, even where its number of bits is wrong.
pub(super) fn written_map(cx: &Context, layer: usize) -> Fact<u64> {
    let memory = &cx.analysis.memory[layer];
    let field = match memory.output_map_from {
        MaskSource::Own => &cx.network.layers[layer].output_processors,
        MaskSource::Next(next) => &cx.network.layers[next].processors,
        MaskSource::OutputMap => &cx.network.output_map,
        MaskSource::Default => return memory.output_map,
    };
    match field {
        Field::Given { value, .. } => Ok(*value),
        _ => memory.output_map,
    }
}

/// The quadrants that a mask touches, as a mask of 4 bits.
pub(super) fn quadrants(mask: u64) -> u8 {
    (0..QUADRANTS)
        .filter(|quadrant| in_quadrant(mask, *quadrant) != 0)
        .fold(0, |quadrants, quadrant| quadrants | 1 << quadrant)
}

/// The processors of one quadrant, the first of them at bit 0.
pub(super) fn in_quadrant(mask: u64, quadrant: u32) -> u64 {
    mask >> (quadrant * QUADRANT) & ((1 << QUADRANT) - 1)
}

/// Whether the bits of a mask stand in a row.
pub(super) fn is_contiguous(mask: u64) -> bool {
    let low = mask >> mask.trailing_zeros().min(PROCESSORS - 1);
    low & low.wrapping_add(1) == 0
}

/// The mask of `bits` processors that is meant by `mask`, where one is natural: bits in a row stay
/// in a row and start where they did.
pub(super) fn resized(mask: u64, bits: i64) -> Option<u64> {
    let first = mask.trailing_zeros();
    if !is_contiguous(mask) || i64::from(first) + bits > i64::from(PROCESSORS) {
        return None;
    }
    Some(crate::analysis::low_mask(bits) << first.min(PROCESSORS - 1))
}

/// Whether a mask is the number `channels`, as its value or by its digits: a count in the place of
/// a bitmap.
pub(super) fn reads_as(literal: &str, mask: u64, channels: i64) -> bool {
    let digits: String = literal
        .trim_matches(['\'', '"'])
        .trim_start_matches("0x")
        .chars()
        .filter(|c| !matches!(c, '.' | '_'))
        .collect();
    i64::try_from(mask) == Ok(channels) || digits.parse() == Ok(channels)
}

/// The literal of `new` in the style of `literal`, which stands for `old`: its quotes, dots,
/// underscores, letters and number of digits.
pub(super) fn rewritten(literal: &str, old: u64, new: u64) -> String {
    in_style(literal, old, new).unwrap_or_else(|| words::mask(new))
}

fn in_style(literal: &str, old: u64, new: u64) -> Option<String> {
    let quote = literal.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let body = match quote {
        Some(quote) => literal.strip_prefix(quote)?.strip_suffix(quote)?,
        None => literal,
    };
    let prefix = body.get(..2).filter(|prefix| *prefix == "0x")?;
    let pattern = &body[prefix.len()..];
    let digits: String = pattern
        .chars()
        .filter(|c| !matches!(c, '.' | '_'))
        .collect();
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
        text.push(match c {
            '.' | '_' => c,
            _ => wanted.pop().unwrap_or('0'),
        });
    }
    text.extend(wanted.chars().rev());
    let text: String = text.into_iter().rev().collect();
    let quote = quote.map(String::from).unwrap_or_default();
    Some(format!("{quote}{prefix}{text}{quote}"))
}

/// The masks of what a layer reads, in the order of `in_sequences`, where they are all known.
pub(super) fn input_masks(cx: &Context, layer: usize) -> Option<Vec<InputMask>> {
    cx.analysis.graph.inputs[layer]
        .iter()
        .map(|input| {
            let source = input.source.ok()?;
            Some(InputMask {
                source,
                span: input.span,
                mask: cx.analysis.map_of(cx.network, source).ok()?,
            })
        })
        .collect()
}

/// The mask of one thing that a layer reads.
pub(super) struct InputMask {
    /// Who wrote it.
    pub(super) source: Source,
    /// The reference to it.
    pub(super) span: Option<Span>,
    /// The processors in whose memory it lies.
    pub(super) mask: u64,
}

/// The masks of all that a layer reads by `in_sequences`, against its own.
pub(super) struct Joined {
    /// What it reads, in order.
    pub(super) inputs: Vec<InputMask>,
    /// The processors that it reads itself.
    pub(super) processors: u64,
    /// Processors that any input lies in.
    pub(super) union: u64,
    /// Processors that all inputs lie in.
    pub(super) common: u64,
}

impl Joined {
    /// Whether the inputs are joined channel by channel, each in processors of its own. Otherwise
    /// they lie in the same processors, one behind the other or in turns.
    pub(super) fn by_channels(&self) -> bool {
        self.common != self.processors
    }
}

/// The masks of a layer with `in_sequences`; none where one is unknown, or where operands lie in
/// different processors (AX216).
pub(super) fn joined(cx: &Context, layer: usize) -> Option<Joined> {
    if cx.network.layers[layer].in_sequences.is_absent() {
        return None;
    }
    let inputs = input_masks(cx, layer)?;
    let first = inputs.first()?.mask;
    let operands = cx.analysis.parameters[layer].operands.ok()?;
    if operands > 1 && inputs.iter().any(|input| input.mask != first) {
        return None;
    }
    Some(Joined {
        processors: cx.analysis.memory[layer].processors.ok()?,
        union: inputs.iter().fold(0, |union, input| union | input.mask),
        common: inputs
            .iter()
            .fold(u64::MAX, |common, input| common & input.mask),
        inputs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_resized_where_one_way_is_natural() {
        assert_eq!(resized(0x7fff_fff0, 28), Some(0xffff_fff0));
        assert_eq!(resized(0xff, 4), Some(0xf));
        assert_eq!(resized(u64::MAX, 48), Some(0xffff_ffff_ffff));
        assert_eq!(resized(0x7fff_ffff_ffff_ffff, 64), Some(u64::MAX));
        assert_eq!(resized(0xf000_0000_0000_0000, 5), None);
        assert_eq!(resized(0x1111, 4), None);
    }

    #[test]
    fn counts_are_recognised() {
        assert!(reads_as("0x0000000000000010", 16, 16));
        assert!(reads_as("0x0016", 0x16, 16));
        assert!(reads_as("16", 16, 16));
        assert!(!reads_as("0x000f", 15, 16));
    }

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
