//! AX468.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(468),
    name: "pool-1d-passthrough",
    severity: Severity::Information,
    summary: "1-D data is pooled with a 2-D window",
    explanation: "\
A layer without convolution that reads 1-D data (a single column) pools it along its length only; \
the width of the window does not matter. Versions of the vendor's tool from before June 2024 \
pooled in both directions and stopped with an empty result.

Write the window and the stride as `[n, 1]`: both versions agree on that.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 4
    kernel_size: 3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: none
    avg_pool: 16
    #         ^^ AX468
    pool_stride: 16
    processors: 0x000000000000000f
    out_offset: 0x0000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 4
    kernel_size: 3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: none
    avg_pool: [16, 1]
    pool_stride: [16, 1]
    processors: 0x000000000000000f
    out_offset: 0x0000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:505",
    fix: FixAvailability::Always,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(Operator::Passthrough), Ok([length, across]), Ok([_, 1]), Some(value)) = (
            parameters.operator,
            parameters.pool,
            cx.analysis.shapes[index].in_dim,
            place::pool(layer),
        ) else {
            continue;
        };
        if across == 1 {
            continue;
        }
        let mut finding = out.new_finding(
            value,
            index,
            format!(
                "the data has one column, but the window has {across}; older versions of the \
                 vendor's tool stop here"
            ),
        );
        let mut edits = edits::replace_value(value, &format!("[{length}, 1]"));
        if let (Some([stride, across]), Some(value)) =
            (layer.pool_stride.value(), layer.pool_stride.span())
            && across != 1
        {
            edits.extend(edits::replace_value(value, &format!("[{stride}, 1]")));
        }
        finding = finding.fix(Applicability::Safe, "Pool along the length only", edits);
        out.push(finding);
    }
}
