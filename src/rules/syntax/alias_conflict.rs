//! AX007.

use crate::diagnostic::{Code, Severity};
use crate::network::ProblemKind;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::duplicate_key::keep_one;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(7),
    name: "alias-conflict",
    severity: Severity::Error,
    summary: "two spellings of one key stand in a layer",
    explanation: "\
Some keys have several spellings: `op`, `operation`, `operator` and `convolution`; `activate` and \
`activation`; `groups` and `conv_groups`; `read_gap` and `in_skip`; `bias_group` and \
`bias_quadrant`. A layer may have one of them; the vendor's tool refuses two even where their \
values agree. Until then the first one counts for all other rules.",
    examples: &[Example {
        bad: convolution!("    activate: ReLU\n    activation: ReLU\n    # <- AX007\n"),
        good: convolution!("    activate: ReLU\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:283, yamlcfg.py:300, yamlcfg.py:320, yamlcfg.py:521, yamlcfg.py:537",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for problem in &cx.network.problems {
        let ProblemKind::AliasConflict { first, second } = problem.kind else {
            continue;
        };
        let layer = problem.position.and_then(|at| cx.network.index_at(at));
        let [one, other] = [first, second].map(|entry| entry.name.text(cx.text));
        let finding = out
            .new_finding(
                problem.span,
                layer,
                format!("`{other}` and `{one}` are two spellings of one key; give one of them"),
            )
            .related(first.name, layer, "first given here");
        let [first, second] = [first, second].map(|entry| (entry.name, entry.value));
        let finding = keep_one(cx, finding, first, second);
        out.push(finding);
    }
}
