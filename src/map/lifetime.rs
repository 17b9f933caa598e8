//! When each tensor lies in memory, and where.

use crate::analysis::{Analysis, Fact, Region, instance_base};
use crate::device::Device;
use crate::network::Source;

/// A tensor's life. Times are positions in the order of execution.
pub(super) struct Lifetime {
    /// Who makes it.
    pub(super) source: Source,
    /// When it is made; none for the network's input.
    pub(super) made: Option<usize>,
    /// The first time at which other layers find it in memory.
    start: usize,
    /// The last time at which it is read.
    pub(super) last: Option<usize>,
    /// Whether it is an output of the network.
    pub(super) kept: bool,
    /// Where it lies: of data that streams, the ring buffer only.
    pub(super) region: Fact<Region>,
}

impl Lifetime {
    /// The layer that makes it.
    pub(super) fn layer(&self) -> Option<usize> {
        match self.source {
            Source::Layer(layer) => Some(layer),
            _ => None,
        }
    }

    /// Whether it lies in memory while another layer than its own runs.
    pub(super) fn is_there(&self, time: usize) -> bool {
        self.start <= time && self.is_needed(time)
    }

    /// Whether it is still needed at this time.
    pub(super) fn is_needed(&self, time: usize) -> bool {
        self.kept || self.last.is_some_and(|last| last >= time)
    }
}

/// The lives of the input and of what each layer makes, in order of execution.
pub(super) fn lifetimes(device: &Device, analysis: &Analysis) -> Vec<Lifetime> {
    let graph = &analysis.graph;
    let sources =
        std::iter::once(Source::Input).chain(graph.order.iter().map(|&layer| Source::Layer(layer)));
    sources
        .map(|source| {
            let (made, kept) = match source {
                Source::Layer(layer) => (
                    graph.time(layer),
                    analysis.parameters[layer].output == Ok(true)
                        || graph.final_layer == Some(layer),
                ),
                _ => (None, false),
            };
            let readers: Vec<usize> = graph
                .readers(source)
                .filter_map(|reader| graph.time(reader))
                .collect();
            let mut start = made.map_or(0, |made| made + 1);
            let mut last = readers.iter().copied().max();
            // Layers that stream run side by side: what they read and write is there all the time.
            for (first, end) in made
                .iter()
                .chain(&readers)
                .filter_map(|&time| streaming_run(analysis, time))
            {
                start = start.min(first);
                last = last.max(Some(end));
            }
            Lifetime {
                source,
                made,
                start,
                last,
                kept,
                region: region(device, analysis, source),
            }
        })
        .collect()
}

/// The first and the last time of the streaming layers that run together with the one of this time.
fn streaming_run(analysis: &Analysis, time: usize) -> Option<(usize, usize)> {
    let streams = |time: &usize| {
        let layer = analysis.graph.order.get(*time);
        layer.is_some_and(|&layer| analysis.streams[layer].is_some())
    };
    streams(&time).then(|| {
        let first = (0..=time).rev().take_while(streams).last();
        let end = (time..analysis.graph.order.len())
            .take_while(streams)
            .last();
        (first.unwrap_or(time), end.unwrap_or(time))
    })
}

fn region(device: &Device, analysis: &Analysis, source: Source) -> Fact<Region> {
    let mut region = analysis.written_by(source)?;
    if region.parts.is_empty()
        && let Some(reader) = analysis.graph.readers(source).next()
    {
        // A FIFO writes where the first layer reads, while that layer runs.
        region = analysis.memory[reader]
            .reads
            .as_ref()
            .map_err(|&missing| missing)?;
    }
    let mut region = region.clone();
    let mut longest = None;
    for reader in analysis.graph.readers(source) {
        let Some(stream) = analysis.streams[reader] else {
            // It reads everything.
            return Ok(region);
        };
        let start = analysis.memory[reader].in_offset?.div_euclid(4);
        longest = longest.max(Some(start.saturating_add(stream?.rollover)));
    }
    if let Some(end) = longest {
        for (instance, part) in &mut region.parts {
            let words = instance_base(device, *instance).saturating_add(end) - part.start;
            let step = part.step.max(1);
            part.count = part
                .count
                .min(words.saturating_add(step - 1).div_euclid(step));
        }
        region.parts.retain(|(_, part)| part.count > 0);
    }
    Ok(region)
}
