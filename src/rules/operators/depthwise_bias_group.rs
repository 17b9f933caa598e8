//! AX441.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(441),
    name: "depthwise-bias-group",
    severity: Severity::Error,
    summary: "`bias_group` in a depthwise layer",
    explanation: "\
A depthwise layer needs its biases in the quadrants of its own processors, each the ones of its \
channels, so there is nothing to choose. Delete `bias_group`.",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 16
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    groups: 16
    bias_group: 0
    #           ^ AX441
    activate: relu
    processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78002",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 16
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    groups: 16
    activate: relu
    processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:682",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if !cx.device.depthwise {
        return;
    }
    for (index, layer) in cx.executed() {
        let (Some(key), Some(value)) = (layer.bias_group.key(), layer.bias_group.span()) else {
            continue;
        };
        if !cx.analysis.parameters[index]
            .groups
            .is_ok_and(|groups| groups > 1)
        {
            continue;
        }
        let finding = out.new_finding(
            value,
            index,
            "the biases of a depthwise layer lie in the quadrants of its processors; `bias_group` \
             cannot choose",
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(edits) => finding.fix(Applicability::Safe, "Delete `bias_group`", edits),
            None => finding,
        });
    }
}
