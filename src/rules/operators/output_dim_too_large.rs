//! AX415.

use crate::analysis::{convolved, is_2d};
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(415),
    name: "output-dim-too-large",
    severity: Severity::Error,
    summary: "the output is higher or wider than the chip can count",
    explanation: "\
Outputs have the limit of inputs: 1024 rows and columns on the MAX78000, 2048 on the MAX78002. A \
ConvTranspose2d doubles both, padding adds up to 4.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: convtranspose2d
    in_dim: [513, 1]
    in_channels: 4
    out_channels: 4
    kernel_size: 3x3
    pad: 1
    #    ^ AX415
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: convtranspose2d
    in_dim: [511, 1]
    in_channels: 4
    out_channels: 4
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:586",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(415) {
        let parameters = &cx.analysis.parameters[fault.layer];
        let shape = &cx.analysis.shapes[fault.layer];
        let (Ok(in_dim), Ok(pooled)) = (shape.in_dim, shape.pooled_dim) else {
            continue;
        };
        let Ok(dim) =
            is_2d(parameters, in_dim).and_then(|is_2d| convolved(parameters, pooled, is_2d))
        else {
            continue;
        };
        out.report(
            layer.pad.span().unwrap_or_else(|| place::operator(layer)),
            fault.layer,
            format!(
                "the output is {}, but the {} has at most {} rows and columns",
                words::dims(dim),
                cx.device.name,
                cx.device.max_dim
            ),
        );
    }
}
