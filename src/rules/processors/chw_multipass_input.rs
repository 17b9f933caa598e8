//! A CHW input has more than 64 channels.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX211
pub(super) static RULE: Rule = Rule {
    code: Code(211),
    name: "chw-multipass-input",
    severity: Severity::Error,
    summary: "a CHW input has more than 64 channels",
    explanation: "The input loader of the vendor's tool cannot load a CHW input in several passes. Use HWC.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000ffffffffffff
    output_processors: 0x000000000000000f
    in_channels: 96
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: CHW
  #              ^^^ AX211
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000ffffffffffff
    output_processors: 0x000000000000000f
    in_channels: 96
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "load.py:128",
    fix: FixAvailability::None,
    covers: &[Code(252)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some((index, layer)) = cx.executed().next() else {
        return;
    };
    let fifo = cx
        .facts
        .flags
        .as_ref()
        .is_none_or(crate::facts::Flags::any_fifo);
    if let (Ok(true), Ok(spread)) = (
        cx.analysis.parameters[index].chw,
        cx.analysis.memory[index].input_spread,
    ) && spread.passes > 1
        && !fifo
    {
        out.report(
            layer.data_format.span().unwrap_or(layer.head),
            index,
            format!("a CHW input cannot be loaded in {} passes", spread.passes),
        );
    }
}
