//! AX438.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(438),
    name: "groups-unsupported",
    severity: Severity::Error,
    summary: "a grouped convolution on the MAX78000",
    explanation: "\
The MAX78000 has no grouped and no depthwise convolutions: every output channel sees every input \
channel. Use a full convolution, or the MAX78002, which has depthwise ones.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 16
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    groups: 16
    #       ^^ AX438
    activate: relu
    processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 16
    out_channels: 16
    kernel_size: 3x3
    pad: 1

    activate: relu
    processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:672",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.device.depthwise {
        return;
    }
    for (index, layer) in cx.executed() {
        if let Ok(groups) = cx.analysis.parameters[index].groups
            && groups > 1
        {
            out.report(
                layer.groups.span().unwrap_or(layer.head),
                index,
                format!(
                    "`groups` is {groups}, but the {} has full convolutions only",
                    cx.device.name
                ),
            );
        }
    }
}
