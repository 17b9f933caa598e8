//! AX110.

use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(110),
    name: "no-input-channels",
    severity: Severity::Error,
    summary: "a layer is left without input channels",
    explanation: "\
Without `in_channels` and weights the first layer takes the channels of the network's input, \
divided among the operands of its element-wise operation. Where the input has fewer channels than \
there are operands, nothing is left, and the vendor's tool asks for `in_channels`. Each operand \
needs as many channels as the layer works on: give an input that holds all operands.",
    examples: &[Example {
        bad: network!(
            r"
  - op: add
  # <- AX110
    in_dim: [8, 8]
    processors: 0x0000000000000001
    out_offset: 0x1000
"
        ),
        good: network!(
            r"
  - op: none
    in_dim: [8, 8]
    processors: 0x0000000000000001
    out_offset: 0x1000
"
        ),
        model: None,
        shapes: Some(r#"{"input": [1, 8, 8], "weights": []}"#),
    }],
    source: "izer.py:425",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(110) {
        let message = match (cx.facts.input, cx.analysis.parameters[fault.layer].operands) {
            (Some([channels, ..]), Ok(operands)) if operands > 1 => format!(
                "the input has {}, which leaves none for each of the {operands} operands",
                count(channels, "channel")
            ),
            _ => "no input channels are left for this layer".to_owned(),
        };
        out.report(
            layer.in_channels.span().unwrap_or(layer.head),
            fault.layer,
            message,
        );
    }
}
