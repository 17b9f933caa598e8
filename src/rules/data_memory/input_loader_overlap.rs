//! AX306.

use crate::diagnostic::{Code, Severity};
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::input_loader;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(306),
    name: "input-loader-overlap",
    severity: Severity::Error,
    summary: "the vendor's tool refuses this `in_offset` of an input in several passes",
    explanation: "\
An input of more than 64 channels takes several passes, whose words take turns. The vendor's tool adds \
`in_offset` in the first pass only when it marks where the input lies, and the others from offset 0 on. \
With some offsets its own marks meet, and it reports that the input overwrites itself. Such an input is \
best left at offset 0.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0xffffffffffffffff
    in_channels: 128
    in_dim: [8, 8]
    in_offset: 0x0014
    #          ^^^^^^ AX306
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0xffffffffffffffff
    in_channels: 128
    in_dim: [8, 8]
    in_offset: 0x0000
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "datamem.py:47, load.py:112",
    fix: FixAvailability::None,
    // Such an input is best moved anyway.
    covers: &[Code(304), Code(364)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(marks) = input_loader::marks(cx) else {
        return;
    };
    let Some(twice) = marks.twice else {
        return;
    };
    let layer = &cx.network.layers[marks.layer];
    out.report(
        layer.in_offset.span().unwrap_or(layer.head),
        marks.layer,
        format!(
            "the vendor's tool marks {} of this input from offset 0 on instead of {}, and refuses \
             it where they meet, at {}",
            count(marks.passes - 1, "pass"),
            words::offset(marks.in_offset),
            words::offset(twice)
        ),
    );
}
