//! The lowest offset to which an output could move.

use crate::analysis::{Progression, Region, instance_base};
use crate::network::Source;
use crate::rules::{Context, words};

/// Says to which lowest offset the output of a layer could move, and what would have to move
/// along. None where that is not known, or the output has a place among others'.
pub(super) fn advice(cx: &Context, layer: usize) -> Option<String> {
    let Some(offset) = free_offsets(cx, layer)?.first().copied() else {
        return Some("no offset is free for it while everything else stays where it is".to_owned());
    };
    let followers: Vec<String> = cx
        .analysis
        .graph
        .readers(Source::Layer(layer))
        .filter(|reader| !cx.network.layers[*reader].in_offset.is_absent())
        .map(|reader| cx.network.label(reader))
        .collect();
    let along = if followers.is_empty() {
        String::new()
    } else {
        format!(
            ", with `in_offset` of {} moved along",
            words::list(&followers)
        )
    };
    Some(format!(
        "`out_offset: {}` is free{along}",
        words::offset(offset)
    ))
}

/// The offsets at which an output meets nothing that is needed, lowest first, of those right behind
/// something else. None where that is not known, or the output has a place among others'.
pub(crate) fn free_offsets(cx: &Context, layer: usize) -> Option<Vec<i64>> {
    let analysis = cx.analysis;
    let memory = &analysis.memory[layer];
    let written = memory.writes.as_ref().ok()?;
    let from = memory.out_offset.ok()?;
    let streams = analysis
        .parameters
        .iter()
        .any(|parameters| parameters.streaming != Ok(false));
    let readers: Vec<usize> = analysis.graph.readers(Source::Layer(layer)).collect();
    // Operands and joined layers must stay where the others are.
    let alone = readers
        .iter()
        .all(|reader| analysis.graph.inputs[*reader].len() == 1);
    if streams || !alone || !cx.network.data_buffer.is_empty() {
        return None;
    }
    let occupied = occupied(cx, layer)?;
    let bytes = written
        .parts
        .iter()
        .map(|(instance, part)| (part.last() + 1 - instance_base(cx.device, *instance)) * 4 - from)
        .max()?;
    // An output starts at 0 or right behind something else, at a place that is easy to read.
    let mut candidates: Vec<i64> = occupied
        .iter()
        .flat_map(|region| &region.parts)
        .map(|(instance, part)| (part.last() + 1 - instance_base(cx.device, *instance)) * 4)
        .map(|end| (end + STEP - 1).div_euclid(STEP) * STEP)
        .chain([0])
        .filter(|offset| *offset >= 0 && offset + bytes <= cx.device.instance_bytes)
        .collect();
    candidates.sort_unstable();
    candidates.dedup();
    candidates.retain(|offset| {
        let moved = moved(written, (offset - from) / 4);
        !occupied.iter().any(|region| region.intersects(&moved))
    });
    Some(candidates)
}

/// Offsets are rounded up to this.
const STEP: i64 = 0x10;

fn moved(region: &Region, words: i64) -> Region {
    let parts = region.parts.iter().map(|(instance, part)| {
        let part = Progression {
            start: part.start + words,
            ..*part
        };
        (*instance, part)
    });
    Region {
        parts: parts.collect(),
    }
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

/// What must not be written over while the output of `layer` is written and kept; none where some
/// of it is not known.
fn occupied<'a>(cx: &'a Context, layer: usize) -> Option<Vec<&'a Region>> {
    let graph = &cx.analysis.graph;
    let time = graph.time(layer)?;
    let end = last_use(cx, Source::Layer(layer), time);
    let known = graph
        .order
        .iter()
        .all(|&other| cx.analysis.memory[other].writes.is_ok());
    let later = graph.order.iter().enumerate().skip(time + 1);
    let later = later
        .filter(|(at, _)| *at <= end || *at == time + 1)
        .filter_map(|(_, &other)| region(cx, Source::Layer(other)));
    let before = live(cx, layer).into_iter().map(|(_, region)| region);
    known.then(|| before.chain(later).collect())
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
