//! AX414.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::delivery;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(414),
    name: "input-dim-too-large",
    severity: Severity::Error,
    summary: "the input is higher or wider than the chip can count",
    explanation: "\
The vendor's tool accepts inputs of up to 1024 rows and columns on the MAX78000 and 2048 on the \
MAX78002 (the documentation promises one less). 1-D data is a single column: its length counts as \
rows.

Larger images must be scaled down or folded (several pixels become channels) before they reach the \
chip; long 1-D data can be folded into more channels too.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 1025
    #       ^^^^ AX414
    in_channels: 4
    out_channels: 8
    kernel_size: 3
    pad: 0
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 1023
    in_channels: 4
    out_channels: 8
    kernel_size: 3
    pad: 0
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:583",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(414) {
        let dim = match layer.in_dim.value() {
            Some(dim) => Some(dim),
            None => delivery::inputs(cx, fault.layer)
                .first()
                .map(|&(_, dim)| dim),
        };
        let Some(dim) = dim else { continue };
        out.report(
            layer.in_dim.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "the input is {}, but the {} takes at most {} rows and columns",
                words::dims(dim),
                cx.device.name,
                cx.device.max_dim
            ),
        );
    }
}
