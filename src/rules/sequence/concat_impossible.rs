//! AX119.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(119),
    name: "concat-impossible",
    severity: Severity::Error,
    summary: "sources of different height and width cannot be joined",
    explanation: "\
Sources of one height and width are concatenated channel by channel. Others are laid one behind \
the other, pixel by pixel, and `in_dim` says what to make of all pixels together. That does not \
go with `in_crop`: the vendor's tool joins first, finds more pixels than `in_dim` has, and stops.",
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
  - name: small
    op: Conv2d
    max_pool: 2
    pool_stride: 2
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1100
  - name: join
    op: Conv2d
    in_sequences: [stem, small]
    #             ^^^^^^^^^^^^^ AX119
    in_offset: 0x1000
    in_crop: [1, 1]
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
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
  - name: small
    op: Conv2d
    max_pool: 2
    pool_stride: 2
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1100
  - name: join
    op: Conv2d
    in_sequences: [stem, small]
    in_offset: 0x1000
    in_dim: [10, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:2947",
    fix: FixAvailability::None,
    covers: &[Code(451)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Some(sources), Some(span)) =
            (references::listed(cx, index), layer.in_sequences.span())
        else {
            continue;
        };
        let Some(dims) = sources
            .iter()
            .map(|listed| match listed.source {
                Source::Layer(source) => cx.analysis.shapes[source].out_dim.ok(),
                Source::Input => cx.facts.input.map(|[_, height, width]| [height, width]),
                Source::Buffer => None,
            })
            .collect::<Option<Vec<[i64; 2]>>>()
        else {
            continue;
        };
        let Ok([height, width]) = cx.analysis.shapes[index].in_dim else {
            continue;
        };
        let pixels: i64 = dims.iter().map(|[height, width]| height * width).sum();
        if dims.windows(2).all(|pair| pair[0] == pair[1]) || pixels == height * width {
            continue;
        }
        let sizes: Vec<String> = dims.iter().map(|&dim| words::dims(dim)).collect();
        let mut finding = out.new_finding(
            span,
            index,
            format!(
                "sources of {} have {pixels} pixels together, but {} are to be read",
                words::list(&sizes),
                height * width
            ),
        );
        if let Some(crop) = layer.in_crop.entry() {
            finding = finding.related(crop, index, "`in_crop` does not go with joined sources");
        }
        out.push(finding);
    }
}
