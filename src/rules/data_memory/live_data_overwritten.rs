//! AX351.

use crate::analysis::ConflictKind;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::overwrite;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(351),
    name: "live-data-overwritten",
    severity: Severity::Error,
    summary: "a layer writes over data that a later layer still reads",
    explanation: "\
A layer that a later one names in `in_sequences` must keep its output until then: every layer in \
between must write elsewhere. The vendor's tool protects only the output of the layer just before, and \
passes this in silence; the later layer then computes with other data.",
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
    out_channels: 4
    out_offset: 0x1000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0000
    #           ^^^^^^ AX351
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - in_sequences: 0
    in_offset: 0x0000
    processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x4000
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
    out_channels: 4
    out_offset: 0x1000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - in_sequences: 0
    in_offset: 0x0000
    processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
"
        ),
        shapes: None,
    }],
    source: "README, \"in_sequences\"; the vendor's tool does not check it",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (_, finding) in overwrite::findings(cx, out, ConflictKind::StillNeeded) {
        out.push(finding);
    }
}
