//! An operand does not start where the layer that combines them looks for it.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

use super::free;

/// AX310
pub(super) static RULE: Rule = Rule {
    code: Code(310),
    name: "interleave-in-offset",
    severity: Severity::Error,
    summary: "an operand does not start where the layer that combines them looks for it",
    explanation: "The operands of an element-wise operation, and interleaved inputs, lie word by word beside each other: operand `i` must \
     start 4 bytes times `i` behind `in_offset`. Inputs that are joined by rows must follow each other without a gap.",
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
    write_gap: 1
  - processors: 0x0000000000000f00
    output_processors: 0x000000000000000f
    in_sequences: [0]
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x2800
  #             ^^^^^^ AX310
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: [1, 2]
    in_offset: 0x2000
    out_offset: 0x6000
    op: add
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
    write_gap: 1
  - processors: 0x0000000000000f00
    output_processors: 0x000000000000000f
    in_sequences: [0]
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x2004
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: [1, 2]
    in_offset: 0x2000
    out_offset: 0x6000
    op: add
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:734, max7800x.py:1625",
    fix: FixAvailability::Sometimes,
    covers: &[Code(304), Code(351), Code(358), Code(311)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let memory = &cx.analysis.memory[index];
        let (Ok(in_offset), Ok(mask), Ok(crop), false) = (
            memory.in_offset,
            memory.processors,
            cx.analysis.parameters[index].crop,
            layer.in_sequences.is_absent(),
        ) else {
            continue;
        };
        let inputs = &cx.analysis.graph.inputs[index];
        let maps: Option<u64> = inputs.iter().try_fold(u64::MAX, |common, input| {
            let Ok(Source::Layer(source)) = input.source else {
                return Some(common);
            };
            cx.analysis.memory[source]
                .output_map
                .ok()
                .map(|map| common & map)
        });
        if maps != Some(mask) {
            continue;
        }
        let operands = cx.analysis.parameters[index].operands;
        let mut rows = Some(0);
        for (position, input) in inputs.iter().enumerate() {
            let Ok(Source::Layer(source)) = input.source else {
                rows = None;
                continue;
            };
            let producer = &cx.network.layers[source];
            let wanted = in_offset + 4 * position as i64;
            let Ok(found) = cx.analysis.memory[source].out_offset else {
                continue;
            };
            let stacked = rows.is_some_and(|rows| in_offset + rows == found);
            rows = match (rows, cx.analysis.shapes[source].out_dim) {
                (Some(rows), Ok([height, width])) => Some(rows + 4 * height * width),
                _ => None,
            };
            // The first input decides nothing here: AX359 and AX308 tell of `in_offset`.
            if wanted == found + 4 * crop[0] || stacked {
                continue;
            }
            let mut finding = out
                .new_finding(
                    producer.out_offset.span().unwrap_or(producer.head),
                    source,
                    format!(
                        "{} reads input {} at {}, but {} writes it at {}",
                        cx.network.label(index),
                        position + 1,
                        words::offset(wanted),
                        cx.network.label(source),
                        words::offset(found)
                    ),
                )
                .related(
                    layer.in_offset.span().unwrap_or(layer.head),
                    index,
                    "the layer that reads it",
                );
            // Only a word that is read and written elsewhere proves it.
            let proven = memory.reads.is_ok() && cx.analysis.memory[source].writes.is_ok();
            if operands == Ok(1) || !proven {
                finding = finding.severity(Severity::Warning);
            }
            finding = free::with_layout(cx, finding, index);
            if finding.fixes.is_empty()
                && operands != Ok(1)
                && let Some(span) = producer.out_offset.span()
            {
                let text = words::offset(wanted);
                finding = finding.fix(
                    Applicability::Unsafe,
                    format!("Write at {text}"),
                    edits::replace_value(span, &text),
                );
            }
            out.push(finding);
        }
    }
}
