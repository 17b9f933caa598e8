//! AX017.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(17),
    name: "dilation-without-convolution",
    severity: Severity::Error,
    summary: "`dilation` in a layer without a convolution",
    explanation: "\
`dilation` spreads the kernel of a convolution, so a layer without one (`op: None`, or an \
element-wise `op`) has no use for it, and the vendor's tool refuses it. Pooling windows are spread \
by `pool_dilation` (MAX78002).",
    examples: &[Example {
        bad: network!(
            r"
  - op: None
    in_dim: [8, 8]
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
    dilation: 1
    # <- AX017
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
    source: "yamlcfg.py:385",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let parameters = &cx.analysis.parameters[index];
        let (Some(value), Some(key)) = (layer.dilation.value(), layer.dilation.key()) else {
            continue;
        };
        if parameters.operator != Ok(Operator::Passthrough) {
            continue;
        }
        let mut finding = out.new_finding(
            key,
            index,
            "`dilation` needs a convolution, and this layer has none",
        );
        if value != [1, 1] && parameters.pools && layer.pool_dilation.is_absent() {
            finding = finding.fix(
                Applicability::Unsafe,
                "Rename to `pool_dilation`",
                edits::rename_key(key, "pool_dilation"),
            );
        }
        if let Some(change) = edits::delete_entry(cx, key) {
            let applicability = if value == [1, 1] {
                Applicability::Safe
            } else {
                Applicability::Unsafe
            };
            finding = finding.fix(applicability, "Delete `dilation`", change);
        }
        out.push(finding);
    }
}
