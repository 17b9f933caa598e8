//! AX366.

use crate::analysis::{ChannelSource, Missing};
use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

use super::reading;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(366),
    name: "missing-in-sequences",
    severity: Severity::Warning,
    summary: "`in_offset` is where an earlier layer wrote, but `in_sequences` does not name it",
    explanation: "\
Without `in_sequences` the vendor's tool takes a layer's input to be the output of the layer that ran \
before it, for shapes, simulation and checks, even where `in_offset` says that the hardware reads an \
earlier output that is still there. The result is right only as long as both happen to have the same \
shape, and the known-answer test compares with the wrong data.

The fix adds `in_sequences` with the layer whose output is read.",
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
  - processors: 0x000000000000000f
    in_offset: 0x2000
    #          ^^^^^^ AX366
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
    output_processors: 0x000000000000000f
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
  - processors: 0x000000000000000f
    in_offset: 0x2000
    in_sequences: 0
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
    source: "izer.py:442; README, \"in_sequences\"",
    fix: FixAvailability::Sometimes,
    // An offset or a gap that does not fit the layer before has its cause here.
    covers: &[Code(117), Code(308)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Some((previous, in_offset, out_offset)) = reading::astray(cx, index) else {
            continue;
        };
        let Some(source) = meant(cx, index, in_offset) else {
            continue;
        };
        let (wrote, reference) = match source {
            Source::Layer(producer) => (
                format!("{} wrote its output", cx.network.label(producer)),
                producer.to_string(),
            ),
            _ => ("the network's input lies".to_owned(), "input".to_owned()),
        };
        let mut finding = out.new_finding(
            layer.in_offset.span().unwrap_or(layer.head),
            index,
            format!(
                "{} is where {wrote}, but without `in_sequences` this layer takes its input from \
                 {}, which writes to {}",
                words::offset(in_offset),
                cx.network.label(previous),
                words::offset(out_offset)
            ),
        );
        let before = &cx.network.layers[previous];
        finding = finding.related(
            before.out_offset.span().unwrap_or(before.head),
            previous,
            "the input that the vendor's tool assumes",
        );
        if let Source::Layer(producer) = source {
            let layer = &cx.network.layers[producer];
            finding = finding.related(
                layer.out_offset.span().unwrap_or(layer.head),
                producer,
                "the output that lies there",
            );
        }
        // References and numbers differ where sequence numbers have holes.
        let line = format!("in_sequences: {reference}");
        if !cx.network.has_holes
            && let Some(key) = layer.in_offset.key()
            && let Some(change) = edits::insert_after(cx, key, &line)
        {
            finding = finding.fix(Applicability::Unsafe, format!("Add `{line}`"), change);
        }
        out.push(finding);
    }
}

/// Whose output lies at `in_offset` when `reader` runs, other than that of the layer before it.
fn meant(cx: &Context, reader: usize, in_offset: i64) -> Option<Source> {
    let analysis = cx.analysis;
    let graph = &analysis.graph;
    let time = graph.time(reader)?;
    let processors = analysis.memory[reader].processors.ok()?;
    let stated = matches!(
        analysis.shapes[reader].in_channels_from,
        ChannelSource::Key | ChannelSource::Weights
    );
    let channels = analysis.shapes[reader]
        .stored_channels
        .ok()
        .filter(|_| stated);
    let fits = |source: Source, made: usize| {
        let (offset, wrote) = match source {
            Source::Layer(layer) => (
                analysis.memory[layer].out_offset,
                analysis.shapes[layer].out_channels,
            ),
            _ => (
                analysis.memory[*graph.order.first()?].in_offset,
                cx.facts
                    .input
                    .map(|[channels, ..]| channels)
                    .ok_or(Missing::Unknown),
            ),
        };
        let same_place =
            offset == Ok(in_offset) && analysis.map_of(cx.network, source) == Ok(processors);
        let same_channels = match (channels, wrote) {
            (Some(read), Ok(wrote)) => read == wrote,
            _ => true,
        };
        let held = analysis.written_by(source);
        let lives = graph.order.get(made..time)?.iter().all(|&other| {
            match (&analysis.memory[other].writes, held) {
                (Ok(written), Ok(held)) => !written.intersects(held),
                _ => true,
            }
        });
        (same_place && same_channels && lives).then_some(source)
    };
    (0..time.checked_sub(1)?)
        .rev()
        .find_map(|at| fits(Source::Layer(*graph.order.get(at)?), at + 1))
        .or_else(|| fits(Source::Input, 0))
}
