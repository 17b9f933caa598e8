//! What arrives at a layer.

use crate::analysis::{self, Fact};
use crate::diagnostic::Finding;
use crate::network::Source;
use crate::rules::{Context, words};

use super::place;

/// Channels of what a reference leads to.
pub(super) fn channels(cx: &Context, source: Source) -> Fact<i64> {
    analysis::source_channels(cx.network, cx.facts, &cx.analysis.shapes, source)
}

/// Height and width of what a reference leads to.
pub(super) fn dims(cx: &Context, source: Source) -> Fact<[i64; 2]> {
    let analysis = cx.analysis;
    analysis::source_dim(
        cx.network,
        cx.facts,
        &analysis.graph,
        &analysis.shapes,
        source,
    )
}

/// What a layer reads, as far as it is known, with height and width.
pub(super) fn inputs(cx: &Context, layer: usize) -> Vec<(Source, [i64; 2])> {
    cx.analysis.graph.inputs[layer]
        .iter()
        .filter_map(|input| {
            let source = input.source.ok()?;
            Some((source, dims(cx, source).ok()?))
        })
        .collect()
}

/// Points at what decides the height and width of each input.
pub(super) fn point_at(
    cx: &Context,
    mut finding: Finding,
    inputs: &[(Source, [i64; 2])],
) -> Finding {
    for &(source, dim) in inputs {
        if let Source::Layer(producer) = source {
            finding = finding.related(
                place::output_dims(cx, producer),
                producer,
                format!("{} comes from here", words::dims(dim)),
            );
        }
    }
    finding
}
