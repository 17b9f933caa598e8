//! AX217.

use crate::analysis::MaskSource;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Source;
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(217),
    name: "processors-without-data",
    severity: Severity::Error,
    summary: "`processors` names processors to which none of `in_sequences` writes",
    explanation: "\
Each processor reads the data memory of its own instance. `processors` must name just those to which \
the layers of `in_sequences` write (their `output_processors`, else `processors` of the layer that \
runs next after them); any further one computes with what happens to lie in its memory. The vendor's \
tool only warns.",
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
  - in_sequences: 0
    processors: 0x0000000000000f00
    #           ^^^^^^^^^^^^^^^^^^ AX217
    out_channels: 4
    out_offset: 0x0000
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
  - in_sequences: 0
    processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:783",
    fix: FixAvailability::Sometimes,
    // Masks that miss each other also differ in these ways.
    covers: &[Code(212), Code(213)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Some(joined), Some(span)) = (masks::joined(cx, index), layer.processors.span()) else {
            continue;
        };
        let empty = joined.processors & !joined.union;
        if empty == 0 {
            continue;
        }
        let mut finding = out.new_finding(
            span,
            index,
            format!(
                "{} of `processors` ({}) read memory to which none of `in_sequences` writes",
                count(i64::from(empty.count_ones()), "processor"),
                words::processors(empty)
            ),
        );
        for input in &joined.inputs {
            if let Source::Layer(producer) = input.source {
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
        // The mask may be the output mask of another layer, too.
        let previous = cx.analysis.graph.previous[index];
        let shared = previous.is_some_and(|previous| {
            cx.analysis.memory[previous].output_map_from == MaskSource::Next(index)
        });
        if !shared && joined.union.count_ones() == joined.processors.count_ones() {
            let text = masks::rewritten(span.text(cx.text), joined.processors, joined.union);
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Read where the data is: `{text}`"),
                edits::replace_value(span, &text),
            );
        }
        out.push(finding);
    }
}
