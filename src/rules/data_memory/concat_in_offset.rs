//! An input of a concatenation lies at another offset than the layer reads.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::free;

/// AX309
pub(super) static RULE: Rule = Rule {
    code: Code(309),
    name: "concat-in-offset",
    severity: Severity::Warning,
    summary: "an input of a concatenation lies at another offset than the layer reads",
    explanation: "Concatenated inputs lie on different processors at the same offset: the layer reads all of them from its `in_offset` \
     on.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x0000000000000f00
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x0000000000000f00
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x0000000000000f00
    output_processors: 0x00000000000000f0
    in_sequences: [0]
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
    output_processors: 0x000000000000000f
    in_sequences: [1, 2]
    in_offset: 0x2000
  #            ^^^^^^ AX309
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
    output_processors: 0x0000000000000f00
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x0000000000000f00
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x0000000000000f00
    output_processors: 0x00000000000000f0
    in_sequences: [0]
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
    output_processors: 0x000000000000000f
    in_sequences: [1, 2]
    in_offset: 0x2000
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
    source: "max7800x.py:724",
    fix: FixAvailability::Sometimes,
    covers: &[Code(358)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let memory = &cx.analysis.memory[index];
        let (Ok(in_offset), Ok(mask), false) = (
            memory.in_offset,
            memory.processors,
            layer.in_sequences.is_absent(),
        ) else {
            continue;
        };
        let sources: Vec<usize> = cx.analysis.graph.inputs[index]
            .iter()
            .filter_map(|input| match input.source {
                Ok(Source::Layer(source)) => Some(source),
                _ => None,
            })
            .collect();
        let maps: Option<Vec<u64>> = sources
            .iter()
            .map(|&source| cx.analysis.memory[source].output_map.ok())
            .collect();
        let Some(maps) = maps else { continue };
        if maps.iter().fold(u64::MAX, |common, map| common & map) == mask {
            // The same processors: AX310.
            continue;
        }
        let astray: Vec<(usize, i64)> = sources
            .into_iter()
            .filter_map(|source| Some((source, cx.analysis.memory[source].out_offset.ok()?)))
            .filter(|(_, written)| *written != in_offset)
            .collect();
        let Some(&(source, written)) = astray.first() else {
            continue;
        };
        let finding = out.new_finding(
            layer.in_offset.span().unwrap_or(layer.head),
            index,
            format!(
                "{} reads its inputs at {}, but {} writes at {}",
                cx.network.label(index),
                words::offset(in_offset),
                cx.network.label(source),
                words::offset(written)
            ),
        );
        let finding = astray.iter().fold(finding, |finding, &(source, written)| {
            let producer = &cx.network.layers[source];
            finding.related(
                producer.out_offset.span().unwrap_or(producer.head),
                source,
                format!("this input lies at {}", words::offset(written)),
            )
        });
        out.push(free::with_layout(cx, finding, index));
    }
}
