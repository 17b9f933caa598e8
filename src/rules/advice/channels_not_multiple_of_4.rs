//! A layer has a number of input channels that is no multiple of 4.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX901
pub(super) static RULE: Rule = Rule {
    code: Code(901),
    name: "channels-not-multiple-of-4",
    severity: Severity::Hint,
    summary: "a layer has a number of input channels that is no multiple of 4",
    explanation: "Four processors share a memory and work in step. With a number of channels that is no multiple of 4 some of them \
     run for nothing: the best energy figures come with multiples of 4. Reported once a file.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 6
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000003f
  #             ^^^^^^^^^^^^^^^^^^ AX901
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
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
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
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
    source: "max7800x.py:994",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let odd: Vec<(usize, i64)> = cx
        .executed()
        .skip(1)
        .filter_map(|(index, _)| Some((index, cx.analysis.shapes[index].stored_channels.ok()?)))
        .filter(|(_, channels)| channels % 4 != 0)
        .collect();
    let Some(&(index, channels)) = odd.first() else {
        return;
    };
    let layer = &cx.network.layers[index];
    let more = match odd.len() - 1 {
        0 => String::new(),
        more => format!(", and so have {}", words::count(more as i64, "later layer")),
    };
    out.report(
        layer.processors.span().unwrap_or(layer.head),
        index,
        format!(
            "{} has {}, no multiple of 4{more}: energy is best with multiples of 4",
            cx.network.label(index),
            words::count(channels, "input channel")
        ),
    );
}
