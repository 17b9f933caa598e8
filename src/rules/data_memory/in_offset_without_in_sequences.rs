//! `in_offset` is not where the layer before wrote, and no inputs are named.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::free;

/// AX308
pub(super) static RULE: Rule = Rule {
    code: Code(308),
    name: "in-offset-without-in-sequences",
    severity: Severity::Warning,
    summary: "`in_offset` is not where the layer before wrote, and no inputs are named",
    explanation: "A layer without `in_sequences` reads the output of the one before. An `in_offset` unlike that layer's `out_offset` reads \
     something else: if it is the output of another layer, name it in `in_sequences`.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x000000000000000f
    in_channels: 1
    in_dim: [16, 16]
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
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2200
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_offset: 0x2000
  #            ^^^^^^ AX308
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
    output_processors: 0x000000000000000f
    in_channels: 1
    in_dim: [16, 16]
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
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2200
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_offset: 0x2200
    out_channels: 4
    out_offset: 0x6000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "izer.py:442",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Some(previous), Some(offset), Some(span), true) = (
            cx.analysis.graph.previous[index],
            layer.in_offset.value(),
            layer.in_offset.span(),
            layer.in_sequences.is_absent(),
        ) else {
            continue;
        };
        let before = &cx.network.layers[previous];
        let Ok(written) = cx.analysis.memory[previous].out_offset else {
            continue;
        };
        if offset == written {
            continue;
        }
        let finding = out
            .new_finding(
                span,
                index,
                format!(
                    "{} reads at {}, but {} before it writes at {}",
                    cx.network.label(index),
                    words::offset(offset),
                    cx.network.label(previous),
                    words::offset(written)
                ),
            )
            .related(
                before.out_offset.span().unwrap_or(before.head),
                previous,
                "what it reads by default",
            );
        out.push(free::with_layout(cx, finding, index));
    }
}
