//! The first layer behind the fast FIFO has no convolution.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX515
pub(super) static RULE: Rule = Rule {
    code: Code(515),
    name: "fast-fifo-conv",
    severity: Severity::Error,
    summary: "the first layer behind the fast FIFO has no convolution",
    explanation: "The fast FIFO writes the input straight past the data memory into the convolution engine: with `--fast-fifo` the \
     first layer must have one. Use `--fifo`, or start with a convolution.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fast-fifo --riscv\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
    out_offset: 0x2000
    op: passthrough
  #     ^^^^^^^^^^^ AX515
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
    source: "max7800x.py:340",
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
    if fast && parameters.operator == Ok(Operator::Passthrough) {
        out.report(
            layer.op.span().unwrap_or(layer.head),
            index,
            "with the fast FIFO the first layer needs a convolution",
        );
    }
}
