//! AX361.

use crate::analysis::{Layout, Region, Spread};
use crate::device::PROCESSORS;
use crate::diagnostic::{Code, Severity};
use crate::network::Unload;
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(361),
    name: "unload-not-written",
    severity: Severity::Warning,
    summary: "an `unload` block reads what no layer writes",
    explanation: "\
A block of `unload` says where the generated code finds a result: processors, channels, dimensions and \
offset. The vendor's tool does not compare it with the layers. The mask needs one bit for each channel of \
a pass, and the words must be written by some layer.",
    examples: &[
        Example {
            bad: "\
# ai8x-lint: device=MAX78000
arch: demo
dataset: demo

layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu

unload:
  - processors: 0x000000000000000f
    channels: 4
    dim: [8, 8]
    offset: 0x2010
    #       ^^^^^^ AX361
",
            good: "\
# ai8x-lint: device=MAX78000
arch: demo
dataset: demo

layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu

unload:
  - processors: 0x000000000000000f
    channels: 4
    dim: [8, 8]
    offset: 0x2000
",
            model: None,
            shapes: None,
        },
        Example {
            bad: "\
# ai8x-lint: device=MAX78000
arch: demo
dataset: demo

layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu

unload:
  - processors: 0x0000000000000007
    #           ^^^^^^^^^^^^^^^^^^ AX361
    channels: 4
    dim: [8, 8]
    offset: 0x2000
",
            good: "\
# ai8x-lint: device=MAX78000
arch: demo
dataset: demo

layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu

unload:
  - processors: 0x000000000000000f
    channels: 4
    dim: [8, 8]
    offset: 0x2000
",
            model: None,
            shapes: None,
        },
    ],
    source: "unload.py; the vendor's tool does not check it",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let written: Option<Vec<&Region>> = cx
        .executed()
        .map(|(index, _)| cx.analysis.memory[index].writes.as_ref().ok())
        .collect();
    for block in &cx.network.unload {
        let (Some(mask), Some(channels), Some(span)) = (
            block.processors.value(),
            block.channels.value(),
            block.processors.span(),
        ) else {
            continue;
        };
        let most = cx.analysis.flags.max_proc.unwrap_or(i64::from(PROCESSORS));
        let spread = Spread::new(channels, most);
        let bits = i64::from(mask.count_ones());
        if bits != spread.processors {
            out.report(
                span,
                None,
                format!(
                    "{} to unload need {}, but the mask has {} set",
                    count(channels, "channel"),
                    count(spread.processors, "processor"),
                    count(bits, "bit")
                ),
            );
            continue;
        }
        let Some(region) = region(cx, block, mask, spread) else {
            continue;
        };
        let Some(word) = written
            .as_ref()
            .and_then(|written| region.first_outside(written))
        else {
            continue;
        };
        out.report(
            block.offset.span().unwrap_or(block.head),
            None,
            format!(
                "this block unloads {}, to which no layer writes",
                words::word(cx.device, word)
            ),
        );
    }
}

/// The words of a block; values are always 8 bits there.
fn region(cx: &Context, block: &Unload, mask: u64, spread: Spread) -> Option<Region> {
    let [height, width] = block.dim.value()?;
    let offset = block.offset.value()?;
    let gap = match (block.write_gap.is_absent(), block.write_gap.value()) {
        (true, _) => 0,
        (false, gap) => gap?,
    };
    if offset < 0 || offset % 4 != 0 || height <= 0 || width <= 0 || gap < 0 {
        return None;
    }
    let layout = Layout {
        mask,
        offset,
        channels: block.channels.value()?,
        spread,
        pixels: height * width,
        width: 8,
        gap,
        operands: 1,
    };
    Some(layout.words(cx.device))
}
