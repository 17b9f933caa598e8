//! The first layer pools its input.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX905
pub(super) static RULE: Rule = Rule {
    code: Code(905),
    name: "input-layer-pooling",
    severity: Severity::Information,
    summary: "the first layer pools its input",
    explanation: "Pooling the network's input throws data away that was just loaded. Scaling the input down at its source costs \
     less time and memory.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
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
    max_pool: 2
  # ^^^^^^^^^^^ AX905
    pool_stride: 2
",
        good: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [8, 8]
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
    source: "izer.py:420",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some((index, layer)) = cx.executed().next() else {
        return;
    };
    if cx.analysis.parameters[index]
        .pool
        .is_ok_and(|pool| pool != [1, 1])
    {
        out.report(
            layer
                .max_pool
                .entry()
                .or(layer.avg_pool.entry())
                .unwrap_or(layer.head),
            index,
            "the first layer pools the network's input: a smaller input would cost less",
        );
    }
}
