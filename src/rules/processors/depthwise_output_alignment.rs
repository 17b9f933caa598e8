//! The output mask of a depth-wise layer does not start at a multiple of 4.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair};

use super::masks;

/// AX205
pub(super) static RULE: Rule = Rule {
    code: Code(205),
    name: "depthwise-output-alignment",
    severity: Severity::Error,
    summary: "the output mask of a depth-wise layer does not start at a multiple of 4",
    explanation: "A depth-wise layer writes four channels at a time into the memory that four processors share: its output mask must \
     start at processor 0, 4, 8, ….",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--timer 0\"
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    output_processors: 0x000000000000001e
  #                    ^^^^^^^^^^^^^^^^^^ AX205
    in_channels: 4
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    groups: 4
",
        good: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--timer 0\"
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    in_channels: 4
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    groups: 4
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:968",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(205) {
        let (place, of, map) = masks::output_mask(cx, fault.layer);
        let Some(map) = map else {
            continue;
        };
        let finding = out
            .new_finding(
                place,
                of,
                format!(
                    "the output mask of a depth-wise layer must start at a multiple of 4, not at \
                     processor {}",
                    map.trailing_zeros()
                ),
            )
            .related(layer.head, fault.layer, "the depth-wise layer");
        out.push(repair::with_masks(cx, finding, &[fault.layer]));
    }
}
