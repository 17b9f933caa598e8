//! AX310.

use crate::analysis::ConflictKind;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::offsets::{self, Joining, Misplaced};
use super::reading;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(310),
    name: "interleave-in-offset",
    severity: Severity::Warning,
    summary: "operands, or inputs read in turns or one behind the other, do not lie where the reader reads",
    explanation: "\
Inputs that share their processors are read from `in_offset` on in one of two ways. Operands of an \
element-wise operation, and inputs that are joined in turns, lie word by word next to each other: each \
is written with `write_gap: n-1`, the first at `in_offset`, each further one 4 bytes later. Inputs that \
are joined one behind the other start where the one before ends.

Where one input is written over another, or the layer reads words that nothing ever wrote, the finding \
is an error.",
    examples: &[Example {
        bad: example_network!(
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
    out_offset: 0x4000
    op: none
    write_gap: 1
  - in_sequences: 0
    in_offset: 0x2000
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    #           ^^^^^^ AX310 error
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
  - in_sequences: [1, 2]
    in_offset: 0x4000
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x0000
    op: add
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
    out_offset: 0x4000
    op: none
    write_gap: 1
  - in_sequences: 0
    in_offset: 0x2000
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4004
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
  - in_sequences: [1, 2]
    in_offset: 0x4000
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x0000
    op: add
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:734",
    fix: FixAvailability::None,
    // An operand at another one's place lies on it.
    covers: &[Code(304), Code(351)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Some(key), Ok(in_offset)) =
            (layer.in_offset.span(), cx.analysis.memory[index].in_offset)
        else {
            continue; // AX359
        };
        let Some((Joining::Words, wrong)) = offsets::misplaced(cx, index, in_offset) else {
            continue;
        };
        // An operand that is written over another one is the one to move.
        let Some(worst) = wrong
            .iter()
            .find(|misplaced| overwrites_sibling(cx, index, misplaced).is_some())
            .or(wrong.first())
        else {
            continue;
        };
        let sibling = overwrites_sibling(cx, index, worst);
        let producer = &cx.network.layers[worst.producer];
        let out_offset = producer.out_offset.span().unwrap_or(producer.head);
        // Where the first input does not fit, the reader is the odd one.
        let finding = if worst.position == 0 && sibling.is_none() {
            out.new_finding(
                key,
                index,
                format!(
                    "`in_offset` is {}, but the first input, the output of {}, lies at {}",
                    words::offset(in_offset),
                    cx.network.label(worst.producer),
                    words::offset(worst.out_offset)
                ),
            )
            .related(out_offset, worst.producer, "where it is written")
        } else {
            out.new_finding(
                out_offset,
                worst.producer,
                format!(
                    "{} reads this output as input {} from {} on, but it is written to {}",
                    cx.network.label(index),
                    worst.position + 1,
                    words::offset(worst.wanted),
                    words::offset(worst.out_offset)
                ),
            )
            .related(key, index, "where the first input is read")
        };
        let finding = reading::judge(cx, index, finding);
        out.push(match sibling {
            Some((sibling, word)) => finding.severity(Severity::Error).note(format!(
                "it is written over the output of {}, which is another input: first at {}",
                cx.network.label(sibling),
                words::word(cx.device, word)
            )),
            None => finding,
        });
    }
}

/// The other input of `reader` that a misplaced one is written over, and the word.
fn overwrites_sibling(cx: &Context, reader: usize, misplaced: &Misplaced) -> Option<(usize, i64)> {
    cx.analysis.conflicts.iter().find_map(|conflict| {
        let Source::Layer(victim) = conflict.victim else {
            return None;
        };
        let is_sibling = conflict.writer == misplaced.producer
            && matches!(
                conflict.kind,
                ConflictKind::Protected | ConflictKind::StillNeeded
            )
            && cx.analysis.graph.inputs[reader]
                .iter()
                .any(|input| input.source == Ok(conflict.victim));
        is_sibling.then_some((victim, conflict.word))
    })
}
