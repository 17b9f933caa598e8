//! AX054.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Operation;
use crate::rules::words::{count, list};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(54),
    name: "conv1d-default-pad-leak",
    severity: Severity::Warning,
    summary: "a Conv1d without `pad` takes the padding of the width from 2-D layers",
    explanation: "\
The default padding of 1 is one list that all layers of the vendor's tool share. A Conv1d that \
does not say `pad` sets the padding of its width to 0 *in that list*, and so in every 2-D \
convolution of the file that does not say `pad` either, before or behind it: their width is then \
not padded, and their output is two columns narrower than it should be.

Write `pad` on the Conv1d, or on all 2-D layers.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv1d
    kernel_size: 3
    #            ^ AX054
    in_dim: 64
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: Conv2d
    in_dim: [8, 8]
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        good: network!(
            r"
  - op: Conv1d
    kernel_size: 3
    pad: 1
    in_dim: 64
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: Conv2d
    in_dim: [8, 8]
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:632",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let takes_default: Vec<usize> = cx
        .layers()
        .filter(|(index, layer)| {
            let operator = cx.analysis.parameters[*index].operator;
            layer.pad.is_absent()
                && matches!(operator, Ok(Operator::Conv2d | Operator::ConvTranspose2d))
        })
        .map(|(index, _)| index)
        .collect();
    if takes_default.is_empty() {
        return;
    }
    for (index, layer) in cx.layers() {
        if layer.op.value() != Some(Operation::Conv1d) || !layer.pad.is_absent() {
            continue;
        }
        let place = layer.kernel_size.span().unwrap_or(layer.head);
        let victims: Vec<String> = takes_default.iter().map(|&i| cx.network.label(i)).collect();
        let whose = if victims.len() > 3 {
            count(victims.len() as i64, "2-D layer")
        } else {
            list(&victims)
        };
        let mut finding = out.new_finding(
            place,
            index,
            format!(
                "this Conv1d does not say `pad`, which sets the default padding of the width to 0 \
                 for {whose}"
            ),
        );
        for &victim in takes_default.iter().take(3) {
            finding = finding.related(
                cx.network.layers[victim].head,
                victim,
                "its height is padded by 1, its width by 0",
            );
        }
        if let Some(change) = edits::insert_key(cx, layer, "pad: 1") {
            finding = finding.fix(Applicability::Unsafe, "Add `pad: 1`", change);
        }
        out.push(finding);
    }
}
