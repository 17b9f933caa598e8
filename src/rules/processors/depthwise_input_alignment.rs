//! AX206.

use crate::device::PROCESSORS_PER_INSTANCE;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(206),
    name: "depthwise-input-alignment",
    severity: Severity::Error,
    summary: "a depthwise layer of more than 16 processors does not start at a multiple of 4",
    explanation: "\
A depthwise convolution (`groups` above 1, MAX78002 only) may start at any processor while it stays \
within 16 of them. A wider one spans quadrants, and then its first processor must be 0, 4, 8 …",
    examples: &[Example {
        bad: example_network!(
            "MAX78002",
            r"
  - processors: 0x00000000001ffffe
    #           ^^^^^^^^^^^^^^^^^^ AX206
    in_channels: 20
    in_dim: [8, 8]
    output_processors: 0x00000000000fffff
    out_channels: 20
    groups: 20
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78002",
            r"
  - processors: 0x00000000000fffff
    in_channels: 20
    in_dim: [8, 8]
    output_processors: 0x00000000000fffff
    out_channels: 20
    groups: 20
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:973",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if !cx.device.depthwise {
        return;
    }
    for (index, layer) in cx.executed() {
        let (Ok(groups), Ok(mask), Some(span)) = (
            cx.analysis.parameters[index].groups,
            cx.analysis.memory[index].processors,
            layer.processors.span(),
        ) else {
            continue;
        };
        let first = mask.trailing_zeros();
        let span_of_bits = (u64::BITS - mask.leading_zeros()).saturating_sub(first);
        if groups <= 1
            || first.is_multiple_of(PROCESSORS_PER_INSTANCE)
            || span_of_bits <= masks::QUADRANT
        {
            continue;
        }
        out.report(
            span,
            index,
            format!(
                "a depthwise layer over {span_of_bits} processors must start at a multiple of 4, \
                 but `processors` starts at processor {first}"
            ),
        );
    }
}
