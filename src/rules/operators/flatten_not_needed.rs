//! AX410.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(410),
    name: "flatten-not-needed",
    severity: Severity::Warning,
    summary: "`flatten` on data of a single pixel",
    explanation: "\
`flatten` turns pixels into further inputs; with one pixel a channel there is nothing to turn, and \
the layer does the same without it. The vendor's tool warns.

It often shows that an earlier layer pools more than the author thought.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: linear
    flatten: true
    #        ^^^^ AX410
    in_dim: [1, 1]
    in_channels: 16
    out_channels: 8
    activate: none
    processors: 0x000000000000ffff
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: linear
    in_dim: [1, 1]
    in_channels: 16
    out_channels: 8
    activate: none
    processors: 0x000000000000ffff
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:552",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        if parameters.flatten != Ok(true)
            || parameters.operator == Ok(Operator::Conv1d)
            || cx.analysis.shapes[index].pooled_dim != Ok([1, 1])
        {
            continue;
        }
        let Some((key, value)) = layer.flatten.key().zip(layer.flatten.span()) else {
            continue;
        };
        let finding = out.new_finding(
            value,
            index,
            "`flatten` has no effect: the input is a single pixel already",
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(edits) => finding.fix(Applicability::Safe, "Delete `flatten`", edits),
            None => finding,
        });
    }
}
