//! AX439.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::groups;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(439),
    name: "groups-not-depthwise",
    severity: Severity::Error,
    summary: "`groups` is neither 1 nor the number of channels",
    explanation: "\
The MAX78002 knows two kinds of convolution: the full one, and the depthwise one, in which every \
output channel sees one input channel. `groups` must then equal the number of input channels and \
of output channels. Anything between, and a depthwise layer that multiplies its channels, is not \
possible.",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 16
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    groups: 4
    #       ^ AX439
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
    source: "max7800x.py:675",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for group in groups::layers(cx) {
        let depthwise = group.groups == group.channels_in && group.groups == group.channels_out;
        if group.divides() && !depthwise {
            out.report(
                group.span,
                group.layer,
                format!(
                    "`groups` is {}, but it must be 1 or equal both the {} and the {}",
                    group.groups,
                    words::count(group.channels_in, "input channel"),
                    words::count(group.channels_out, "output channel"),
                ),
            );
        }
    }
}
