//! AX707.

use crate::diagnostic::{Code, Severity};
use crate::rules::words::{count, dims};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(707),
    name: "max-input-channels",
    severity: Severity::Error,
    summary: "a layer has more input channels than the chip can take",
    explanation: "\
A layer reads at most 1024 channels: 16 passes over the 64 processors. A flattening layer counts \
channels before flattening, so it can take up to 1024 channels of up to 256 pixels. Split a wider \
layer in the model: two layers on half of the channels each, and an element-wise sum.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    kernel_size: 1x1
    pad: 0
    in_dim: [1, 1]
    in_channels: 1028
    #            ^^^^ AX707
    out_channels: 4
    processors: 0xffffffffffffffff
    out_offset: 0x1000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    kernel_size: 1x1
    pad: 0
    in_dim: [1, 1]
    in_channels: 1024
    out_channels: 4
    processors: 0xffffffffffffffff
    out_offset: 0x1000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:910",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(707) {
        let shape = &cx.analysis.shapes[fault.layer];
        let most = cx.device.max_channels;
        let channels = shape.in_channels.map_or_else(
            |_| format!("more than {most} channels"),
            |channels| count(channels, "input channel"),
        );
        let flattened = match shape.pooled_dim {
            Ok(dim) if cx.analysis.parameters[fault.layer].flatten == Ok(true) => {
                format!(" before flattening {} pixels", dims(dim))
            }
            _ => String::new(),
        };
        out.report(
            layer.in_channels.span().unwrap_or(layer.head),
            fault.layer,
            format!("{channels}{flattened} are more than the {most} that a layer can read"),
        );
    }
}
