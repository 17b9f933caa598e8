//! What the references of a layer lead to, for several rules.

use crate::analysis::Fact;
use crate::network::{Layer, Reference, Source, Target};
use crate::rules::Context;
use crate::text::Span;

/// The reference of a layer that stands at `span`, in whichever key.
pub(super) fn at(layer: &Layer, span: Span) -> Option<&Reference> {
    let listed = layer.in_sequences.get().and_then(|list| {
        list.items
            .iter()
            .find(|item| item.span == span)
            .map(|item| &item.value)
    });
    let targets = [&layer.next_sequence, &layer.simulated_sequence];
    let target = || {
        targets
            .into_iter()
            .find(|target| target.span() == Some(span))
            .and_then(|target| match target.get() {
                Some(Target::Layer(reference)) => Some(reference),
                _ => None,
            })
    };
    let weights = || {
        layer
            .weight_source
            .get()
            .filter(|_| layer.weight_source.span() == Some(span))
    };
    listed.or_else(target).or_else(weights)
}

/// The text of the reference at `span` without quotes.
pub(super) fn text(layer: &Layer, span: Span) -> String {
    match at(layer, span) {
        Some(Reference::Name(name)) => name.clone(),
        Some(Reference::Number(number)) => number.to_string(),
        None => String::new(),
    }
}

/// One source that a layer lists in `in_sequences`.
pub(super) struct Listed {
    /// What it is.
    pub(super) source: Source,
    /// Its place in the list.
    pub(super) span: Span,
    /// Words that it leaves free between two of its own; none for the input and the buffer.
    pub(super) write_gap: Fact<i64>,
}

impl Listed {
    /// The place of the `write_gap` to edit, and its layer.
    pub(super) fn gap_place(&self, cx: &Context) -> Option<(Span, usize)> {
        let Source::Layer(index) = self.source else {
            return None;
        };
        let layer = cx.network.layers.get(index)?;
        Some((layer.write_gap.span().unwrap_or(layer.head), index))
    }
}

/// The sources in the `in_sequences` of a layer that runs, where all of them are known.
pub(super) fn listed(cx: &Context, layer: usize) -> Option<Vec<Listed>> {
    if cx.network.layers.get(layer)?.in_sequences.is_absent() || !cx.analysis.graph.runs(layer) {
        return None;
    }
    cx.analysis.graph.inputs[layer]
        .iter()
        .map(|input| {
            let source = input.source.ok()?;
            Some(Listed {
                source,
                span: input.span?,
                write_gap: match source {
                    Source::Layer(source) => cx.analysis.parameters[source].write_gap,
                    Source::Input | Source::Buffer => Ok(0),
                },
            })
        })
        .collect()
}

/// Whether a source leaves a single word an instance, so that a gap behind it means nothing.
pub(super) fn is_one_word(cx: &Context, source: Source) -> bool {
    let Source::Layer(layer) = source else {
        return false;
    };
    cx.analysis.shapes[layer].out_dim == Ok([1, 1])
        && cx.analysis.memory[layer]
            .output_spread
            .is_ok_and(|spread| spread.passes == 1)
}
