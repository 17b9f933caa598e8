//! AX301.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(301),
    name: "out-offset-range",
    severity: Severity::Error,
    summary: "`out_offset` lies outside the data memory",
    explanation: "\
`out_offset` counts bytes from the start of each data-memory instance. An instance holds 0x8000 bytes \
on the MAX78000 and 0x14000 on the MAX78002. The vendor's tool refuses offsets from 0x20000 \
(MAX78000) or 0x50000 (MAX78002) on, the memory of a whole quadrant.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x20000
    #           ^^^^^^^ AX301
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
    }],
    source: "izer.py:167",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(301) {
        let Some(offset) = layer.out_offset.value() else {
            continue;
        };
        let finding = out
            .new_finding(
                fault.span.unwrap_or(layer.head),
                fault.layer,
                format!(
                    "`out_offset` is {}, but a quadrant has {} bytes of data memory",
                    words::offset(offset),
                    words::offset(cx.device.out_offset_limit)
                ),
            )
            .note(format!(
                "an instance holds {} bytes on the {}",
                words::offset(cx.device.instance_bytes),
                cx.device.name
            ));
        out.push(finding);
    }
}
