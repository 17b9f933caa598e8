//! AX358.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, inputs};

use super::offsets;
use super::reading::{self, Writer};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(358),
    name: "uninitialised-read",
    severity: Severity::Warning,
    summary: "a layer reads words that its inputs did not write",
    explanation: "\
The rule compares, word by word, what a layer reads with what the layers wrote that it reads from. A word \
that nothing ever wrote holds anything: that is an error. A word that something else wrote may be meant, \
but then `in_sequences` should name it: that is a warning.

It is silent where regions are not known, for streaming layers and rolling buffers, and where masks, \
offsets or gaps are already reported not to fit.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            "",
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
    output: true
  - in_sequences: input
    in_offset: 0x1000
    #          ^^^^^^ AX358 error
    processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
"
        ),
        good: example_network!(
            "MAX78000",
            "",
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
    output: true
  - in_sequences: input
    in_offset: 0x0000
    processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
"
        ),
        shapes: Some(r#"{"input": [4, 8, 8], "weights": [
            {"in": 4, "out": 4, "kernel": [3, 3], "bits": null, "bias": false},
            {"in": 4, "out": 4, "kernel": [3, 3], "bits": null, "bias": false}]}"#),
    }],
    source: "the vendor's tool does not check it",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        if cx.analysis.graph.previous[index].is_none() || !fits(cx, index) {
            continue;
        }
        let Some(unwritten) = reading::unwritten(cx, index) else {
            continue;
        };
        let severity = match unwritten.writer {
            Writer::Nobody => Severity::Error,
            _ => Severity::Warning,
        };
        let names: Vec<String> = cx.analysis.graph.inputs[index]
            .iter()
            .filter_map(|input| Some(cx.network.source_label(input.source.ok()?)))
            .collect();
        let mut finding = out
            .new_finding(
                layer
                    .in_offset
                    .span()
                    .or(layer.in_sequences.span())
                    .unwrap_or(layer.head),
                index,
                format!(
                    "{} does not read what {} wrote: {}",
                    cx.network.label(index),
                    crate::rules::words::list(&names),
                    unwritten.witness(cx)
                ),
            )
            .severity(severity);
        for input in &cx.analysis.graph.inputs[index] {
            if let Ok(Source::Layer(producer)) = input.source {
                let layer = &cx.network.layers[producer];
                finding = finding.related(
                    layer.out_offset.span().unwrap_or(layer.head),
                    producer,
                    "what it should read",
                );
            }
        }
        out.push(finding);
    }
}

/// Whether masks, offsets and gaps of a layer and its inputs fit, as far as other rules tell.
fn fits(cx: &Context, index: usize) -> bool {
    let memory = &cx.analysis.memory[index];
    let layer = &cx.network.layers[index];
    let Some(masks) = inputs::input_masks(cx, index) else {
        return false;
    };
    let union = masks.iter().fold(0, |union, input| union | input.mask);
    if memory.processors != Ok(union)
        || reading::astray(cx, index).is_some()
        || inputs::reshaped_pixel(cx, index).is_some()
    {
        return false;
    }
    let (Ok(in_offset), Ok(read_gap), Ok(operands)) = (
        memory.in_offset,
        cx.analysis.parameters[index].read_gap,
        cx.analysis.parameters[index].operands,
    ) else {
        return false;
    };
    let offsets_fit = layer.in_sequences.is_absent()
        || offsets::misplaced(cx, index, in_offset).is_some_and(|(_, wrong)| wrong.is_empty());
    // Data in turns is written with a gap for the others and read without.
    let turns = if operands > 1 {
        operands
    } else {
        masks.len() as i64
    };
    let by_channels = inputs::joined(cx, index).is_some_and(|joined| joined.by_channels());
    let gaps_fit = masks.iter().all(|input| match input.source {
        Source::Layer(producer) => match cx.analysis.parameters[producer].write_gap {
            Ok(gap) if operands > 1 => gap == turns - 1 && read_gap == 0,
            Ok(gap) => gap == read_gap || (!by_channels && gap == turns - 1 && read_gap == 0),
            Err(_) => false,
        },
        _ => true,
    });
    offsets_fit && gaps_fit
}
