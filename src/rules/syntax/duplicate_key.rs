//! AX002.

use std::collections::{HashMap, hash_map};

use crate::diagnostic::{Applicability, Code, Finding, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};
use crate::text::Span;
use crate::yaml::{Entry, Value};

use super::layer_at;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(2),
    name: "duplicate-key",
    severity: Severity::Error,
    summary: "a key occurs twice in one mapping",
    explanation: "\
A mapping may have each key once. The vendor's tool refuses the file, and names only the line \
where the mapping starts; this rule points at the second key.

Mostly a line was copied along with others. While a key occurs twice, the first value counts for \
all other rules.",
    examples: &[
        Example {
            bad: convolution!("    pad: 1\n    activate: ReLU\n    pad: 1\n    # <- AX002\n"),
            good: convolution!("    pad: 1\n    activate: ReLU\n"),
            model: None,
            shapes: None,
        },
        Example {
            bad: convolution!("    pad: 1\n    pad: 0\n    # <- AX002\n"),
            good: convolution!("    pad: 1\n"),
            model: None,
            shapes: None,
        },
    ],
    source: "yamlcfg.py:48",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (entries, _) in cx.document.mappings() {
        let mut seen: HashMap<(bool, String), &Entry> = HashMap::with_capacity(entries.len());
        for entry in entries {
            let Some(value) = cx.document.value(entry.key) else {
                continue;
            };
            if cx.document.is_unreadable(entry.key) {
                continue;
            }
            match seen.entry(identity(value)) {
                hash_map::Entry::Occupied(first) => {
                    let finding = finding(cx, out, first.get(), entry);
                    out.push(finding);
                }
                hash_map::Entry::Vacant(place) => {
                    place.insert(entry);
                }
            }
        }
    }
}

/// Whether it is text, and what is the same for keys that Python takes for equal: 1, 1.0 and true
/// are.
fn identity(key: Value) -> (bool, String) {
    match key {
        Value::Null => (false, "null".to_owned()),
        Value::Bool(value) => (false, i128::from(value).to_string()),
        Value::Int(value) => (false, value.to_string()),
        Value::Float(value) => (false, value.to_string()),
        Value::Timestamp => (false, "date".to_owned()),
        Value::String(text) => (true, text),
    }
}

fn finding(cx: &Context, out: &Findings, first: &Entry, second: &Entry) -> Finding {
    let [key, value] = [second.key, second.value].map(|node| cx.document.span(node));
    let [first_key, first_value] = [first.key, first.value].map(|node| cx.document.span(node));
    let layer = layer_at(cx, key.start);
    let finding = out
        .new_finding(
            key,
            layer,
            format!("`{}` is given twice in one mapping", key.text(cx.text)),
        )
        .related(first_key, layer, "first given here");
    keep_one(cx, finding, (first_key, first_value), (key, value))
}

/// Adds the ways to delete one of two entries that say the same key: one safe way where the values
/// are equal, else two to choose from.
pub(super) fn keep_one(
    cx: &Context,
    finding: Finding,
    first: (Span, Span),
    second: (Span, Span),
) -> Finding {
    let text = |span: Span| span.text(cx.text).trim();
    let entry = |(key, value): (Span, Span)| format!("`{}: {}`", text(key), text(value));
    let equal = text(first.1).eq_ignore_ascii_case(text(second.1));
    let ways = if equal {
        vec![(second, Applicability::Safe)]
    } else {
        vec![
            (second, Applicability::DisplayOnly),
            (first, Applicability::DisplayOnly),
        ]
    };
    ways.into_iter().fold(
        finding,
        |finding, (deleted, applicability)| match edits::delete_entry(cx, deleted.0) {
            Some(change) => {
                finding.fix(applicability, format!("Delete {}", entry(deleted)), change)
            }
            None => finding,
        },
    )
}
