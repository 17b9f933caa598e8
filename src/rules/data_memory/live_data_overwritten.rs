//! A layer writes over data that a later layer still reads.

use crate::analysis::ConflictKind;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::overlap;

/// AX351
pub(super) static RULE: Rule = Rule {
    code: Code(351),
    name: "live-data-overwritten",
    severity: Severity::Error,
    summary: "a layer writes over data that a later layer still reads",
    explanation: "Data must stay in memory until its last reader has run. The vendor's tool protects the output of the layer just before \
     only: what a later `in_sequences` names may be overwritten by a layer in between, without a word. The result on \
     the chip is wrong.",
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
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
  #             ^^^^^^ AX351
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
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
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x6000
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
    out_offset: 0x0000
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
    for conflict in overlap::of(cx, ConflictKind::StillNeeded) {
        out.push(overlap::finding(cx, out, conflict, "it is lost"));
    }
}
