//! A network that starts behind its first layer uses the FIFO.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX509
pub(super) static RULE: Rule = Rule {
    code: Code(509),
    name: "fifo-start-layer",
    severity: Severity::Error,
    summary: "a network that starts behind its first layer uses the FIFO",
    explanation: "With `--start-layer` the network begins at a later layer; the FIFO feeds layer 0 only.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--fifo --start-layer 1\"
arch: ai87examplenet
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
  - processors: 0x0000000000000001
# ^^^^^^^^^^^^ AX509
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
        good: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--start-layer 1\"
arch: ai87examplenet
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
    source: "max7800x.py:316",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let flags = &cx.analysis.flags;
    let Some((index, layer)) = cx.executed().next() else {
        return;
    };
    if flags.any_fifo() && flags.start_layer != 0 {
        out.report(
            layer.head,
            index,
            format!(
                "the FIFO feeds layer 0 only, but the flags say `--start-layer {}`",
                flags.start_layer
            ),
        );
    }
}
