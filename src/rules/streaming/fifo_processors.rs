//! The first layer uses processors that the FIFO does not feed.

use crate::diagnostic::{Code, Severity};
use crate::rules::words;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair};

/// AX511
pub(super) static RULE: Rule = Rule {
    code: Code(511),
    name: "fifo-processors",
    severity: Severity::Error,
    summary: "the first layer uses processors that the FIFO does not feed",
    explanation: "The FIFO feeds four processors in each quadrant in HWC format (0 to 3, 16 to 19, 32 to 35, 48 to 51), and one \
     in each quadrant in CHW format (0, 16, 32, 48).",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000070
  #             ^^^^^^^^^^^^^^^^^^ AX511
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
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fifo\"
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
    source: "max7800x.py:326",
    fix: FixAvailability::Sometimes,
    // Processors that the FIFO reaches lie in different instances in CHW.
    covers: &[Code(209), Code(252)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some((index, layer)) = cx.executed().next() else {
        return;
    };
    let (Some(mask), Ok(chw)) = (layer.processors.value(), cx.analysis.parameters[index].chw)
    else {
        return;
    };
    let (fed, which) = if chw {
        (FED_CHW, "0, 16, 32 and 48 in CHW format")
    } else {
        (
            FED_HWC,
            "0 to 3, 16 to 19, 32 to 35 and 48 to 51 in HWC format",
        )
    };
    let outside = mask & !fed;
    let too_many = cx.analysis.shapes[index]
        .stored_channels
        .is_ok_and(|channels| channels > i64::from(fed.count_ones()));
    if cx.analysis.flags.any_fifo() && outside != 0 && !too_many {
        let finding = out.new_finding(
            layer.processors.span().unwrap_or(layer.head),
            index,
            format!(
                "the FIFO feeds processors {which}, but the mask names {} as well",
                words::processors(outside)
            ),
        );
        out.push(repair::with_masks(cx, finding, &[index]));
    }
}

/// Processors that the FIFO feeds, four pixels a word.
const FED_CHW: u64 = 0x0001_0001_0001_0001;
/// Processors that the FIFO feeds, four channels a word.
const FED_HWC: u64 = 0x000f_000f_000f_000f;
