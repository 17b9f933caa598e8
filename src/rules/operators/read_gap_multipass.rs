//! AX443.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(443),
    name: "read-gap-multipass",
    severity: Severity::Error,
    summary: "`read_gap` with more than 64 input channels",
    explanation: "\
Leaving words out works in a single pass only. With more than 64 channels the words of the passes \
lie side by side, and the hardware cannot skip between them.

Write the data without gap, or read at most 64 channels.",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "  - op: none
    in_dim: [8, 8]
    in_channels: 128
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x2000
    write_gap: 1
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    read_gap: 1
    #         ^ AX443
    in_channels: 128
    out_channels: 4
    processors: 0xffffffffffffffff
    out_offset: 0xa000
"
        ),
        good: network!(
            "MAX78002",
            "  - op: none
    in_dim: [8, 8]
    in_channels: 128
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x2000
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_channels: 128
    out_channels: 4
    processors: 0xffffffffffffffff
    out_offset: 0xa000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:691",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        // A gap that the chip does not know at all is AX442.
        let (Ok(gap), Ok(spread)) = (
            cx.analysis.parameters[index].read_gap,
            cx.analysis.memory[index].input_spread,
        ) else {
            continue;
        };
        if gap != 0 && spread.passes > 1 {
            out.report(
                layer.read_gap.span().unwrap_or(layer.head),
                index,
                format!(
                    "`read_gap` is {gap}, but it needs a single pass, and this layer reads in {}",
                    words::count(spread.passes, "pass")
                ),
            );
        }
    }
}
