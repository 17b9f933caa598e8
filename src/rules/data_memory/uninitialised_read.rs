//! A layer reads words that its inputs did not write.

use crate::analysis::Region;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

use super::free;

/// AX358
pub(super) static RULE: Rule = Rule {
    code: Code(358),
    name: "uninitialised-read",
    severity: Severity::Warning,
    summary: "a layer reads words that its inputs did not write",
    explanation: "The words that a layer reads must have been written by the layers (or the network input) that it names. Here some were \
     not: by another layer only (a warning), or by nobody at all (an error). Offsets, gaps, masks or dimensions of \
     reader and writer do not fit together.",
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
    output_processors: 0x000000000000000f
    in_offset: 0x2400
  #            ^^^^^^ AX358
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
    in_offset: 0x2000
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
    source: "new",
    fix: FixAvailability::Sometimes,
    covers: &[Code(308), Code(117), Code(115), Code(116)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let streams = cx
        .analysis
        .parameters
        .iter()
        .any(|parameters| parameters.streaming != Ok(false));
    let fifo = cx.analysis.flags.any_fifo();
    if streams || fifo || !cx.network.data_buffer.is_empty() || cx.analysis.flags.reshape_inputs {
        return;
    }
    for (time, (index, layer)) in cx.executed().enumerate().skip(1) {
        let Ok(reads) = &cx.analysis.memory[index].reads else {
            continue;
        };
        let named: Option<Vec<&Region>> = cx.analysis.graph.inputs[index]
            .iter()
            .map(|input| cx.analysis.written_by(input.source.ok()?).ok())
            .collect();
        let Some(named) = named else { continue };
        let Some(word) = reads.first_outside(&named) else {
            continue;
        };
        let before: Option<Vec<&Region>> = std::iter::once(Source::Input)
            .chain(
                cx.analysis.graph.order[..time]
                    .iter()
                    .map(|&layer| Source::Layer(layer)),
            )
            .map(|source| cx.analysis.written_by(source).ok())
            .collect();
        let nobody = before.and_then(|before| reads.first_outside(&before));
        let (word, who, severity) = match nobody {
            Some(word) => (word, "nobody", Severity::Error),
            // An `in_offset` of its own without named inputs: AX308 and AX366 tell.
            None if layer.in_sequences.is_absent() => continue,
            None => (word, "none of its inputs", Severity::Warning),
        };
        let mut finding = out
            .new_finding(
                layer
                    .in_offset
                    .span()
                    .or(layer.in_sequences.span())
                    .unwrap_or(layer.head),
                index,
                format!(
                    "{} reads {}, which {who} wrote",
                    cx.network.label(index),
                    words::word(cx.device, word)
                ),
            )
            .severity(severity);
        for input in &cx.analysis.graph.inputs[index] {
            if let Ok(Source::Layer(source)) = input.source {
                finding = finding.related(cx.network.layers[source].head, source, "an input");
            }
        }
        let sources = cx.analysis.graph.inputs[index].iter();
        let sources: Vec<Source> = sources.filter_map(|input| input.source.ok()).collect();
        finding = repair::with_masks_if_unlike(cx, finding, &sources);
        out.push(free::with_layout(cx, finding, index));
    }
}
