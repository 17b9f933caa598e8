//! AX207.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(207),
    name: "quadrant-0-unused",
    severity: Severity::Error,
    summary: "no layer uses a processor of the first quadrant",
    explanation: "\
The code that the vendor's tool generates always switches on the first quadrant, processors 0 to \
15, and cannot do without it. At least one layer must read from it, or the last layer must write to \
it; without `output_map` and `output_processors` the last layer does so by itself.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x00000000000f0000
    #           ^^^^^^^^^^^^^^^^^^ AX207
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000f0000
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000f0000
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:1004",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let graph = &cx.analysis.graph;
    let (Some(&first), Some(last)) = (graph.order.first(), graph.final_layer) else {
        return;
    };
    let Ok(map) = masks::written_map(cx, last) else {
        return;
    };
    let masks: Option<Vec<u64>> = cx
        .executed()
        .map(|(_, layer)| layer.processors.value())
        .collect();
    let (Some(masks), Some(span)) = (masks, cx.network.layers[first].processors.span()) else {
        return;
    };
    let used = masks.into_iter().fold(map, |used, mask| used | mask);
    if masks::in_quadrant(used, 0) == 0 {
        out.report(
            span,
            first,
            format!(
                "processors 0 to 15 are not used by any layer, and the network does not work \
                 without them: the masks name processors {}",
                words::processors(used)
            ),
        );
    }
}
