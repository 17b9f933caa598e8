//! AX003.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};
use crate::yaml::SyntaxErrorKind;

use super::layer_at;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(3),
    name: "unhashable-key",
    severity: Severity::Error,
    summary: "the key of a mapping is a list or a mapping",
    explanation: "\
YAML lets a list or a mapping be a key, Python does not. Mostly a bracket stands where none \
belongs: `{a}: 1` instead of `a: 1`.",
    examples: &[Example {
        bad: convolution!("    [pad]: 1\n    # <- AX003\n"),
        good: convolution!("    pad: 1\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:43",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for error in &cx.document.errors {
        if error.kind == SyntaxErrorKind::UnhashableKey {
            let layer = layer_at(cx, error.span.start);
            out.report(error.span, layer, error.message.clone());
        }
    }
}
