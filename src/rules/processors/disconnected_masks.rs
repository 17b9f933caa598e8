//! AX254.

use crate::analysis::MaskSource;
use crate::diagnostic::{Applicability, Code, Finding, Severity};
use crate::network::Source;
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(254),
    name: "disconnected-masks",
    severity: Severity::Error,
    summary: "a layer does not read the processors to which the layer before it writes",
    explanation: "\
`output_processors` says in which processors' memory the output lies, and `processors` of the next \
layer from which it is read. Both must be the same, or the next layer computes with memory that \
nobody filled for it. Without `output_processors` they always are: then a layer writes to the \
`processors` of the layer that runs next.

The vendor's tool says nothing, and its simulation does not see it; the network fails on the chip.

Where the reader leaves processors of the output out, the finding is a warning.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x000000000000000f
    #                  ^^^^^^^^^^^^^^^^^^ AX254
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "README, \"output_processors\"; the vendor's tool does not check it",
    fix: FixAvailability::Sometimes,
    covers: &[Code(251)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Some(previous) = cx.analysis.graph.previous[index] else {
            continue;
        };
        let (before, own) = (&cx.analysis.memory[previous], &cx.analysis.memory[index]);
        let follows = layer.in_sequences.is_absent()
            && before.output_map_from == MaskSource::Own
            // An `in_offset` of its own says that it reads something else (AX308, AX366).
            && matches!((before.out_offset, own.in_offset), (Ok(out), Ok(input)) if out == input);
        let (true, Ok(written), Ok(read)) = (follows, before.output_map, own.processors) else {
            continue;
        };
        let (empty, unread) = (read & !written, written & !read);
        if empty == 0 && (unread == 0 || cx.analysis.flags.reshape_inputs) {
            continue;
        }
        let place = masks::map_place(cx, previous);
        let (message, severity) = if empty == 0 {
            (
                format!(
                    "{} does not read {} to which this layer writes ({})",
                    cx.network.label(index),
                    count(i64::from(unread.count_ones()), "processor"),
                    words::processors(unread)
                ),
                Severity::Warning,
            )
        } else {
            (
                format!(
                    "{} reads processors {}, but this layer writes to processors {}",
                    cx.network.label(index),
                    words::processors(read),
                    words::processors(written)
                ),
                Severity::Error,
            )
        };
        let mut finding = out
            .new_finding(place.span, place.layer, message)
            .severity(severity);
        if let Some(span) = layer.processors.span() {
            finding = finding.related(
                span,
                index,
                format!("reads processors {}", words::processors(read)),
            );
        }
        out.push(copy_mask(cx, finding, previous, written, read));
    }
}

/// Offers the reader's mask, where nobody else reads the output.
fn copy_mask(cx: &Context, finding: Finding, producer: usize, written: u64, read: u64) -> Finding {
    let readers = cx.analysis.graph.readers(Source::Layer(producer)).count();
    let span = cx.network.layers[producer].output_processors.span();
    let (Some(span), 1) = (span, readers) else {
        return finding;
    };
    if written.count_ones() != read.count_ones() {
        return finding;
    }
    let text = masks::rewritten(span.text(cx.text), written, read);
    finding.fix(
        Applicability::Unsafe,
        format!("Write where the next layer reads: `{text}`"),
        edits::replace_value(span, &text),
    )
}
