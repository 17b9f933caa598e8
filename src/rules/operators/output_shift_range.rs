//! AX448.

use crate::device::{MAX_OUTPUT_SHIFT, WEIGHT_BITS};
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(448),
    name: "output-shift-range",
    severity: Severity::Error,
    summary: "`output_shift` is out of range",
    explanation: "\
`output_shift` scales the sum of a convolution by a power of two. The hardware shifts by -15 to \
15, and the tool adds 8 minus the weight bits to make up for smaller weights: -15 to 15 with 8-bit \
weights, -19 to 11 with 4, -21 to 9 with 2, -22 to 8 with 1.

Normally the checkpoint sets the shift, and the key is best left out. Where nobody says how many \
bits the weights have, 8 is assumed; a shift that smaller weights would allow is then only a \
warning.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    quantization: 4
    output_shift: 12
    #             ^^ AX448
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
    quantization: 4
    output_shift: 11
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:438",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Some(shift), Ok(operator), Ok(bypass), Ok(quantization)) = (
            layer.output_shift.value(),
            parameters.operator,
            parameters.bypass,
            parameters.quantization,
        ) else {
            continue;
        };
        // Borrowed weights bring the shift of their owner.
        if !operator.convolves() || !layer.weight_source.is_absent() {
            continue;
        }
        let of_weights = match &cx.analysis.weights[index] {
            Ok(Some(weight)) => weight.bits,
            _ => None,
        };
        let bits = quantization.or(of_weights);
        let range = |bits: i64| {
            let added = if bypass { 0 } else { WEIGHT_BITS - bits.abs() };
            -MAX_OUTPUT_SHIFT - added..=MAX_OUTPUT_SHIFT - added
        };
        let allowed = range(bits.unwrap_or(WEIGHT_BITS));
        if allowed.contains(&shift) {
            continue;
        }
        let finding = out.new_finding(
            layer.output_shift.span().unwrap_or(layer.head),
            index,
            format!(
                "`output_shift` is {shift}, but with {}-bit weights it goes from {} to {}",
                bits.unwrap_or(WEIGHT_BITS).abs(),
                allowed.start(),
                allowed.end()
            ),
        );
        // Without a word on the weights they may be smaller ones, whose range this is.
        let may_be_right = bits.is_none() && [1, 2, 4].iter().any(|&q| range(q).contains(&shift));
        out.push(if may_be_right {
            finding.severity(Severity::Warning)
        } else {
            finding
        });
    }
}
