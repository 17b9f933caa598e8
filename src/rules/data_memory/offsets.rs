//! Where the inputs of a layer with `in_sequences` lie, against where it reads.

use crate::network::Source;
use crate::rules::{Context, inputs};
use crate::text::Span;

/// An input that does not lie where the layer reads it.
pub(super) struct Misplaced {
    /// Its position in `in_sequences`.
    pub(super) position: usize,
    /// The layer that writes it.
    pub(super) producer: usize,
    /// Where that layer writes.
    pub(super) out_offset: i64,
    /// Where it would have to, given the layer's `in_offset`.
    pub(super) wanted: i64,
    /// The reference in `in_sequences`.
    pub(super) span: Option<Span>,
}

/// How the inputs of a layer are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Joining {
    /// Channel by channel, each input in processors of its own, all at the same offset.
    Channels,
    /// In the same processors: operands or inputs word by word in turns, or one behind the other.
    Words,
}

/// The inputs that do not lie where a layer reads them at `in_offset`; none where masks or offsets
/// are not known, or the masks do not fit to begin with.
pub(super) fn misplaced(
    cx: &Context,
    layer: usize,
    in_offset: i64,
) -> Option<(Joining, Vec<Misplaced>)> {
    let joined = inputs::joined(cx, layer)?;
    // AX212, AX213, AX217
    if joined.processors != joined.union || (joined.by_channels() && joined.common != 0) {
        return None;
    }
    let crop = cx.analysis.parameters[layer].crop.ok()?;
    let joining = if joined.by_channels() {
        Joining::Channels
    } else {
        Joining::Words
    };
    let mut wrong = Vec::new();
    let mut behind = Some(0);
    for (position, input) in joined.inputs.iter().enumerate() {
        let Source::Layer(producer) = input.source else {
            continue;
        };
        let out_offset = cx.analysis.memory[producer].out_offset.ok()?;
        let cropped = crop_bytes(cx, producer, crop[0]);
        // Each form is right for some layout; which one is meant, only the offsets say.
        let fits = match joining {
            Joining::Channels => in_offset == out_offset,
            Joining::Words => {
                let in_turns = in_offset + 4 * position as i64;
                in_turns == out_offset
                    || in_turns == out_offset + 4 * crop[0]
                    || cropped.is_some_and(|bytes| in_turns == out_offset + bytes)
                    || behind.is_some_and(|behind| in_offset + behind == out_offset)
            }
        };
        if !fits {
            wrong.push(Misplaced {
                position,
                producer,
                out_offset,
                wanted: match joining {
                    Joining::Channels => in_offset,
                    Joining::Words => in_offset + 4 * position as i64,
                },
                span: input.span,
            });
        }
        behind = behind.and_then(|behind| Some(behind + output_bytes(cx, producer)?));
    }
    Some((joining, wrong))
}

/// Bytes of an instance that an output takes.
fn output_bytes(cx: &Context, producer: usize) -> Option<i64> {
    cx.analysis.memory[producer].output_bytes.ok()
}

/// Bytes of the rows that are cut from the front of an input.
fn crop_bytes(cx: &Context, producer: usize, rows: i64) -> Option<i64> {
    let [_, width] = cx.analysis.shapes[producer].out_dim.ok()?;
    let passes = cx.analysis.memory[producer].output_spread.ok()?.passes;
    Some(4 * rows * width * passes)
}

/// The `in_offset` at which all inputs would lie where the layer reads them.
pub(super) fn natural_in_offset(cx: &Context, layer: usize) -> Option<i64> {
    let joined = inputs::joined(cx, layer)?;
    let first = joined.inputs.iter().find_map(|input| match input.source {
        Source::Layer(producer) => cx.analysis.memory[producer].out_offset.ok(),
        _ => None,
    })?;
    let (_, wrong) = misplaced(cx, layer, first)?;
    wrong.is_empty().then_some(first)
}
