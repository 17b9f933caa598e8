//! AX111.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::words::{count, list};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(111),
    name: "in-sequences-channels-differ",
    severity: Severity::Error,
    summary: "the sources of `in_sequences` have different numbers of channels",
    explanation: "\
All layers in one `in_sequences` must have the same number of output channels: the operands of an \
element-wise operation by their nature, and the parts of a concatenation because the vendor's tool \
does not know any other. Pad the narrower layer with empty channels in the model, or split the \
wider one into parts of equal width. A layer in the list that was not meant shows in the same way.",
    examples: &[Example {
        bad: network!(
            r"
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 8
    processors: 0x000000000000000f
    output_processors: 0x0000000000000ff0
    out_offset: 0x2000
  - name: join
    op: Conv2d
    in_sequences: [left, right]
    #             ^^^^^^^^^^^^^ AX111
    in_offset: 0x2000
    out_channels: 4
    processors: 0x0000000000000fff
    out_offset: 0x3000
"
        ),
        good: network!(
            r"
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x2000
  - name: join
    op: Conv2d
    in_sequences: [left, right]
    in_offset: 0x2000
    out_channels: 4
    processors: 0x00000000000000ff
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:238",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(111) {
        let Some(span) = layer.in_sequences.span() else {
            continue;
        };
        let sources: Vec<(Source, i64)> = cx.analysis.graph.inputs[fault.layer]
            .iter()
            .filter_map(|input| {
                let source = input.source.ok()?;
                Some((source, references::channels(cx, source).ok()?))
            })
            .collect();
        let numbers: Vec<String> = sources
            .iter()
            .map(|(_, channels)| channels.to_string())
            .collect();
        let mut finding = out.new_finding(
            span,
            fault.layer,
            format!(
                "the sources have {} channels, but all must have the same number",
                list(&numbers)
            ),
        );
        for (source, channels) in sources {
            if let Source::Layer(index) = source {
                finding = finding.related(
                    cx.network.layers[index].head,
                    index,
                    format!(
                        "{} writes {}",
                        cx.network.label(index),
                        count(channels, "channel")
                    ),
                );
            }
        }
        out.push(finding);
    }
}
