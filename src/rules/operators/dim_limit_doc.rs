//! AX466.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(466),
    name: "dim-limit-doc",
    severity: Severity::Information,
    summary: "a dimension of just the limit of the vendor's tool",
    explanation: "\
The vendor's tool accepts dimensions up to 1024 on the MAX78000 and 2048 on the MAX78002; its \
documentation promises 1023 and 2047, and the chip's counters count below 1024 and 2048. It may \
work without padding; one row or column less is safe.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [1024, 2]
    #       ^^^^^^^^^ AX466
    in_channels: 4
    out_channels: 4
    kernel_size: 1x1
    pad: 0
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [1022, 2]
    in_channels: 4
    out_channels: 4
    kernel_size: 1x1
    pad: 0
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "README, Limitations",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let most = cx.device.documented_max_dim;
    for (index, layer) in cx.executed() {
        let shape = &cx.analysis.shapes[index];
        // Each output is the next one's input: only the first input is looked at.
        let is_first = cx.analysis.graph.previous[index].is_none();
        let input = shape.in_dim.ok().filter(|_| is_first);
        let (what, dim, span) = match (input, shape.out_dim) {
            (Some(dim), _) if dim.iter().any(|&side| side > most) => {
                ("input", dim, layer.in_dim.span().unwrap_or(layer.head))
            }
            (_, Ok(dim)) if dim.iter().any(|&side| side > most) => {
                ("output", dim, place::output_dims(cx, index))
            }
            _ => continue,
        };
        out.report(
            span,
            index,
            format!(
                "the {what} is {}, and the documentation of the {} promises {most} rows and \
                 columns only",
                words::dims(dim),
                cx.device.name
            ),
        );
    }
}
