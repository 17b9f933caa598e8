//! AX705.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(705),
    name: "binary-unsupported",
    severity: Severity::Error,
    summary: "the MAX78000 has no binary weights",
    explanation: "\
`quantization: binary` stores weights of -1 and +1 in a bit each. Only the MAX78002 computes with \
them. The 1-bit weights that the MAX78000 has are another thing: -1 and 0. The network must be \
trained for the weights that the chip has.",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78000
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
    quantization: binary
    #             ^^^^^^ AX705
"
        ),
        good: network!(
            r"
  # ai8x-lint: device=MAX78000
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
    quantization: 1
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:406",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.device.extended_features {
        return;
    }
    for (index, layer) in cx.layers() {
        if layer.quantization.value() == Some(-1)
            && let Some(span) = layer.quantization.span()
        {
            let message = format!(
                "the {} has no binary weights; the MAX78002 has them",
                cx.device.name
            );
            let finding = out
                .new_finding(span, index, message)
                .note("the network must be trained again for weights of 1, 2, 4 or 8 bits");
            out.push(finding);
        }
    }
}
