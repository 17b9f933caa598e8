//! What a layer reads, as the rules of masks and offsets compare it.

use crate::network::Source;
use crate::text::Span;

use super::Context;

/// The masks of what a layer reads, in the order of `in_sequences`, where they are all known.
pub(crate) fn input_masks(cx: &Context, layer: usize) -> Option<Vec<InputMask>> {
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
pub(crate) struct InputMask {
    /// Who wrote it.
    pub(crate) source: Source,
    /// The reference to it.
    pub(crate) span: Option<Span>,
    /// The processors in whose memory it lies.
    pub(crate) mask: u64,
}

/// The masks of all that a layer reads by `in_sequences`, against its own.
pub(crate) struct Joined {
    /// What it reads, in order.
    pub(crate) inputs: Vec<InputMask>,
    /// The processors that it reads itself.
    pub(crate) processors: u64,
    /// Processors that any input lies in.
    pub(crate) union: u64,
    /// Processors that all inputs lie in.
    pub(crate) common: u64,
}

impl Joined {
    /// Whether the inputs are joined channel by channel, each in processors of its own. Otherwise
    /// they lie in the same processors, one behind the other or in turns.
    pub(crate) fn by_channels(&self) -> bool {
        self.common != self.processors
    }
}

/// The masks of a layer with `in_sequences`; none where one is unknown, or where operands lie in
/// different processors (AX216).
pub(crate) fn joined(cx: &Context, layer: usize) -> Option<Joined> {
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

/// The layer whose single pixel `reader` takes for several by its `in_dim`.
pub(crate) fn reshaped_pixel(cx: &Context, reader: usize) -> Option<usize> {
    let [input] = cx.analysis.graph.inputs[reader][..] else {
        return None;
    };
    let Ok(Source::Layer(producer)) = input.source else {
        return None;
    };
    let [height, width] = cx.network.layers[reader].in_dim.value()?;
    let is_pixel = cx.analysis.shapes[producer].out_dim == Ok([1, 1]);
    (is_pixel && height * width > 1).then_some(producer)
}
