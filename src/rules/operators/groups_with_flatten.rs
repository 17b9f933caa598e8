//! AX440.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(440),
    name: "groups-with-flatten",
    severity: Severity::Error,
    summary: "a depthwise layer that flattens",
    explanation: "\
`flatten` makes every pixel of every channel an input of every output; a depthwise layer does the \
opposite. The vendor's tool refuses the two together.",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "  - op: linear
    flatten: true
    #        ^^^^ AX440
    groups: 4
    in_dim: [2, 2]
    in_channels: 16
    out_channels: 4
    activate: none
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78002",
            "  - op: linear
    flatten: true
    in_dim: [2, 2]
    in_channels: 16
    out_channels: 4
    activate: none
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:679",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if !cx.device.depthwise {
        return;
    }
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let Ok(groups) = parameters.groups else {
            continue;
        };
        // Without a convolution `flatten` is wrong by itself (AX436).
        let convolves = parameters.operator.is_ok_and(Operator::convolves);
        if groups <= 1 || parameters.flatten != Ok(true) || !convolves {
            continue;
        }
        let mut finding = out.new_finding(
            layer.flatten.span().unwrap_or(layer.head),
            index,
            format!("`flatten` cannot be used with `groups: {groups}`"),
        );
        if let Some(entry) = layer.groups.entry() {
            finding = finding.related(entry, index, "`groups` is set here");
        }
        out.push(finding);
    }
}
