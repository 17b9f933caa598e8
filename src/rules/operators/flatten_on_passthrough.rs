//! AX436.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(436),
    name: "flatten-on-passthrough",
    severity: Severity::Error,
    summary: "`flatten` in a layer without convolution",
    explanation: "\
`flatten` feeds the pixels of each channel as further inputs to a fully connected layer; it moves \
no data by itself. A layer without convolution has no use for it, and the vendor's tool refuses \
it.

Set `flatten` in the Linear layer that reads the data.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: none
    flatten: true
    #        ^^^^ AX436
    in_dim: [8, 8]
    in_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: none
    in_dim: [8, 8]
    in_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:661",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(436) {
        let (Some(key), Some(value)) = (layer.flatten.key(), layer.flatten.span()) else {
            continue;
        };
        let finding = out.new_finding(
            value,
            fault.layer,
            "`flatten` needs a fully connected layer, and this one has no convolution at all",
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(edits) => finding.fix(Applicability::Unsafe, "Delete `flatten`", edits),
            None => finding,
        });
    }
}
