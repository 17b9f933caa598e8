//! `bias_group` names a quadrant that no layer uses.

use crate::analysis::in_quadrant;
use crate::device;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX208
pub(super) static RULE: Rule = Rule {
    code: Code(208),
    name: "bias-group-unused-quadrant",
    severity: Severity::Error,
    summary: "`bias_group` names a quadrant that no layer uses",
    explanation: "A bias can only live in a quadrant that is in use: one whose processors some layer reads, or where the network's \
     output goes.",
    examples: &[Example {
        bad: "\
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
    bias_group: 1
  #             ^ AX208
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
    bias_group: 0
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:1010",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let mut used = 0;
    for (_, layer) in cx.executed() {
        let Some(mask) = layer.processors.value() else {
            return;
        };
        used |= mask;
    }
    match cx
        .analysis
        .graph
        .final_layer
        .map(|last| &cx.analysis.memory[last].output_map)
    {
        Some(Ok(map)) => used |= map,
        _ => return,
    }
    for (index, layer) in cx.executed() {
        for entry in layer.bias_group.get().into_iter().flatten() {
            let exists = (0..4).contains(&entry.value);
            if exists && in_quadrant(used, entry.value as u32) != 0 {
                continue;
            }
            let quadrants: Vec<String> = (0..device::QUADRANTS)
                .filter(|&quadrant| in_quadrant(used, quadrant) != 0)
                .map(|quadrant| quadrant.to_string())
                .collect();
            let mut finding = out.new_finding(
                entry.span,
                index,
                format!(
                    "no layer uses quadrant {}; those in use are {}",
                    entry.value,
                    words::list(&quadrants)
                ),
            );
            if cx.analysis.flags.ignore_bias_groups {
                finding = finding.severity(Severity::Warning);
            }
            out.push(finding);
        }
    }
}
