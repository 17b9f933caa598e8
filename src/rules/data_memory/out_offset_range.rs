//! `out_offset` lies outside the data memory.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::free;

/// AX301
pub(super) static RULE: Rule = Rule {
    code: Code(301),
    name: "out-offset-range",
    severity: Severity::Error,
    summary: "`out_offset` lies outside the data memory",
    explanation: "`out_offset` counts bytes in the memory of the output processors, from 0 to 0x1ffff on the MAX78000 and 0x4ffff on the \
     MAX78002 (one quadrant). Usually it stays below the size of one instance, 0x8000 or 0x14000.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x20000
  #             ^^^^^^^ AX301
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "izer.py:167",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(301) {
        let offset = layer.out_offset.value().unwrap_or_default();
        let finding = out.new_finding(
            layer.out_offset.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "`out_offset` {} is outside the data memory, 0 to {}",
                words::offset(offset),
                words::offset(cx.device.out_offset_limit - 1)
            ),
        );
        out.push(free::with_place(cx, finding, fault.layer));
    }
}
