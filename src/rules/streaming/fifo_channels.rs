//! The FIFO cannot carry that many input channels.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX510
pub(super) static RULE: Rule = Rule {
    code: Code(510),
    name: "fifo-channels",
    severity: Severity::Error,
    summary: "the FIFO cannot carry that many input channels",
    explanation: "The FIFO feeds at most 16 channels in HWC format and 4 in CHW format.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x00000000000fffff
    in_channels: 20
  #              ^^ AX510
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
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000f000f000f000f
    in_channels: 16
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
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
    source: "max7800x.py:320",
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
    let (Ok(channels), Ok(chw)) = (cx.analysis.shapes[index].stored_channels, parameters.chw)
    else {
        return;
    };
    let most = if chw { 4 } else { 16 };
    if flags.any_fifo() && channels > most {
        out.report(
            layer.in_channels.span().unwrap_or(layer.head),
            index,
            format!(
                "the FIFO feeds at most {most} channels in {} format, but the network has {channels}",
                if chw { "CHW" } else { "HWC" }
            ),
        );
    }
}
