//! AX201.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::counts;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(201),
    name: "input-processor-count",
    severity: Severity::Error,
    summary: "`processors` has another number of bits than the input has channels",
    explanation: "\
Each bit of `processors` switches on one processor, and each processor takes one input channel in \
each pass. Up to 64 channels need exactly as many bits as there are channels. More take \
`ceil(channels / 64)` passes, and `ceil(channels / passes)` bits, rounded up to a multiple of 4: \
100 channels take 2 passes of 52 processors.

A layer with `flatten` counts the channels *before* flattening: 256 inputs from 4x4 pixels are 16 \
channels. Where such a layer has the wrong number of bits, the pooling or padding of a layer \
before it mostly differs from the model's, and the mask is right.

The mask is a bitmap and no number: 8 channels are `0xff`, not `8`.",
    examples: &[
        Example {
            bad: example_network!(
                "MAX78000",
                r"
  - processors: 0x0000000000000007
    #           ^^^^^^^^^^^^^^^^^^ AX201
    in_channels: 4
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
                "MAX78000",
                r"
  - processors: 0x000000000000000f
    in_channels: 4
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
        },
        Example {
            bad: example_network!(
                "MAX78000",
                r"
  - processors: 0x0000000000000008 # not a count
    #           ^^^^^^^^^^^^^^^^^^ AX201
    in_channels: 8
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
                "MAX78000",
                r"
  - processors: 0x00000000000000ff
    in_channels: 8
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
        },
    ],
    source: "backend/max7800x.py:917",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, _) in cx.faults(201) {
        counts::report_input(cx, out, fault.layer);
    }
}
