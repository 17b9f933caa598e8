//! AX311.

use crate::analysis::Next;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::offsets::{self, Joining};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(311),
    name: "next-in-offset",
    severity: Severity::Warning,
    summary: "a layer with `write_gap` is joined by channels at the same offset as the others",
    explanation: "\
`write_gap` makes room for outputs that are read in turns, each a few bytes behind the one before and in \
the same processors. Layers that are joined by channels have processors of their own, all at the same \
offset, and no use for a gap. With both, the vendor's tool warns that offset and gap do not fit the \
reader; the data is only read rightly if the reader has the same `read_gap`.",
    examples: &[Example {
        bad: example_network!(
            "MAX78002",
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
    write_gap: 1
  - processors: 0x00000000000000f0
    output_processors: 0x0000000000000f00
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    read_gap: 1
    write_gap: 1
    #          ^ AX311
  - in_sequences: [0, 1]
    in_offset: 0x2000
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
            "MAX78002",
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
    processors: 0x0000000000000ff0
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
    source: "backend/max7800x.py:1625",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Next::Layer(next) = cx.analysis.graph.next[index] else {
            continue;
        };
        let Some(reader) = cx.network.layers.get(next) else {
            continue;
        };
        let position = cx.analysis.graph.inputs[next]
            .iter()
            .position(|input| input.source == Ok(Source::Layer(index)));
        let (Some(position), Ok(gap), Ok(in_offset), Ok(1)) = (
            position.filter(|position| *position > 0),
            cx.analysis.parameters[index].write_gap,
            cx.analysis.memory[next].in_offset,
            cx.analysis.parameters[next].operands,
        ) else {
            continue;
        };
        // Offsets that do not fit even without the gap are AX309's and AX310's.
        let Some((Joining::Channels, wrong)) = offsets::misplaced(cx, next, in_offset) else {
            continue;
        };
        if gap == 0 || !wrong.is_empty() {
            continue;
        }
        let finding = out
            .new_finding(
                layer.write_gap.span().unwrap_or(layer.head),
                index,
                format!(
                    "with `write_gap: {gap}` input {} of {} would be expected at {}, but it is \
                     joined by channels at {}",
                    position + 1,
                    cx.network.label(next),
                    words::offset(in_offset + position as i64 * gap * 4),
                    words::offset(in_offset)
                ),
            )
            .related(
                reader.in_offset.span().unwrap_or(reader.head),
                next,
                "reads it",
            );
        out.push(finding);
    }
}
