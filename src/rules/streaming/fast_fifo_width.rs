//! The first layer behind the fast FIFO writes 32-bit values.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX514
pub(super) static RULE: Rule = Rule {
    code: Code(514),
    name: "fast-fifo-width",
    severity: Severity::Error,
    summary: "the first layer behind the fast FIFO writes 32-bit values",
    explanation: "With `--fast-fifo` the first layer must write 8-bit values.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fast-fifo --riscv\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: none
    output_width: 32
  #               ^^ AX514
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fast-fifo --riscv\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
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
    source: "max7800x.py:338",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some((index, layer)) = cx.executed().next() else {
        return;
    };
    let flags = &cx.analysis.flags;
    let parameters = &cx.analysis.parameters[index];
    let fast = flags.fast_fifo || flags.fast_fifo_quad;
    if fast && parameters.output_width == Ok(32) {
        out.report(
            layer.output_width.span().unwrap_or(layer.head),
            index,
            "with the fast FIFO the first layer must have `output_width: 8`",
        );
    }
}
