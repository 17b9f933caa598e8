//! Offsets are left out in a plain chain of layers.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX951
pub(super) static RULE: Rule = Rule {
    code: Code(951),
    name: "ping-pong-hint",
    severity: Severity::Hint,
    summary: "offsets are left out in a plain chain of layers",
    explanation: "In a plain chain, where each layer reads only the one before, two halves of the memory in turn are enough: one \
     layer writes at 0, the next in the middle (0x4000 of the MAX78000, 0xa000 of the MAX78002), and so on. \
     Layers without `out_offset` all write at 0.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
# ^^^^^^^^^^^^ AX951
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        shapes: None,
    }],
    source: "README, Data Memory Ping-Pong",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let chain = cx.network.layers.len() > 1
        && cx
            .network
            .layers
            .iter()
            .all(|layer| layer.in_sequences.is_absent());
    let left_out = cx
        .executed()
        .find(|(_, layer)| layer.out_offset.is_absent());
    let Some((index, layer)) = left_out.filter(|_| chain) else {
        return;
    };
    out.report(
        layer.head,
        index,
        format!(
            "in a chain of layers `out_offset` can alternate between 0x0000 and {}",
            words::offset(cx.device.instance_bytes / 2)
        ),
    );
}
