//! The fast FIFO carries four HWC channels at most.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX513
pub(super) static RULE: Rule = Rule {
    code: Code(513),
    name: "fast-fifo-hwc",
    severity: Severity::Error,
    summary: "the fast FIFO carries four HWC channels at most",
    explanation: "In HWC format `--fast-fifo` feeds up to four channels: one word holds four of them.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fast-fifo --riscv\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x00000000000f000f
  #             ^^^^^^^^^^^^^^^^^^ AX513
    in_channels: 8
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
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
    source: "max7800x.py:333",
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
    if fast && parameters.chw == Ok(false) && channels > 4 && channels <= 16 {
        out.report(
            layer.processors.span().unwrap_or(layer.head),
            index,
            format!(
                "the fast FIFO feeds four channels in HWC format, but the network has {channels}"
            ),
        );
    }
}
