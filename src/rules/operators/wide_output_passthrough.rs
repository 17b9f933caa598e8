//! AX445.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(445),
    name: "wide-output-passthrough",
    severity: Severity::Error,
    summary: "a 32-bit output in a layer without convolution",
    explanation: "\
`output_width: 32` writes the sum of a convolution before it is scaled and cut to 8 bits. A layer \
without convolution, element-wise ones included, has 8-bit values only.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: none
    in_dim: [16, 16]
    in_channels: 4
    max_pool: 2
    pool_stride: 2
    output_width: 32
    #             ^^ AX445
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: none
    in_dim: [16, 16]
    in_channels: 4
    max_pool: 2
    pool_stride: 2
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:788",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(445) {
        let (Some(key), Some(value)) = (layer.output_width.key(), layer.output_width.span()) else {
            continue;
        };
        let finding = out.new_finding(
            value,
            fault.layer,
            "a layer without convolution writes 8-bit values; `output_width: 32` needs one",
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(edits) => finding.fix(Applicability::Unsafe, "Delete `output_width`", edits),
            None => finding,
        });
    }
}
