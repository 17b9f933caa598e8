//! AX359.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

use super::{offsets, reading};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(359),
    name: "in-offset-defaults-to-previous",
    severity: Severity::Warning,
    summary: "a layer with `in_sequences` but no `in_offset` reads where the layer before it wrote",
    explanation: "\
The default of `in_offset` is the `out_offset` of the layer that ran just before, even where \
`in_sequences` names another one. Where that is not the place of the data, the hardware reads something \
else than the file says: write `in_offset`.

Where the layer reads words that nothing ever wrote, the finding is an error.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - in_sequences: 0
    #             ^ AX359
    processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x6000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - in_sequences: 0
    in_offset: 0x2000
    processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x6000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
"
        ),
        shapes: None,
    }],
    source: "izer.py:439",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (true, Some(previous), Ok(in_offset)) = (
            layer.in_offset.is_absent(),
            cx.analysis.graph.previous[index],
            cx.analysis.memory[index].in_offset,
        ) else {
            continue;
        };
        let Some((_, wrong)) = offsets::misplaced(cx, index, in_offset) else {
            continue;
        };
        let Some(first) = wrong.first() else {
            continue;
        };
        let producer = &cx.network.layers[first.producer];
        let mut finding = out
            .new_finding(
                first
                    .span
                    .or(layer.in_sequences.span())
                    .unwrap_or(layer.head),
                index,
                format!(
                    "without `in_offset` this layer reads at {}, where {} writes, but {} writes to \
                     {}",
                    words::offset(in_offset),
                    cx.network.label(previous),
                    cx.network.label(first.producer),
                    words::offset(first.out_offset)
                ),
            )
            .related(
                producer.out_offset.span().unwrap_or(producer.head),
                first.producer,
                "where it writes",
            );
        if let Some(natural) = offsets::natural_in_offset(cx, index) {
            let line = format!("in_offset: {}", words::offset(natural));
            let change = layer
                .in_sequences
                .key()
                .and_then(|key| edits::insert_after(cx, key, &line));
            if let Some(change) = change {
                finding = finding.fix(Applicability::Unsafe, format!("Add `{line}`"), change);
            }
        }
        out.push(reading::judge(cx, index, finding));
    }
}
