//! AX708.

use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(708),
    name: "max-output-channels",
    severity: Severity::Error,
    summary: "a layer has more output channels than the chip can make",
    explanation: "\
A layer writes at most 1024 channels: 16 passes over the 64 processors. The README promises 2048 \
for the MAX78002, but the vendor's tool refuses more than 1024 on either chip. Split a wider layer \
in the model.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    kernel_size: 1x1
    pad: 0
    in_dim: [1, 1]
    in_channels: 4
    out_channels: 1028
    #             ^^^^ AX708
    processors: 0x000000000000000f
    out_offset: 0x1000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    kernel_size: 1x1
    pad: 0
    in_dim: [1, 1]
    in_channels: 4
    out_channels: 1024
    processors: 0x000000000000000f
    out_offset: 0x1000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:913",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(708) {
        let most = cx.device.max_channels;
        let channels = match (
            layer.out_channels.value(),
            &cx.analysis.weights[fault.layer],
        ) {
            (Some(channels), _) => count(channels, "output channel"),
            (None, Ok(Some(weight))) => count(weight.out_channels, "output channel"),
            _ => format!("more than {most} output channels"),
        };
        out.report(
            layer.out_channels.span().unwrap_or(layer.head),
            fault.layer,
            format!("{channels} are more than the {most} that a layer can write"),
        );
    }
}
