//! AX315.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(315),
    name: "write-pointer-range",
    severity: Severity::Error,
    summary: "`write_gap` is larger than the hardware can skip",
    explanation: "\
Behind each word the hardware moves its write pointer on by `passes * (write_gap + 1) - 1` further words, \
or by `write_gap` in a layer without a convolution. The register for it has 4 bits on the MAX78000 and 8 \
on the MAX78002. The vendor's tool stops with an assertion.",
    examples: &[Example {
        bad: example_network!(
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
    write_gap: 16
    #          ^^ AX315
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
    write_gap: 15
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:1915",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let limit = 1 << cx.device.write_gap_bits;
    for (index, layer) in cx.executed() {
        let (Ok(operator), Ok(gap), Ok(spread)) = (
            cx.analysis.parameters[index].operator,
            cx.analysis.parameters[index].write_gap,
            cx.analysis.memory[index].output_spread,
        ) else {
            continue;
        };
        let passes = if operator == Operator::Passthrough {
            1
        } else {
            spread.passes
        };
        let skipped = passes * (gap + 1) - 1;
        if skipped < limit {
            continue;
        }
        let why = if passes > 1 {
            format!(" in {}", count(passes, "pass"))
        } else {
            String::new()
        };
        out.report(
            layer.write_gap.span().unwrap_or(layer.head),
            index,
            format!(
                "with `write_gap: {gap}`{why} the write pointer skips {skipped} words, and the \
                 hardware can skip {} at most",
                limit - 1
            ),
        );
    }
}
