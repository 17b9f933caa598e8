//! The layer reads an older output by its offset, but does not name it.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

/// AX366
pub(super) static RULE: Rule = Rule {
    code: Code(366),
    name: "missing-in-sequences",
    severity: Severity::Warning,
    summary: "the layer reads an older output by its offset, but does not name it",
    explanation: "`in_offset` is where an earlier layer, not the one just before, wrote its output, and that output is still there. Without \
     `in_sequences` the vendor's tool takes the shape and the gap of the layer just before: it simulates something \
     else than the chip computes. Name the layer.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_offset: 0x0000
  #            ^^^^^^ AX366
    out_channels: 4
    out_offset: 0x6000
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
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: 1
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x6000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
",
        model: None,
        shapes: None,
    }],
    source: "izer.py:442",
    fix: FixAvailability::Sometimes,
    covers: &[Code(308), Code(117), Code(358)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (time, (index, layer)) in cx.executed().enumerate() {
        let (Some(previous), Some(offset), Some(span), true) = (
            cx.analysis.graph.previous[index],
            layer.in_offset.value(),
            layer.in_offset.span(),
            layer.in_sequences.is_absent(),
        ) else {
            continue;
        };
        if cx.analysis.memory[previous].out_offset == Ok(offset) {
            continue;
        }
        let Some(source) = still_there(cx, time, offset, layer.processors.value()) else {
            continue;
        };
        // A number needs no quotes, whatever the layer's name is.
        let named = source.to_string();
        let mut finding = out
            .new_finding(
                span,
                index,
                format!(
                    "{} is the output of {}, but the layer does not say `in_sequences: {named}`",
                    words::offset(offset),
                    cx.network.label(source)
                ),
            )
            .related(
                cx.network.layers[source]
                    .out_offset
                    .span()
                    .unwrap_or(cx.network.layers[source].head),
                source,
                "the output that lies there",
            );
        // Where sequence numbers have holes, a number leads elsewhere.
        if !cx.network.has_holes
            && let Some(edits) = edits::insert_key(cx, layer, &format!("in_sequences: {named}"))
        {
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Add `in_sequences: {named}`"),
                edits,
            );
        }
        out.push(finding);
    }
}

/// The latest earlier layer that wrote these processors at `offset`, if nobody has written over it.
fn still_there(cx: &Context, time: usize, offset: i64, mask: Option<u64>) -> Option<usize> {
    let before = cx.analysis.graph.order.get(..time.saturating_sub(1))?;
    let (at, source) = before
        .iter()
        .copied()
        .enumerate()
        .rev()
        .find(|&(_, source)| {
            let memory = &cx.analysis.memory[source];
            memory.out_offset == Ok(offset)
                && !cx.network.layers[source].out_offset.is_absent()
                && matches!((memory.output_map, mask), (Ok(map), Some(mask)) if map == mask)
        })?;
    let gone = cx.analysis.graph.order[at + 1..time].iter().any(|&later| {
        match (
            &cx.analysis.memory[later].writes,
            &cx.analysis.memory[source].writes,
        ) {
            (Ok(later), Ok(held)) => later.intersects(held),
            // Not known: the same start is enough to doubt.
            _ => cx.analysis.memory[later].out_offset == Ok(offset),
        }
    });
    (!gone).then_some(source)
}
