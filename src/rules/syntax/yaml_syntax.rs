//! AX001.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};
use crate::text::Span;
use crate::yaml::SyntaxErrorKind;

use super::{layer_at, problem_text};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(1),
    name: "yaml-syntax",
    severity: Severity::Error,
    summary: "the file is no YAML mapping with a list of layers",
    explanation: "\
The vendor's tool reads network files with PyYAML, which follows YAML 1.1. This rule reports what \
PyYAML refuses: broken grammar, tabs as indentation, a second document, an alias without an \
anchor, tags that stand for Python objects. Merge keys (`<<`) are good YAML, but the tool's own \
reader of mappings does not support them: repeat the keys.

It also reports a file whose top is no mapping, or whose `layers` are no list.

What is readable of a broken file is checked all the same.",
    examples: &[
        Example {
            bad: network!(
                r"
  - &first
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - <<: *first
  # ^^ AX001
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
"
            ),
            good: network!(
                r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
"
            ),
            model: None,
            shapes: None,
        },
        Example {
            bad: "\
arch: demo
dataset: demo
layers: Conv2d
#       ^^^^^^ AX001
",
            good: convolution!(""),
            model: None,
            shapes: None,
        },
    ],
    source: "yamlcfg.py:105",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for error in &cx.document.errors {
        if error.kind != SyntaxErrorKind::UnhashableKey {
            let layer = layer_at(cx, error.span.start);
            out.report(error.span, layer, error.message.clone());
        }
    }
    if cx.document.root().is_none() && cx.document.errors.is_empty() {
        out.report(
            Span::at(0),
            None,
            "the file is empty; a network has the keys `arch`, `dataset` and `layers`",
        );
    }
    problem_text::report(cx, out);
}
