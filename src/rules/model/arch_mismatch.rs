//! AX802.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::edits::replace_value;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(802),
    name: "arch-mismatch",
    severity: Severity::Error,
    summary: "`arch` is not the model of the checkpoint",
    explanation: "\
A checkpoint holds the name of the model that was trained, and the vendor's tool stops where `arch` \
is another one; upper and lower case do not matter. Either the name was left from a file that this \
one was copied from, or the command that builds the network names another network's checkpoint.

The fix writes the checkpoint's name. It cannot know whether the checkpoint is the right one.",
    examples: &[Example {
        bad: "\
arch: ai85net5
#     ^^^^^^^^ AX802
dataset: demo

layers:
  - op: Conv2d
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
",
        good: "\
arch: AI85Demo
dataset: demo

layers:
  - op: Conv2d
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
",
        model: None,
        shapes: Some(
            r#"{"arch": "ai85demo", "input": [4, 8, 8], "weights": [{"in": 4, "out": 4, "kernel": [3, 3]}]}"#,
        ),
    }],
    source: "checkpoint.py:71",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(trained) = cx.facts.arch.as_deref().filter(|arch| !arch.is_empty()) else {
        return;
    };
    let (Some(arch), Some(place)) = (cx.network.arch.get(), cx.network.arch.span()) else {
        return;
    };
    // The network `test` takes its weights from files of their own.
    if arch.is_empty() || arch == "test" || arch.eq_ignore_ascii_case(trained) {
        return;
    }
    let mut finding = out.new_finding(
        place,
        None,
        format!("the checkpoint is of the model `{trained}`, not of `{arch}`"),
    );
    // What a checkpoint says is another's text: only a plain name goes into the file.
    if trained
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_')
        && trained.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        finding = finding.fix(
            Applicability::Unsafe,
            format!("Write `{trained}`"),
            replace_value(place, trained),
        );
    }
    out.push(finding);
}
