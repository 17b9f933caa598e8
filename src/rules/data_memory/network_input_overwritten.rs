//! AX353.

use crate::analysis::ConflictKind;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::overwrite;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(353),
    name: "network-input-overwritten",
    severity: Severity::Error,
    summary: "the network's input is written over before a later layer reads it again",
    explanation: "\
A layer with `in_sequences: input` reads the network's input a second time. It must still be there: no \
layer before it may write to its place. The vendor's tool protects the input only while the first layer \
runs.

Without known flags the finding is a warning, since a FIFO may deliver the input.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            "",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
    #           ^^^^^^ AX353
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - in_sequences: input
    in_offset: 0x0000
    processors: 0x000000000000000f
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
            "",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0400
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
  - in_sequences: input
    in_offset: 0x0000
    processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    output: true
"
        ),
        shapes: Some(r#"{"input": [4, 16, 16], "weights": [
            {"in": 4, "out": 4, "kernel": [3, 3], "bits": null, "bias": false},
            {"in": 4, "out": 4, "kernel": [3, 3], "bits": null, "bias": false},
            {"in": 4, "out": 4, "kernel": [3, 3], "bits": null, "bias": false}]}"#),
    }],
    source: "unload.py:534; the vendor's tool does not check it",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (_, finding) in overwrite::findings(cx, out, ConflictKind::InputStillNeeded) {
        let finding = if cx.facts.flags.is_some() {
            finding
        } else {
            finding
                .severity(Severity::Warning)
                .note("with a FIFO (`--fifo`) the input is not there")
        };
        out.push(finding);
    }
}
