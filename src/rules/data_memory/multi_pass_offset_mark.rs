//! AX364.

use crate::diagnostic::{Code, Severity};
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::input_loader;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(364),
    name: "multi-pass-offset-mark",
    severity: Severity::Information,
    summary: "the vendor's tool marks an input in several passes at the wrong place",
    explanation: "\
An input of more than 64 channels takes several passes. Where it does not start at offset 0, the vendor's \
tool marks only the first pass from `in_offset` on, and the others from offset 0 on. Its check that the \
first layer does not write over its input may then refuse what is right and pass what is wrong. This tool \
takes the words that are really read.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0xffffffffffffffff
    in_channels: 128
    in_dim: [8, 8]
    in_offset: 0x1000
    #          ^^^^^^ AX364
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
    source: "load.py:112",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(marks) = input_loader::marks(cx) else {
        return;
    };
    let layer = &cx.network.layers[marks.layer];
    out.report(
        layer.in_offset.span().unwrap_or(layer.head),
        marks.layer,
        format!(
            "the vendor's tool takes {} of this input to lie from offset 0 on instead of {}, so \
             that its overwrite check is not to be trusted here",
            count(marks.passes - 1, "pass"),
            words::offset(marks.in_offset)
        ),
    );
}
