//! AX356.

use crate::analysis::ConflictKind;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::overlap;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(356),
    name: "fifo-input-overwritten",
    severity: Severity::Error,
    summary: "the first layer writes over the input that a FIFO has put into its memory",
    explanation: "\
A first layer that takes its input from a FIFO but does not stream (`streaming`) has the whole input in \
its data memory, from `in_offset` on, just as without a FIFO. With `--fifo` the vendor's tool does not \
check that the layer's output leaves it alone.

Where writing stays behind reading only if the hardware keeps the rows that the window covers, the \
finding is a warning.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            "--fifo",
            r"
  - processors: 0x0000000000000007
    in_channels: 3
    in_dim: [16, 16]
    output_processors: 0x0000000000000007
    out_channels: 3
    out_offset: 0x0200
    #           ^^^^^^ AX356
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            "--fifo",
            r"
  - processors: 0x0000000000000007
    in_channels: 3
    in_dim: [16, 16]
    output_processors: 0x0000000000000007
    out_channels: 3
    out_offset: 0x0400
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "unload.py:534; the vendor's tool does not check it",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for conflict in overlap::of(cx, ConflictKind::FifoInput) {
        let finding = overlap::finding(cx, out, conflict, "pixels not read yet are lost");
        out.push(overlap::by_certainty(conflict, finding));
    }
}
