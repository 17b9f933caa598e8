//! A layer writes over data that it still reads itself.

use crate::analysis::ConflictKind;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::overlap;

/// AX352
pub(super) static RULE: Rule = Rule {
    code: Code(352),
    name: "in-place-reader",
    severity: Severity::Error,
    summary: "a layer writes over data that it still reads itself",
    explanation: "A layer that writes into its own input must stay behind its reading. The vendor's tool notices only where the input \
     comes from the layer just before it. Here the output overtakes the reading, so that later pixels are computed \
     from overwritten ones; where it stays behind only if the hardware keeps the rows of its window, the rule warns.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x000000000000000f
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
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: [0]
    in_offset: 0x2000
    out_channels: 4
    out_offset: 0x2200
  #             ^^^^^^ AX352
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x000000000000000f
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
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: [0]
    in_offset: 0x2000
    out_channels: 4
    out_offset: 0x6000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
",
        model: None,
        shapes: None,
    }],
    source: "semantics of unload.py",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for conflict in overlap::of(cx, ConflictKind::InPlace) {
        let finding = overlap::finding(cx, out, conflict, "pixels not read yet are lost");
        out.push(overlap::by_certainty(conflict, finding));
    }
}
