//! AX706.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(706),
    name: "binary-and-1bit",
    severity: Severity::Error,
    summary: "binary and 1-bit weights in one network",
    explanation: "\
A bit of kernel memory stands for -1 or +1 in a binary layer and for 0 or -1 in a 1-bit one, and \
one setting of the accelerator decides for all layers. The vendor's tool refuses networks that mix \
them. Take one of the two for all, or 2, 4 or 8 bits where it matters.",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78002
  - op: Conv2d
    quantization: binary
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    quantization: 1
    #             ^ AX706
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  # ai8x-lint: device=MAX78002
  - op: Conv2d
    quantization: binary
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    quantization: 2
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:431",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let binary = cx
        .layers()
        .find(|(_, layer)| layer.quantization.value() == Some(-1));
    let Some((binary, binary_layer)) = binary else {
        return;
    };
    // The MAX78000 has no binary weights at all (AX705).
    if !cx.device.extended_features {
        return;
    }
    for (index, layer) in cx.executed() {
        if layer.quantization.value() == Some(1)
            && let Some(span) = layer.quantization.span()
        {
            let label = cx.network.label(binary);
            let finding = out
                .new_finding(
                    span,
                    index,
                    format!("1-bit weights do not go with the binary ones of {label}"),
                )
                .related(
                    binary_layer
                        .quantization
                        .span()
                        .unwrap_or(binary_layer.head),
                    binary,
                    format!("{label} is binary"),
                );
            out.push(finding);
        }
    }
}
