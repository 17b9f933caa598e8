//! What a layer reads, against what was written.

use crate::analysis::Region;
use crate::diagnostic::{Finding, Severity};
use crate::network::Source;
use crate::rules::{Context, words};

/// A word that a layer reads and those that it names did not write.
pub(super) struct Unwritten {
    /// The word.
    pub(super) word: i64,
    /// Who wrote it instead.
    pub(super) writer: Writer,
}

/// Who wrote a word last.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    /// Nobody, ever.
    Nobody,
    /// Another layer, or the loader of the input.
    Other(Source),
    /// Not all regions are known.
    Unknown,
}

impl Unwritten {
    /// `which nobody ever writes`, `which layer 2 wrote`.
    pub(super) fn witness(&self, cx: &Context) -> String {
        let place = words::word(cx.device, self.word);
        match self.writer {
            Writer::Nobody => format!("it reads {place}, to which nothing is ever written"),
            Writer::Other(Source::Layer(layer)) => {
                format!("it reads {place}, which {} wrote", cx.network.label(layer))
            }
            Writer::Other(source) => {
                format!(
                    "it reads {place}, which holds {}",
                    cx.network.source_label(source)
                )
            }
            Writer::Unknown => format!("it reads {place}"),
        }
    }
}

/// The first word that a layer reads and its inputs did not write, where all of this is known.
pub(super) fn unwritten(cx: &Context, layer: usize) -> Option<Unwritten> {
    let analysis = cx.analysis;
    if analysis.parameters[layer].streaming != Ok(false) {
        return None;
    }
    let reads = analysis.memory[layer].reads.as_ref().ok()?;
    let named: Option<Vec<&Region>> = analysis.graph.inputs[layer]
        .iter()
        .map(|input| region(cx, input.source.ok()?))
        .collect();
    let word = reads.first_outside(&named?)?;
    let others: Option<Vec<&Region>> = cx
        .analysis
        .graph
        .order
        .iter()
        .take(analysis.graph.time(layer)?)
        .map(|&earlier| region(cx, Source::Layer(earlier)))
        .chain([region(cx, Source::Input)])
        .collect();
    let Some(others) = others.filter(|_| cx.network.data_buffer.is_empty()) else {
        return Some(Unwritten {
            word,
            writer: Writer::Unknown,
        });
    };
    // A word that nobody wrote is the better witness.
    if let Some(word) = reads.first_outside(&others) {
        return Some(Unwritten {
            word,
            writer: Writer::Nobody,
        });
    }
    let writer = analysis
        .graph
        .order
        .iter()
        .take(analysis.graph.time(layer)?)
        .rev()
        .map(|&earlier| Source::Layer(earlier))
        .chain([Source::Input])
        .find(|source| region(cx, *source).is_some_and(|region| region.contains(word)))?;
    Some(Unwritten {
        word,
        writer: Writer::Other(writer),
    })
}

/// The words of a source. The input stands where the first layer reads, whoever puts it there.
pub(super) fn region<'a>(cx: &'a Context, source: Source) -> Option<&'a Region> {
    match source {
        Source::Layer(layer) => cx.analysis.memory[layer].writes.as_ref().ok(),
        Source::Input => {
            let first = *cx.analysis.graph.order.first()?;
            cx.analysis.memory[first].reads.as_ref().ok()
        }
        Source::Buffer => None,
    }
}

/// Adds the word that a layer wrongly reads. It is an error where nobody ever wrote that word, and a
/// warning where others did: they may have meant it.
pub(super) fn judge(cx: &Context, layer: usize, finding: Finding) -> Finding {
    let Some(unwritten) = unwritten(cx, layer) else {
        return finding;
    };
    let severity = match unwritten.writer {
        Writer::Nobody => Severity::Error,
        _ => Severity::Warning,
    };
    let note = unwritten.witness(cx);
    finding.severity(severity).note(note)
}

/// For a layer that reads, without `in_sequences`, elsewhere than the layer before writes: that
/// layer, `in_offset`, and where it writes.
pub(super) fn astray(cx: &Context, layer: usize) -> Option<(usize, i64, i64)> {
    let own = &cx.network.layers[layer];
    if !own.in_sequences.is_absent() || own.in_offset.value().is_none() {
        return None;
    }
    let previous = cx.analysis.graph.previous[layer]?;
    let in_offset = cx.analysis.memory[layer].in_offset.ok()?;
    let out_offset = cx.analysis.memory[previous].out_offset.ok()?;
    (in_offset != out_offset).then_some((previous, in_offset, out_offset))
}
