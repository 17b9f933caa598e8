//! The fast FIFO carries one CHW channel only.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX512
pub(super) static RULE: Rule = Rule {
    code: Code(512),
    name: "fast-fifo-chw",
    severity: Severity::Error,
    summary: "the fast FIFO carries one CHW channel only",
    explanation: "In CHW format `--fast-fifo` feeds a single channel.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fast-fifo --riscv\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000100010001
    in_channels: 3
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: CHW
  #              ^^^ AX512
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fast-fifo --riscv\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    in_channels: 3
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
    source: "max7800x.py:330",
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
    let Ok(channels) = cx.analysis.shapes[index].stored_channels else {
        return;
    };
    if fast && parameters.chw == Ok(true) && channels > 1 {
        out.report(
            layer.data_format.span().unwrap_or(layer.head),
            index,
            format!(
                "the fast FIFO feeds one channel in CHW format, but the network has {channels}"
            ),
        );
    }
}
