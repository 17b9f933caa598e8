//! AX312.

use crate::analysis::Next;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(312),
    name: "next-input-dims",
    severity: Severity::Warning,
    summary: "the shape that a joining layer reads is neither a join by channels nor one by pixels",
    explanation: "\
Inputs of one shape can be joined by channels, which adds up the channels and keeps height and width, or \
one behind the other, which keeps the channels and adds up the pixels. `--reshape-inputs` lets other \
values of `in_channels` and `in_dim` pass, but the data does not lie in memory that way.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            "--reshape-inputs",
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
    in_channels: 8
    in_dim: [16, 8]
    #       ^^^^^^^ AX312
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
            "--reshape-inputs",
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
    in_channels: 8
    processors: 0x0000000000000ff0
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:1639",
    fix: FixAvailability::None,
    // What such a layer reads is not there.
    covers: &[Code(358)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, _) in cx.executed() {
        let Next::Layer(next) = cx.analysis.graph.next[index] else {
            continue;
        };
        let Some(reader) = cx.network.layers.get(next) else {
            continue;
        };
        let inputs = &cx.analysis.graph.inputs[next];
        let joins = !reader.in_sequences.is_absent()
            && inputs
                .iter()
                .any(|input| input.source == Ok(Source::Layer(index)))
            && cx.analysis.parameters[next].operands == Ok(1)
            && cx.analysis.parameters[next].crop == Ok([0, 0]);
        let pixels: Option<i64> = inputs
            .iter()
            .map(|input| match input.source {
                Ok(Source::Layer(layer)) => {
                    let [height, width] = cx.analysis.shapes[layer].out_dim.ok()?;
                    Some(height * width)
                }
                _ => None,
            })
            .sum();
        let (read, written) = (&cx.analysis.shapes[next], &cx.analysis.shapes[index]);
        let (true, Some(pixels), Ok(channels), Ok(dim), Ok(out_channels), Ok(out_dim)) = (
            joins,
            pixels,
            read.stored_channels,
            read.in_dim,
            written.out_channels,
            written.out_dim,
        ) else {
            continue;
        };
        let inputs = inputs.len() as i64;
        let by_channels = channels == out_channels * inputs && dim == out_dim;
        let by_pixels = channels == out_channels && dim[0] * dim[1] == pixels;
        // A shape with another number of values is AX451's.
        if by_channels || by_pixels || cx.faults(451).any(|(fault, _)| fault.layer == next) {
            continue;
        }
        let span = reader.in_dim.span().or(reader.in_channels.span());
        let finding = out
            .new_finding(
                span.unwrap_or(reader.head),
                next,
                format!(
                    "{} of {} in {} are joined, which makes no {} of {}",
                    count(inputs, "input"),
                    count(out_channels, "channel"),
                    words::dims(out_dim),
                    count(channels, "channel"),
                    words::dims(dim)
                ),
            )
            .related(
                cx.network.layers[index].head,
                index,
                format!(
                    "writes {} of {}",
                    count(out_channels, "channel"),
                    words::dims(out_dim)
                ),
            );
        out.push(finding);
    }
}
