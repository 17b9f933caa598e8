//! AX023.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(23),
    name: "kernel-size-on-linear",
    severity: Severity::Error,
    summary: "`kernel_size` in a Linear layer",
    explanation: "\
A Linear layer is computed as a 1x1 convolution; its kernel is fixed, and the vendor's tool \
refuses the key even with the value `1x1`.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Linear
    kernel_size: 1x1
    # <- AX023
    in_dim: [1, 1]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Linear
    in_dim: [1, 1]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:436",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let (Some(Code(23)), Some(key)) = (layer.kernel_size.invalid(), layer.kernel_size.key())
        else {
            continue;
        };
        let finding = out.new_finding(
            key,
            index,
            "a Linear layer has no `kernel_size`; its kernel is always 1x1",
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(change) => finding.fix(Applicability::Safe, "Delete `kernel_size`", change),
            None => finding,
        });
    }
}
