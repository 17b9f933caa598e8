//! AX435.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::groups;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(435),
    name: "groups-not-dividing",
    severity: Severity::Error,
    summary: "`groups` does not divide the channels",
    explanation: "\
A grouped convolution splits its input and its output channels into equal groups, so `groups` must \
divide both numbers. On the MAX78002 it must even equal them (AX439); the MAX78000 has no groups \
at all (AX438).",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 16
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    groups: 5
    #       ^ AX435
    activate: relu
    processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78002",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 16
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    groups: 16
    activate: relu
    processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:656",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for group in groups::layers(cx) {
        if !group.divides() {
            out.report(
                group.span,
                group.layer,
                format!(
                    "`groups` is {}, which must divide both the {} and the {}",
                    group.groups,
                    words::count(group.channels_in, "input channel"),
                    words::count(group.channels_out, "output channel"),
                ),
            );
        }
    }
}
