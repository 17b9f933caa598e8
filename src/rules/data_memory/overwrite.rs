//! How writing over what somebody needs is explained.

use crate::analysis::{Conflict, ConflictKind, Region, instance_base, place_of_word};
use crate::diagnostic::{Finding, Severity};
use crate::network::Source;
use crate::rules::{Context, Findings, words};

use super::free;

/// The findings of all conflicts of one kind.
pub(super) fn findings<'a>(
    cx: &'a Context,
    out: &Findings,
    kind: ConflictKind,
) -> Vec<(&'a Conflict, Finding)> {
    cx.analysis
        .conflicts
        .iter()
        .filter(|conflict| conflict.kind == kind)
        .map(|conflict| (conflict, finding(cx, out, conflict)))
        .collect()
}

fn finding(cx: &Context, out: &Findings, conflict: &Conflict) -> Finding {
    let writer = &cx.network.layers[conflict.writer];
    let what = match conflict.victim {
        Source::Layer(layer) => format!("the output of {}", cx.network.label(layer)),
        source => cx.network.source_label(source),
    };
    let mut finding = out.new_finding(
        writer.out_offset.span().unwrap_or(writer.head),
        conflict.writer,
        format!(
            "{} writes over {what} at {}, {}",
            cx.network.label(conflict.writer),
            words::word(cx.device, conflict.word),
            need(cx, conflict)
        ),
    );
    if let Some(note) = extents(cx, conflict) {
        finding = finding.note(note);
    }
    finding = match conflict.victim {
        Source::Layer(layer) => {
            let producer = &cx.network.layers[layer];
            let place = producer.out_offset.span().unwrap_or(producer.head);
            finding.related(place, layer, "what it writes over is written here")
        }
        _ => match cx.analysis.graph.order.first() {
            Some(&first) if first != conflict.writer => {
                let head = cx.network.layers[first].head;
                finding.related(head, first, "the input is loaded for this layer")
            }
            _ => finding,
        },
    };
    if let Some(reader) = conflict.reader.filter(|reader| *reader != conflict.writer) {
        let layer = &cx.network.layers[reader];
        let place = layer.in_sequences.span().unwrap_or(layer.head);
        finding = finding.related(place, reader, "still reads it");
    }
    if let Some(note) = free::advice(cx, conflict.writer) {
        finding = finding.note(note);
    }
    finding
}

/// Who needs the lost data.
fn need(cx: &Context, conflict: &Conflict) -> String {
    match (conflict.reader, conflict.victim) {
        (Some(reader), _) if reader == conflict.writer && conflict.certain => {
            "which it has not read yet".to_owned()
        }
        (Some(reader), _) if reader == conflict.writer => "which it reads itself".to_owned(),
        (Some(reader), _) => format!("which {} still reads", cx.network.label(reader)),
        (None, Source::Layer(layer)) if cx.analysis.parameters[layer].output == Ok(true) => {
            "which is an output of the network".to_owned()
        }
        (None, _) => "which nobody reads any more, but the vendor's tool refuses it".to_owned(),
    }
}

/// Where both lie in the instance of the word.
fn extents(cx: &Context, conflict: &Conflict) -> Option<String> {
    let (instance, _) = place_of_word(cx.device, conflict.word);
    let range = |region: &Region| {
        let base = instance_base(cx.device, instance);
        let parts = || {
            region
                .parts
                .iter()
                .filter(|(other, _)| *other == instance)
                .map(|(_, part)| part)
        };
        let first = parts().map(|part| part.start).min()?;
        let last = parts().map(crate::analysis::Progression::last).max()?;
        Some(format!(
            "{} to {}",
            words::offset((first - base) * 4),
            words::offset((last - base) * 4 + 3)
        ))
    };
    let written = cx.analysis.memory[conflict.writer].writes.as_ref().ok()?;
    let held = match conflict.victim {
        // What a FIFO fills is what the first layer reads.
        Source::Input if conflict.kind == ConflictKind::FifoInput => {
            cx.analysis.memory[conflict.writer].reads.as_ref().ok()?
        }
        victim => cx.analysis.written_by(victim).ok()?,
    };
    Some(format!(
        "in instance {instance}, {} writes {}, and {} lies at {}",
        cx.network.label(conflict.writer),
        range(written)?,
        match conflict.victim {
            Source::Layer(layer) => format!("the output of {}", cx.network.label(layer)),
            source => cx.network.source_label(source),
        },
        range(held)?
    ))
}

/// An error where the data is lost for certain, else a warning.
pub(super) fn by_certainty(conflict: &Conflict, finding: Finding) -> Finding {
    if conflict.certain {
        return finding.severity(Severity::Error);
    }
    finding.severity(Severity::Warning).note(
        "it works only if the hardware keeps the rows that the layer's window covers, and reads \
         each pixel once",
    )
}
