//! AX412.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(412),
    name: "pad-on-passthrough",
    severity: Severity::Error,
    summary: "padding in a layer without convolution",
    explanation: "\
Zeros are added around the data as the convolution reads it. A layer without convolution (`op: \
none`, or an element-wise operation alone) has nothing that pads; pooling never does.

Delete `pad`, or move it to the convolution that reads the data.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: none
    in_dim: [16, 16]
    in_channels: 4
    pad: 1
    #    ^ AX412
    max_pool: 2
    pool_stride: 2
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
    source: "izer.py:573, max7800x.py:615",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(412) {
        let (Some(pad), Some(key), Some(value)) =
            (layer.pad.value(), layer.pad.key(), layer.pad.span())
        else {
            continue;
        };
        let finding = out.new_finding(
            value,
            fault.layer,
            format!("`pad` is {pad}, but a layer without convolution cannot pad"),
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(edits) => finding.fix(Applicability::Unsafe, "Delete `pad`", edits),
            None => finding,
        });
    }
}
