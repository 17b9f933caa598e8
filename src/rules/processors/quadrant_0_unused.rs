//! No layer uses a processor of quadrant 0.

use crate::analysis::MaskSource;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX207
pub(super) static RULE: Rule = Rule {
    code: Code(207),
    name: "quadrant-0-unused",
    severity: Severity::Error,
    summary: "no layer uses a processor of quadrant 0",
    explanation: "The first quadrant runs the others: at least one layer must read processors 0 to 15, or the network's output must go \
     there.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000070000
  #             ^^^^^^^^^^^^^^^^^^ AX207
    output_processors: 0x00000000000f0000
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:1004",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let memory = &cx.analysis.memory;
    let Some(last) = cx.analysis.graph.final_layer else {
        return;
    };
    let written_out = memory[last].output_map_from != MaskSource::Default;
    let Ok(map) = memory[last].output_map else {
        return;
    };
    let masks: Option<Vec<u64>> = cx
        .executed()
        .map(|(_, layer)| layer.processors.value())
        .collect();
    // The default output of the final layer starts at processor 0.
    let (Some(masks), true) = (masks, written_out) else {
        return;
    };
    let used = masks.iter().fold(map, |used, mask| used | mask);
    if used & 0xffff == 0
        && let Some((index, layer)) = cx.executed().next()
    {
        out.report(
            layer.processors.span().unwrap_or(layer.head),
            index,
            format!(
                "no layer uses quadrant 0 (processors 0 to 15); all masks together are {}",
                words::mask(used)
            ),
        );
    }
}
