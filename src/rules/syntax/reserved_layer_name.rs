//! AX032.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(32),
    name: "reserved-layer-name",
    severity: Severity::Error,
    summary: "a layer is called `input` or `stop`",
    explanation: "\
In `in_sequences`, `input` means the network's input; in `next_sequence`, `stop` means the end. In \
any case of letters they cannot be names of layers.",
    examples: &[Example {
        bad: convolution!("    name: Input\n    #     ^^^^^ AX032\n"),
        good: convolution!("    name: first\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:597",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let (Some(name), Some(span)) = (layer.name(), layer.name.span()) else {
            continue;
        };
        let meaning = match name.to_lowercase().as_str() {
            "input" => "the network's input",
            "stop" => "the end of the network",
            _ => continue,
        };
        out.report(
            span,
            index,
            format!("no layer can be called `{name}`: it stands for {meaning}"),
        );
    }
}
