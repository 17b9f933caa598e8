//! What the references of a layer lead to, for several rules.

use crate::analysis::{Fact, unknown, value_or};
use crate::diagnostic::Finding;
use crate::network::{Layer, Reference, Source, Target};
use crate::rules::Context;
use crate::rules::words::list;
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
}

/// The sources in the `in_sequences` of a layer that runs, where all of them are known.
pub(super) fn listed(cx: &Context, layer: usize) -> Option<Vec<Listed>> {
    if cx.network.layers.get(layer)?.in_sequences.is_absent() || !cx.analysis.graph.runs(layer) {
        return None;
    }
    cx.analysis.graph.inputs[layer]
        .iter()
        .map(|input| {
            Some(Listed {
                source: input.source.ok()?,
                span: input.span?,
            })
        })
        .collect()
}

/// The `write_gap` of a source; the input and the buffer have none.
pub(super) fn write_gap(cx: &Context, source: Source) -> Fact<i64> {
    match source {
        Source::Layer(layer) => cx.analysis.parameters[layer].write_gap,
        Source::Input | Source::Buffer => Ok(0),
    }
}

/// The channels of a source.
pub(super) fn channels(cx: &Context, source: Source) -> Fact<i64> {
    match source {
        Source::Layer(layer) => cx.analysis.shapes[layer].out_channels,
        Source::Input => match cx.facts.input {
            Some([channels, ..]) => Ok(channels),
            None => unknown(),
        },
        Source::Buffer => match cx.network.data_buffer.first() {
            Some(buffer) => value_or(&buffer.channels, 0),
            None => unknown(),
        },
    }
}

/// Adds the `write_gap` of each source that is a layer to a finding on who reads them.
pub(super) fn with_gaps(cx: &Context, mut finding: Finding, reader: usize) -> Finding {
    let mut seen = Vec::new();
    for input in &cx.analysis.graph.inputs[reader] {
        let Ok(Source::Layer(index)) = input.source else {
            continue;
        };
        let layer = &cx.network.layers[index];
        if seen.contains(&index) {
            continue;
        }
        seen.push(index);
        let label = cx.network.label(index);
        let message = match layer.write_gap.value() {
            Some(gap) => format!("{label} writes with `write_gap: {gap}`"),
            None => format!("{label} writes without `write_gap`"),
        };
        finding = finding.related(
            layer.write_gap.entry().unwrap_or(layer.head),
            index,
            message,
        );
    }
    finding
}

/// The gaps of the sources of a layer as words: `1 and 0`.
pub(super) fn gaps_in_words(cx: &Context, reader: usize) -> String {
    let gaps: Vec<String> = cx.analysis.graph.inputs[reader]
        .iter()
        .filter_map(|input| write_gap(cx, input.source.ok()?).ok())
        .map(|gap| gap.to_string())
        .collect();
    list(&gaps)
}
