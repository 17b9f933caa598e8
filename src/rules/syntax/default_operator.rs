//! AX044.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::default_activation::tool_crashes;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(44),
    name: "default-operator",
    severity: Severity::Warning,
    summary: "a layer does not say its `op`",
    explanation: "\
Without `op` a layer is a Conv2d with weights of its own. The vendor's tool warns: a layer that is \
only meant to pool or to add becomes a convolution, takes the next layer's weights, and every \
layer behind it gets the wrong ones.",
    examples: &[Example {
        bad: network!(
            r"
  - in_dim: [8, 8]
  # <- AX044
    in_channels: 4
    out_channels: 4
    activate: ReLU
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - in_dim: [8, 8]
    op: Conv2d
    in_channels: 4
    out_channels: 4
    activate: ReLU
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:364",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        if !layer.op.is_absent() || tool_crashes(layer) {
            continue;
        }
        let mut finding = out.new_finding(
            layer.head,
            index,
            "the layer does not say its `op`; it is a Conv2d with weights of its own",
        );
        if let Some(change) = edits::insert_key(cx, layer, "op: Conv2d") {
            finding = finding.fix(Applicability::Safe, "Add `op: Conv2d`", change);
        }
        let only_pools = cx.analysis.parameters[index].pools && layer.kernel_size.is_absent();
        if only_pools && let Some(change) = edits::insert_key(cx, layer, "op: None") {
            let title = "Add `op: None`, to pool without a convolution";
            finding = finding.fix(Applicability::DisplayOnly, title, change);
        }
        out.push(finding);
    }
}
