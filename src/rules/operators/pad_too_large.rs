//! AX411.

use crate::device::MAX_PAD;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(411),
    name: "pad-too-large",
    severity: Severity::Error,
    summary: "more than 2 rows and columns of padding",
    explanation: "\
The hardware adds 0, 1 or 2 zeros on each side of the data; a Conv1d cannot have more either, \
although the vendor's documentation calls 3 its default. A ConvTranspose2d counts as PyTorch does \
and is limited by its kernel to the same 0 to 2.

A model with more padding must be changed, or padded in an earlier layer step by step (a 1x1 \
convolution with padding is not possible: `pad` must be smaller than the kernel).",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 8
    kernel_size: 9
    pad: 3
    #    ^ AX411
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 8
    kernel_size: 9
    pad: 2
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:558, izer.py:562",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(411) {
        let Some(pad) = layer.pad.value() else {
            continue;
        };
        out.report(
            layer.pad.span().unwrap_or(layer.head),
            fault.layer,
            format!("`pad` is {pad}, but the hardware pads by {MAX_PAD} at most"),
        );
    }
}
