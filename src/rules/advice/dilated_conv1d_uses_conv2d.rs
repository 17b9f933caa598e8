//! A dilated Conv1d runs as a 3x3 Conv2d.

use crate::analysis::Dilation;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX908
pub(super) static RULE: Rule = Rule {
    code: Code(908),
    name: "dilated-conv1d-uses-conv2d",
    severity: Severity::Information,
    summary: "a dilated Conv1d runs as a 3x3 Conv2d",
    explanation: "A Conv1d whose dilated kernel spans more than nine values runs as a 3x3 Conv2d over the data folded into rows. The \
     result is the same, but the hardware writes some words before `out_offset` and behind the output: keep them \
     free.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: 64
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv1d
    kernel_size: 3
    dilation: 8
  #           ^ AX908
    pad: 0
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: 64
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv1d
    kernel_size: 3
    dilation: 4
    pad: 0
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:563",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Ok(hardware) = cx.analysis.hardware[index] else {
            continue;
        };
        if hardware.dilation == Dilation::Folded {
            out.report(
                layer.dilation.span().unwrap_or(layer.head),
                index,
                format!(
                    "this dilation runs as a 3x3 Conv2d, which also writes {} before the output and {} behind it",
                    words::count(hardware.out_ignore, "byte"),
                    words::count(hardware.out_pad, "pixel")
                ),
            );
        }
    }
}
