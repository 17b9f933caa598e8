//! AX309.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::offsets::{self, Joining};
use super::reading;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(309),
    name: "concat-in-offset",
    severity: Severity::Warning,
    summary: "layers that are joined by channels do not all write where the reader reads",
    explanation: "\
A layer reads all its processors' memory from the same offset, `in_offset`. Layers that write to \
processors of their own and are joined by channels must therefore all have that `out_offset`.

Where the layer reads words that nothing ever wrote, the finding is an error.",
    examples: &[Example {
        bad: example_network!(
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
    output_processors: 0x0000000000000f00
    out_channels: 4
    out_offset: 0x1000
    #           ^^^^^^ AX309 error
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - in_sequences: [0, 1]
    in_offset: 0x2000
    processors: 0x0000000000000ff0
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
    output_processors: 0x0000000000000f00
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - in_sequences: [0, 1]
    in_offset: 0x2000
    processors: 0x0000000000000ff0
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
    source: "backend/max7800x.py:724",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Some(key), Ok(in_offset)) =
            (layer.in_offset.span(), cx.analysis.memory[index].in_offset)
        else {
            continue; // AX359
        };
        let Some((Joining::Channels, wrong)) = offsets::misplaced(cx, index, in_offset) else {
            continue;
        };
        let Some(first) = wrong.first() else {
            continue;
        };
        let all = wrong.len() == cx.analysis.graph.inputs[index].len();
        let producer = &cx.network.layers[first.producer];
        let out_offset = producer.out_offset.span().unwrap_or(producer.head);
        // Where none of them fits, the reader is the odd one.
        let finding = if all {
            out.new_finding(
                key,
                index,
                format!(
                    "`in_offset` is {}, but {} writes to {}",
                    words::offset(in_offset),
                    cx.network.label(first.producer),
                    words::offset(first.out_offset)
                ),
            )
            .related(out_offset, first.producer, "what the layer reads")
        } else {
            out.new_finding(
                out_offset,
                first.producer,
                format!(
                    "{} reads all its inputs from {}, but this one is written to {}",
                    cx.network.label(index),
                    words::offset(in_offset),
                    words::offset(first.out_offset)
                ),
            )
            .related(key, index, "where all inputs are read")
        };
        out.push(reading::judge(cx, index, finding));
    }
}
