//! AX043.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(43),
    name: "default-out-offset",
    severity: Severity::Warning,
    summary: "a layer does not say its `out_offset`",
    explanation: "\
Without `out_offset` a layer writes its output at offset 0 of its data-memory instances. The \
vendor's tool warns, for the offset is seldom meant: in a chain of layers every second one must \
write elsewhere, or it overwrites what it reads. Where 0 is meant, write it.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
  # <- AX043
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
"
        ),
        good: network!(
            r"
  - op: Conv2d
    out_offset: 0x0000
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:296",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        if !layer.out_offset.is_absent() {
            continue;
        }
        let finding = out.new_finding(
            layer.head,
            index,
            "the layer does not say its `out_offset`; it writes at offset 0x0000",
        );
        out.push(match edits::insert_key(cx, layer, "out_offset: 0x0000") {
            Some(change) => finding.fix(Applicability::Safe, "Add `out_offset: 0x0000`", change),
            None => finding,
        });
    }
}
