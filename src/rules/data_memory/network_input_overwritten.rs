//! The network's input is overwritten before its last reader.

use crate::analysis::ConflictKind;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::overlap;

/// AX353
pub(super) static RULE: Rule = Rule {
    code: Code(353),
    name: "network-input-overwritten",
    severity: Severity::Error,
    summary: "the network's input is overwritten before its last reader",
    explanation: "A later layer reads the network's input again (`in_sequences: input`), but a layer before it writes over it. The \
     vendor's tool protects the input during the first layer only.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_channels: 4
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
    out_offset: 0x0000
  #             ^^^^^^ AX353
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: [-1]
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x4000
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
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_channels: 4
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
    out_offset: 0x6000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: [-1]
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x4000
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
    for conflict in overlap::of(cx, ConflictKind::InputStillNeeded) {
        let mut finding = overlap::finding(cx, out, conflict, "it is lost");
        if cx.facts.flags.is_none() {
            // With a FIFO the input was never there.
            finding = finding.severity(Severity::Warning);
        }
        out.push(finding);
    }
}
