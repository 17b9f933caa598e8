//! What is needed at a time, and where else an output could go.

use crate::allocate::{Problem, Relation, STEPS, lowest_free};
use crate::analysis::{Analysis, Region};
use crate::diagnostic::{Applicability, Finding};
use crate::network::{Field, Source};
use crate::rules::relocate::{Relocation, relocate_one};
use crate::rules::{Context, words};

/// Adds ways out of a conflict between two outputs: either moves to a free place, with what must go
/// along.
pub(super) fn with_moves(cx: &Context, mut finding: Finding, sources: [Source; 2]) -> Finding {
    let problem = Problem::new(cx.network, cx.analysis, cx.device, Relation::AsWritten);
    let Ok(problem) = problem else {
        return finding;
    };
    let moves = sources
        .into_iter()
        .filter_map(|source| problem.bundle_of(source))
        .filter(|bundle| !problem.bundles[*bundle].pinned)
        .filter_map(|bundle| free_place(cx, &problem, bundle));
    for relocation in moves {
        finding = finding.fix(
            Applicability::Unsafe,
            title(cx, &relocation),
            relocation.edits,
        );
    }
    if finding.fixes.is_empty() {
        finding = finding.note("no offset is free while everything else stays where it is");
    }
    finding
}

/// Adds a way to bring the output of a layer, which lies where it does not fit, to a free place. What
/// has a place among others' is left: where all of it belongs is not known.
pub(super) fn with_place(cx: &Context, finding: Finding, layer: usize) -> Finding {
    // Its words are known only where they fit: see what it would take at the lowest offset.
    let mut network = cx.network.clone();
    if let Some(Field::Given { value, .. }) =
        network.layers.get_mut(layer).map(|own| &mut own.out_offset)
    {
        *value = 0;
    }
    let analysis = Analysis::new(&network, cx.device, cx.facts);
    let relocation = Problem::new(&network, &analysis, cx.device, Relation::AsWritten)
        .ok()
        .and_then(|problem| {
            let bundle = problem.bundle_of(Source::Layer(layer))?;
            let own = &problem.bundles[bundle];
            let is_free = !own.pinned && own.members.len() == 1;
            is_free.then(|| free_place(cx, &problem, bundle))?
        });
    match relocation {
        Some(relocation) => finding.fix(
            Applicability::Unsafe,
            title(cx, &relocation),
            relocation.edits,
        ),
        None => finding,
    }
}

/// The lowest place that is free for a bundle, preferably at an offset that is easy to read.
fn free_place(cx: &Context, problem: &Problem, bundle: usize) -> Option<Relocation> {
    let others: Vec<Option<i64>> = problem.bases().into_iter().map(Some).collect();
    let base = STEPS
        .into_iter()
        .find_map(|step| lowest_free(problem, bundle, &others, step))?;
    let relocation = relocate_one(cx, &problem.bundles[bundle], base)?;
    (!relocation.moved.is_empty()).then_some(relocation)
}

/// ``Move `out_offset` of layer 8 to 0x3400, and `in_offset` of layer 9 with it``.
fn title(cx: &Context, relocation: &Relocation) -> String {
    let moved: Vec<String> = relocation
        .moved
        .iter()
        .map(|(layer, offset)| {
            let label = cx.network.label(*layer);
            format!("`out_offset` of {label} to {}", words::offset(*offset))
        })
        .collect();
    let followers: Vec<String> = relocation
        .followers
        .iter()
        .map(|layer| cx.network.label(*layer))
        .collect();
    let along = if followers.is_empty() {
        String::new()
    } else {
        format!(", and `in_offset` of {} with it", words::list(&followers))
    };
    format!("Move {}{along}", words::list(&moved))
}

/// What is needed while `layer` runs: outputs that it or a later layer reads, and the output of the
/// layer just before, which the vendor's tool protects whoever reads it. Unknown regions are left
/// out.
pub(super) fn live<'a>(cx: &'a Context, layer: usize) -> Vec<(Source, &'a Region)> {
    let graph = &cx.analysis.graph;
    let Some(time) = graph.time(layer) else {
        return Vec::new();
    };
    let outputs = graph.order.iter().take(time).enumerate();
    let inputs = (last_use(cx, Source::Input, 0) >= time).then_some(Source::Input);
    outputs
        .filter(|(at, other)| at + 1 == time || last_use(cx, Source::Layer(**other), *at) >= time)
        .map(|(_, &other)| Source::Layer(other))
        .chain(inputs)
        .filter_map(|source| Some((source, region(cx, source)?)))
        .collect()
}

/// When data that is written at `time` is read last; outputs of the network are kept to the end.
fn last_use(cx: &Context, source: Source, time: usize) -> usize {
    let graph = &cx.analysis.graph;
    let is_output = matches!(source, Source::Layer(layer)
        if cx.analysis.parameters[layer].output == Ok(true)
            || graph.final_layer == Some(layer));
    if is_output {
        return usize::MAX;
    }
    graph
        .readers(source)
        .filter_map(|reader| graph.time(reader))
        .fold(time, usize::max)
}

/// The words of a source. The input stands where the first layer reads, whoever puts it there.
fn region<'a>(cx: &'a Context, source: Source) -> Option<&'a Region> {
    match source {
        Source::Layer(layer) => cx.analysis.memory[layer].writes.as_ref().ok(),
        Source::Input => {
            let first = *cx.analysis.graph.order.first()?;
            cx.analysis.memory[first].reads.as_ref().ok()
        }
        Source::Buffer => None,
    }
}
