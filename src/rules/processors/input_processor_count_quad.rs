//! AX202.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::counts;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(202),
    name: "input-processor-count-quad",
    severity: Severity::Error,
    summary: "with `--fast-fifo-quad`, `processors` of the first layer has the wrong number of bits",
    explanation: "\
`--fast-fifo-quad` sends the same input to all four quadrants. The mask of the first layer names \
the processors of the first quadrant only, one bit for each input channel; the vendor's tool copies \
it to the others by itself.",
    examples: &[Example {
        bad: example_network!(
            "MAX78002",
            "--fast-fifo-quad",
            r"
  - processors: 0x0007000700070007
    #           ^^^^^^^^^^^^^^^^^^ AX202
    in_channels: 3
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78002",
            "--fast-fifo-quad",
            r"
  - processors: 0x0000000000000007
    in_channels: 3
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:927",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, _) in cx.faults(202) {
        counts::report_input(cx, out, fault.layer);
    }
}
