//! AX362.

use crate::analysis::{Region, buffer_layout};
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(362),
    name: "data-buffer-clobbered",
    severity: Severity::Error,
    summary: "the rolling buffer is overwritten, or does not fit the data memory",
    explanation: "\
A `data_buffer` keeps data from one run of the network to the next. Only layers with `buffer_shift` or \
`buffer_insert` may write to its place; whatever else writes there destroys the history. It must also \
end inside its instances. The vendor's tool checks neither.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: demo
dataset: demo

data_buffer:
  - processors: 0x000000000000000f
    channels: 4
    dim: [8, 1]
    offset: 0x7000
    name: history

layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x7000
    #           ^^^^^^ AX362
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
arch: demo
dataset: demo

data_buffer:
  - processors: 0x000000000000000f
    channels: 4
    dim: [8, 1]
    offset: 0x7000
    name: history

layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x6000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
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
    source: "README, \"data_buffer\"; the vendor's tool does not check it",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    // The tool uses the first block only.
    let Some(block) = cx.network.data_buffer.first() else {
        return;
    };
    let Some(layout) = buffer_layout(cx.network, &cx.analysis.flags) else {
        return;
    };
    let place = block.offset.span().unwrap_or(block.head);
    let end = layout.offset + layout.bytes();
    if end > cx.device.instance_bytes {
        out.report(
            place,
            None,
            format!(
                "the buffer takes {} bytes from {} on and ends at {}, past the end of the instance \
                 at {}",
                layout.bytes(),
                words::offset(layout.offset),
                words::offset(end),
                words::offset(cx.device.instance_bytes)
            ),
        );
        return;
    }
    let buffer = layout.words(cx.device);
    for (index, layer) in cx.executed() {
        if !layer.buffer_shift.is_absent() || !layer.buffer_insert.is_absent() {
            continue;
        }
        let Some(word) = common(cx.analysis.memory[index].writes.as_ref().ok(), &buffer) else {
            continue;
        };
        let finding = out
            .new_finding(
                layer.out_offset.span().unwrap_or(layer.head),
                index,
                format!(
                    "{} writes over the rolling buffer at {}",
                    cx.network.label(index),
                    words::word(cx.device, word)
                ),
            )
            .related(
                place,
                None,
                format!(
                    "the buffer lies at {} to {}",
                    words::offset(layout.offset),
                    words::offset(end - 1)
                ),
            );
        out.push(finding);
    }
}

fn common(written: Option<&Region>, buffer: &Region) -> Option<i64> {
    written?.first_common(buffer)
}
