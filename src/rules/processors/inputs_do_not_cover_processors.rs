//! AX212.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(212),
    name: "inputs-do-not-cover-processors",
    severity: Severity::Warning,
    summary: "`in_sequences` write to processors that the layer does not read",
    explanation: "\
`processors` should name all processors to which the layers of `in_sequences` write. What lies in \
the memory of others does not reach the layer.

With the same processors for all of them, the layer reads them one behind the other (`in_dim`) or in \
turns (`write_gap`); with processors of their own, it joins them by channels.",
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
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - in_sequences: [0, 1]
    #             ^^^^^^ AX212
    in_channels: 4
    in_dim: [16, 8]
    processors: 0x00000000000000f0
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
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x2100
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - in_sequences: [0, 1]
    in_channels: 4
    in_dim: [16, 8]
    in_offset: 0x2000
    processors: 0x00000000000000f0
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
    source: "backend/max7800x.py:715",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Some(joined) = masks::joined(cx, index) else {
            continue;
        };
        let unread = joined.union & !joined.processors;
        if unread == 0 {
            continue;
        }
        let mut finding = out.new_finding(
            layer.in_sequences.span().unwrap_or(layer.head),
            index,
            format!(
                "`in_sequences` write to processors {} too, which this layer does not read",
                words::processors(unread)
            ),
        );
        if let Some(span) = layer.processors.span() {
            finding = finding.related(span, index, "the processors that it reads");
        }
        for input in &joined.inputs {
            if let Source::Layer(producer) = input.source
                && input.mask & unread != 0
            {
                let place = masks::map_place(cx, producer);
                finding = finding.related(
                    place.span,
                    place.layer,
                    format!(
                        "{} writes to processors {}",
                        cx.network.label(producer),
                        words::processors(input.mask)
                    ),
                );
            }
        }
        out.push(finding);
    }
}
