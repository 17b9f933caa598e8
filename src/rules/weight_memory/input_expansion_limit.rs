//! AX604.

use crate::device::MAX_INPUT_PASSES;
use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(604),
    name: "input-expansion-limit",
    severity: Severity::Error,
    summary: "a layer takes more passes over its input than the hardware counts",
    explanation: "\
A layer with more input channels than processors reads them in several passes, and the hardware counts \
at most 16. With all 64 processors that is enough for 1024 channels; it only becomes short when \
`--max-proc` allows fewer processors.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            "--max-proc 4",
            r"
  - processors: 0x000000000000000f
    in_channels: 128
    #            ^^^ AX604
    in_dim: [4, 4]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 1x1
    pad: 0
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            "--max-proc 4",
            r"
  - processors: 0x000000000000000f
    in_channels: 64
    in_dim: [4, 4]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 1x1
    pad: 0
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:1904",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Ok(spread), Ok(channels), Ok(flatten), Ok(operands)) = (
            cx.analysis.memory[index].input_spread,
            cx.analysis.shapes[index].stored_channels,
            cx.analysis.parameters[index].flatten,
            cx.analysis.parameters[index].operands,
        ) else {
            continue;
        };
        // Element-wise operations of several passes are emulated and count none.
        let counts_passes = !flatten && operands == 1;
        if !counts_passes || spread.passes <= MAX_INPUT_PASSES || channels > cx.device.max_channels
        {
            continue;
        }
        let span = layer.in_channels.span().or(layer.processors.span());
        out.report(
            span.unwrap_or(layer.head),
            index,
            format!(
                "reads {} in {}, but the hardware counts at most {MAX_INPUT_PASSES}",
                count(channels, "input channel"),
                count(spread.passes, "pass")
            ),
        );
    }
}
