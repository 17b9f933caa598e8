//! AX045.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Layer;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(45),
    name: "default-activation",
    severity: Severity::Information,
    summary: "a convolution does not say its `activate`",
    explanation: "\
Without `activate` a convolution has no activation; its output is only clipped to -128 to 127. \
That is usual for the last layer. In between a ReLU may have been forgotten: the model's \
`FusedConv2dReLU` needs `activate: ReLU` here, and nothing else would tell.

Where the first layer of the file has neither `op` nor `activate`, the vendor's tool crashes while \
it composes its notice; that is an error.",
    examples: &[
        Example {
            bad: network!(
                r"
  - op: Conv2d
  # <- AX045 information
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            good: network!(
                r"
  - op: Conv2d
    activate: None
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            model: None,
            shapes: None,
        },
        Example {
            bad: network!(
                r"
  - processors: 0x000000000000000f
  # <- AX045 error
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    out_offset: 0x2000
"
            ),
            good: network!(
                r"
  - processors: 0x000000000000000f
    op: Conv2d
    activate: None
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    out_offset: 0x2000
"
            ),
            model: None,
            shapes: None,
        },
    ],
    source: "yamlcfg.py:369",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

/// Whether the vendor's tool crashes at the layer for want of both keys: its notice names the
/// operator that it read last, and there is none yet.
pub(super) fn tool_crashes(layer: &Layer) -> bool {
    layer.position == 0 && layer.op.is_absent() && layer.activate.is_absent()
}

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let Ok(operator) = cx.analysis.parameters[index].operator else {
            continue;
        };
        if operator == Operator::Passthrough || !layer.activate.is_absent() {
            continue;
        }
        let mut finding = if tool_crashes(layer) {
            let message = "the vendor's tool crashes if the first layer has neither `op` nor \
                           `activate`";
            out.new_finding(layer.head, index, message)
                .severity(Severity::Error)
        } else {
            let message = format!("this {} has no activation", operator.name());
            out.new_finding(layer.head, index, message)
        };
        if let Some(change) = edits::insert_key(cx, layer, "activate: None") {
            finding = finding.fix(Applicability::Safe, "Add `activate: None`", change);
        }
        out.push(finding);
    }
}
