//! AX059.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(59),
    name: "kernel-size-ignored",
    severity: Severity::Warning,
    summary: "`kernel_size` in a layer without a convolution",
    explanation: "\
A layer without a convolution has no kernel. The vendor's tool checks the value all the same, and \
then ignores it. Either the key is left over, or the layer was meant to convolve.",
    examples: &[Example {
        bad: network!(
            r"
  - op: None
    kernel_size: 1
    # <- AX059
    in_dim: [8, 8]
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        good: network!(
            r"
  - op: None
    in_dim: [8, 8]
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:639",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let (Some(_), Some(key)) = (layer.kernel_size.value(), layer.kernel_size.key()) else {
            continue;
        };
        if cx.analysis.parameters[index].operator != Ok(Operator::Passthrough) {
            continue;
        }
        let finding = out.new_finding(
            key,
            index,
            "`kernel_size` is ignored: the layer has no convolution",
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(change) => finding.fix(Applicability::Safe, "Delete `kernel_size`", change),
            None => finding,
        });
    }
}
