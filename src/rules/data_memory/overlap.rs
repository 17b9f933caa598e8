//! What the rules on overwritten data share.

use crate::analysis::{Conflict, ConflictKind, Region, place_of_word};
use crate::diagnostic::{Finding, Severity};
use crate::network::Source;
use crate::rules::{Context, Findings, words};

use super::free;

/// The conflicts of one kind.
pub(super) fn of<'a>(
    cx: &Context<'a>,
    kind: ConflictKind,
) -> impl Iterator<Item = &'a Conflict> + use<'a> {
    cx.analysis
        .conflicts
        .iter()
        .filter(move |conflict| conflict.kind == kind)
}

/// A finding at the writer's `out_offset`: who overwrites what, where, and who needs it.
pub(super) fn finding(
    cx: &Context,
    out: &Findings,
    conflict: &Conflict,
    consequence: &str,
) -> Finding {
    let layer = &cx.network.layers[conflict.writer];
    let victim = match conflict.victim {
        Source::Layer(producer) => format!("the output of {}", cx.network.label(producer)),
        other => cx.network.source_label(other),
    };
    let needed = match conflict.reader {
        Some(reader) if reader == conflict.writer => ", which it reads itself".to_owned(),
        Some(reader) => format!(", which {} still reads", cx.network.label(reader)),
        None if is_output(cx, conflict.victim) => ", an output of the network".to_owned(),
        None => ", which nobody reads any more".to_owned(),
    };
    let mut finding = out.new_finding(
        layer.out_offset.span().unwrap_or(layer.head),
        conflict.writer,
        format!(
            "{} writes over {victim}{needed}, at {}: {consequence}",
            cx.network.label(conflict.writer),
            words::word(cx.device, conflict.word)
        ),
    );
    if let Source::Layer(producer) = conflict.victim {
        let producer_layer = &cx.network.layers[producer];
        finding = finding.related(
            producer_layer
                .out_offset
                .span()
                .unwrap_or(producer_layer.head),
            producer,
            "the data is written here",
        );
    }
    if let Some(reader) = conflict.reader
        && reader != conflict.writer
    {
        finding = finding.related(cx.network.layers[reader].head, reader, "and read here");
    }
    let held = match conflict.kind {
        // What a FIFO fills is what the first layer reads.
        ConflictKind::FifoInput => cx.analysis.memory[conflict.writer].reads.as_ref().ok(),
        _ => cx.analysis.written_by(conflict.victim).ok(),
    };
    let written = cx.analysis.memory[conflict.writer].writes.as_ref().ok();
    if let (Some(held), Some(written)) = (held, written) {
        finding = finding.note(format!(
            "{} takes {}, {} writes {}",
            victim,
            extent(cx, held),
            cx.network.label(conflict.writer),
            extent(cx, written)
        ));
    }
    free::with_moves(
        cx,
        finding,
        &[Source::Layer(conflict.writer), conflict.victim],
    )
}

fn is_output(cx: &Context, source: Source) -> bool {
    matches!(source, Source::Layer(layer) if cx.analysis.parameters[layer].output == Ok(true))
}

/// A warning where a layer that writes in place may stay behind its own reading.
pub(super) fn by_certainty(conflict: &Conflict, finding: Finding) -> Finding {
    if conflict.certain {
        return finding;
    }
    finding
        .severity(Severity::Warning)
        .note("it works only if the hardware keeps the rows that the layer's window covers")
}

/// The bytes of a region in its instances: `0x2000 to 0x23ff`.
fn extent(cx: &Context, region: &Region) -> String {
    let offset = |word: i64| place_of_word(cx.device, word).1;
    let start = region
        .parts
        .iter()
        .map(|(_, part)| offset(part.start))
        .min();
    let end = region
        .parts
        .iter()
        .map(|(_, part)| offset(part.last()) + 3)
        .max();
    format!(
        "{} to {}",
        words::offset(start.unwrap_or(0)),
        words::offset(end.unwrap_or(0))
    )
}
