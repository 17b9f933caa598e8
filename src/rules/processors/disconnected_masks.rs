//! A layer reads processors that the layer before it does not write.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, repair, words};

/// AX254
pub(super) static RULE: Rule = Rule {
    code: Code(254),
    name: "disconnected-masks",
    severity: Severity::Error,
    summary: "a layer reads processors that the layer before it does not write",
    explanation: "Without `in_sequences` a layer reads the output of the one before. Where `output_processors` of that layer and \
     `processors` of this one differ, it reads memory that nobody filled. The vendor's tool does not look: the known \
     answer test passes in simulation and fails on the board. Leave `output_processors` out, and the next layer's \
     mask is used.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x000000000000000f
  #                    ^^^^^^^^^^^^^^^^^^ AX254
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x00000000000000f0
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "semantics: max7800x.py:700 looks at `in_sequences` only",
    fix: FixAvailability::Sometimes,
    covers: &[Code(358)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Some(previous) = cx.analysis.graph.previous[index] else {
            continue;
        };
        let before = &cx.network.layers[previous];
        let (Ok(reads), Ok(writes), true) = (
            cx.analysis.memory[index].processors,
            cx.analysis.memory[previous].output_map,
            layer.in_sequences.is_absent(),
        ) else {
            continue;
        };
        let unwritten = reads & !writes;
        let unread = writes & !reads;
        // A layer may read older data behind the back of `in_sequences`: AX366 and AX308 tell.
        let elsewhere = layer
            .in_offset
            .value()
            .is_some_and(|offset| Ok(offset) != cx.analysis.memory[previous].out_offset);
        // Reshaped data may well be read in parts.
        let partly = unwritten == 0 && (unread == 0 || cx.analysis.flags.reshape_inputs);
        if elsewhere || partly {
            continue;
        }
        let span = before.output_processors.span().unwrap_or(before.head);
        let mut finding = if unwritten != 0 {
            out.new_finding(
                span,
                previous,
                format!(
                    "{} reads processors {}, but {} before it writes {}: processors {} hold nothing of it",
                    cx.network.label(index),
                    words::processors(reads),
                    cx.network.label(previous),
                    words::processors(writes),
                    words::processors(unwritten)
                ),
            )
        } else {
            out.new_finding(
                span,
                previous,
                format!(
                    "{} writes processors {}, of which {} before anyone else reads only {}",
                    cx.network.label(previous),
                    words::processors(writes),
                    cx.network.label(index),
                    words::processors(reads)
                ),
            )
            .severity(Severity::Warning)
        };
        if unwritten == 0 && cx.analysis.graph.readers(Source::Layer(previous)).count() > 1 {
            continue;
        }
        finding = finding.related(
            layer.processors.span().unwrap_or(layer.head),
            index,
            "what the next layer reads",
        );
        finding = repair::with_masks(cx, finding, &[index]);
        if finding.fixes.is_empty()
            && writes.count_ones() == reads.count_ones()
            && let Some(span) = before.output_processors.span()
            && let Some(text) = layer.processors.span()
        {
            let text = text.text(cx.text);
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Write to {text}, which {} reads", cx.network.label(index)),
                edits::replace_value(span, text),
            );
        }
        out.push(finding);
    }
}
