//! The output of a stream is overwritten while it is still needed.

use crate::analysis::ConflictKind;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX357
pub(super) static RULE: Rule = Rule {
    code: Code(357),
    name: "stream-tail-unprotected",
    severity: Severity::Error,
    summary: "the output of a stream is overwritten while it is still needed",
    explanation: "The vendor's tool protects no output of a streaming layer: the layer right behind the stream may write over the \
     very data that it reads, and a later layer over a streamed output, without a word. Where a layer writes \
     in place but stays behind its reading for certain, the rule is silent; where it stays behind only if the \
     hardware keeps the rows of its window, it warns.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [32, 32]
    out_channels: 16
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4800
  #             ^^^^^^ AX357
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [32, 32]
    out_channels: 16
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "semantics of unload.py and backend/max7800x.py",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let lost = cx
        .analysis
        .conflicts
        .iter()
        .filter(|conflict| conflict.kind == ConflictKind::StreamTail);
    for conflict in lost {
        let (Source::Layer(producer), Some(reader)) = (conflict.victim, conflict.reader) else {
            continue;
        };
        let layer = &cx.network.layers[conflict.writer];
        let severity = if conflict.certain {
            Severity::Error
        } else {
            Severity::Warning
        };
        let who = if reader == conflict.writer {
            "it still reads it".to_owned()
        } else {
            format!("{} still reads it", cx.network.label(reader))
        };
        let mut finding = out
            .new_finding(
                layer.out_offset.span().unwrap_or(layer.head),
                conflict.writer,
                format!(
                    "{} writes over the streamed output of {} at {}, while {who}",
                    cx.network.label(conflict.writer),
                    cx.network.label(producer),
                    words::word(cx.device, conflict.word)
                ),
            )
            .related(
                cx.network.layers[producer].head,
                producer,
                "the last layer of the stream",
            )
            .severity(severity);
        if !conflict.certain {
            finding = finding.note(
                "it works only if the hardware keeps the rows that the layer's window covers",
            );
        }
        out.push(finding);
    }
}
