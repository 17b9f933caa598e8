//! AX442.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(442),
    name: "read-gap-unsupported",
    severity: Severity::Error,
    summary: "`read_gap` on the MAX78000",
    explanation: "\
Only the MAX78002 can leave words out as it reads. On the MAX78000 data that was written with a \
`write_gap` can only be read as the operands of an element-wise layer, or as an interleaved \
concatenation.

Write the data without gap, or let all its readers be such layers.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: none
    in_dim: [8, 8]
    in_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
    write_gap: 1
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    read_gap: 1
    #         ^ AX442
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x0000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: none
    in_dim: [8, 8]
    in_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x0000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:688",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(442) {
        let Some(gap) = layer.read_gap.value() else {
            continue;
        };
        out.report(
            layer.read_gap.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "`read_gap` is {gap}, but the {} cannot leave words out as it reads",
                cx.device.name
            ),
        );
    }
}
