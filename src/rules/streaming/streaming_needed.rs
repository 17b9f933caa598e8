//! The input is larger than the data memory.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX552
pub(super) static RULE: Rule = Rule {
    code: Code(552),
    name: "streaming-needed",
    severity: Severity::Information,
    summary: "the input is larger than the data memory",
    explanation: "The input of the first layer does not fit its memory instances, so it can only arrive through a FIFO into a \
     streaming layer. Other ways out: `data_format: CHW` (a quarter of the space a channel), more channels of \
     smaller images (folding), or a smaller input. With flags that rule out a FIFO this is AX302.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    in_channels: 3
    in_dim: [120, 120]
  #         ^^^^^^^^^^ AX552
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    max_pool: 4
    pool_stride: 4
",
        good: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    in_channels: 3
    in_dim: [64, 64]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    max_pool: 4
    pool_stride: 4
",
        model: None,
        shapes: None,
    }],
    source: "README, Limitations",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some((index, layer)) = cx.executed().next() else {
        return;
    };
    let memory = &cx.analysis.memory[index];
    let (Ok(bytes), Ok(offset)) = (memory.input_bytes, memory.in_offset) else {
        return;
    };
    if cx.facts.flags.is_none()
        && cx.analysis.parameters[index].streaming == Ok(false)
        && bytes + offset > cx.device.instance_bytes
    {
        out.report(
            layer.in_dim.span().unwrap_or(layer.head),
            index,
            format!(
                "the input takes {bytes} bytes of an instance of {}: it fits only as a stream, as CHW or folded",
                cx.device.instance_bytes
            ),
        );
    }
}
