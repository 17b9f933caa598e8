//! AX454.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(454),
    name: "frame-size",
    severity: Severity::Error,
    summary: "the image has too many pixels",
    explanation: "\
The chip counts the pixels of an image, times the passes over its channels, with 21 bits: height x \
width x passes must be below 2097152. Only a streaming layer can read an image that large at all; \
it then needs to be scaled down or folded, or to have at most 64 channels.",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "\
# ai8x-lint: flags=\"--fifo\"
  - op: conv2d
    in_dim: [2046, 1026]
    #       ^^^^^^^^^^^^ AX454
    in_channels: 3
    out_channels: 4
    kernel_size: 3x3
    pad: 1
    activate: relu
    max_pool: 2
    pool_stride: 2
    streaming: true
    processors: 0x0000000000000007
    out_offset: 0x8000
"
        ),
        good: network!(
            "MAX78002",
            "\
# ai8x-lint: flags=\"--fifo\"
  - op: conv2d
    in_dim: [64, 64]
    in_channels: 3
    out_channels: 4
    kernel_size: 3x3
    pad: 1
    activate: relu
    max_pool: 2
    pool_stride: 2
    streaming: true
    processors: 0x0000000000000007
    out_offset: 0x8000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:469",
    fix: FixAvailability::None,
    covers: &[Code(302), Code(303)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Ok([height, width]), Ok(spread)) = (
            cx.analysis.shapes[index].in_dim,
            cx.analysis.memory[index].input_spread,
        ) else {
            continue;
        };
        let frame = height * width * spread.passes;
        // Without streaming the image does not even fit into the memory (AX302).
        if frame >= cx.device.max_frame && cx.analysis.parameters[index].streaming == Ok(true) {
            out.report(
                layer.in_dim.span().unwrap_or(layer.head),
                index,
                format!(
                    "the chip counts below {} pixels, but {} in {} are {frame}",
                    cx.device.max_frame,
                    words::dims([height, width]),
                    words::count(spread.passes, "pass")
                ),
            );
        }
    }
}
