//! Two CHW channels share one memory instance.

use crate::device;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX252
pub(super) static RULE: Rule = Rule {
    code: Code(252),
    name: "chw-lane-check-complete",
    severity: Severity::Error,
    summary: "two CHW channels share one memory instance",
    explanation: "In CHW format each channel fills the words of its memory by itself, so each of the four processors that share an \
     instance needs that memory alone: at most one bit in each hexadecimal digit of `processors` (0x…111 for three \
     channels). The vendor's tool looks at the lower two of four bits only.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
  #             ^^^^^^^^^^^^^^^^^^ AX252
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: CHW
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000111
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: CHW
",
        shapes: None,
    }],
    source: "max7800x.py:447; README, Channel Data Formats",
    fix: FixAvailability::None,
    covers: &[
        Code(201),
        Code(209),
        Code(210),
        Code(304),
        Code(306),
        Code(352),
    ],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Ok(true), Some(mask)) = (cx.analysis.parameters[index].chw, layer.processors.value())
        else {
            continue;
        };
        let shared =
            (0..device::INSTANCES).find(|instance| (mask >> (instance * 4) & 0xf).count_ones() > 1);
        if let Some(instance) = shared
            && cx.analysis.graph.previous[index].is_none()
        {
            out.report(
                layer.processors.span().unwrap_or(layer.head),
                index,
                format!(
                    "in CHW format each channel needs a memory instance of its own, but processors {} share \
                     instance {instance}",
                    words::processors(mask & 0xf << (instance * 4))
                ),
            );
        }
    }
}
