//! A depth-wise layer writes to other processors than it reads.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX902
pub(super) static RULE: Rule = Rule {
    code: Code(902),
    name: "depthwise-moves-data",
    severity: Severity::Information,
    summary: "a depth-wise layer writes to other processors than it reads",
    explanation: "A depth-wise convolution runs fastest where each processor writes its own memory. With an output mask unlike \
     `processors` the hardware moves the data across, which takes time.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78002
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    output_processors: 0x00000000000000f0
  #                    ^^^^^^^^^^^^^^^^^^ AX902
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    groups: 4
  - processors: 0x00000000000000f0
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78002
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    groups: 4
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:979",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let memory = &cx.analysis.memory[index];
        let depthwise = cx.analysis.parameters[index]
            .groups
            .is_ok_and(|groups| groups > 1);
        if let (Ok(reads), Ok(writes)) = (memory.processors, memory.output_map)
            && cx.device.depthwise
            && depthwise
            && reads != writes
        {
            out.report(
                layer.output_processors.span().or(layer.processors.span()).unwrap_or(layer.head),
                index,
                format!(
                    "the depth-wise layer reads processors {} but writes {}: equal masks are faster",
                    words::processors(reads),
                    words::processors(writes)
                ),
            );
        }
    }
}
