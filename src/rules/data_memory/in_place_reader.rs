//! AX352.

use crate::analysis::ConflictKind;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::overwrite;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(352),
    name: "in-place-reader",
    severity: Severity::Error,
    summary: "a layer writes over data that it still reads itself",
    explanation: "\
A layer writes its output while it reads its input. Where both share words, it must never write a word \
that it has still to read. The vendor's tool looks only at the output of the layer just before (AX304); \
data that a layer reads from farther back with `in_sequences`, or with `--overlap-data`, it does not \
protect.

Where writing stays behind reading only if the hardware keeps the rows that the window covers, the \
finding is a warning.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x1000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - in_sequences: 0
    in_offset: 0x0000
    processors: 0x00000000000000f0
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0200
    #           ^^^^^^ AX352
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
    in_dim: [16, 16]
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x1000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - in_sequences: 0
    in_offset: 0x0000
    processors: 0x00000000000000f0
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0400
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
"
        ),
        shapes: None,
    }],
    source: "unload.py:534; the vendor's tool does not check it",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (conflict, finding) in overwrite::findings(cx, out, ConflictKind::InPlace) {
        let finding = overwrite::by_certainty(conflict, finding);
        out.push(finding);
    }
}
