//! The first layer streams, but no FIFO feeds it.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX501
pub(super) static RULE: Rule = Rule {
    code: Code(501),
    name: "streaming-without-fifo",
    severity: Severity::Error,
    summary: "the first layer streams, but no FIFO feeds it",
    explanation: "A streaming first layer starts before its whole input is there: the input must arrive through a FIFO. \
     The vendor's tool therefore wants `--fifo` (or `--fast-fifo`, `--fast-fifo-quad`) beside `streaming: true`.\n\n\
     Where nobody says which flags are used, this is a reminder only. Say them once: in the configuration \
     (`izer-flags`), or in the file (`# ai8x-lint: flags=\"--fifo\"`).",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [32, 32]
    out_channels: 16
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  #            ^^^^ AX501
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x0000
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
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [32, 32]
    out_channels: 16
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:342",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some((index, layer)) = cx.executed().next() else {
        return;
    };
    if cx.analysis.parameters[index].streaming != Ok(true) {
        return;
    }
    let span = layer.streaming.span().unwrap_or(layer.head);
    match &cx.facts.flags {
        Some(flags) if flags.any_fifo() || flags.allow_streaming || flags.ignore_streaming => {}
        Some(_) => out.report(
            span,
            index,
            "the first layer streams, but the flags have no `--fifo`: nothing feeds it while it runs",
        ),
        None => out.push(
            out.new_finding(
                span,
                index,
                "a streaming first layer needs the flag `--fifo` of the vendor's tool",
            )
            .severity(Severity::Information),
        ),
    }
}
