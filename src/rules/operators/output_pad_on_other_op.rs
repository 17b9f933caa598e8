//! AX434.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(434),
    name: "output-pad-on-other-op",
    severity: Severity::Error,
    summary: "`output_pad` in a layer that is no ConvTranspose2d",
    explanation: "\
Output padding belongs to the transposed convolution alone. Zeros around the *input* of a \
convolution are `pad`.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    output_pad: 1
    #           ^ AX434
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:653",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Some(pad), Some(key), Some(value)) = (
            layer.output_pad.value(),
            layer.output_pad.key(),
            layer.output_pad.span(),
        ) else {
            continue;
        };
        let Ok(operator) = cx.analysis.parameters[index].operator else {
            continue;
        };
        if pad == 0 || operator == Operator::ConvTranspose2d {
            continue;
        }
        let finding = out.new_finding(
            value,
            index,
            format!("`output_pad` is {pad}, but only a ConvTranspose2d pads its output"),
        );
        out.push(match edits::delete_entry(cx, key) {
            Some(edits) => finding.fix(Applicability::Unsafe, "Delete `output_pad`", edits),
            None => finding,
        });
    }
}
