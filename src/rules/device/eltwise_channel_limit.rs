//! AX752.

use crate::analysis::Operator;
use crate::device::PROCESSORS;
use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(752),
    name: "eltwise-channel-limit",
    severity: Severity::Information,
    summary: "an element-wise layer works on more channels than the documentation allows",
    explanation: "\
The README allows element-wise operations of the MAX78000 up to 64 channels, or 128 with two \
operands. A layer that only adds (no convolution, no pooling) may have more: the vendor's tool then \
runs it as if the passes were further rows. With a convolution or pooling it refuses more passes \
(AX449).",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78000
  - op: add
  # <- AX752 information
    operands: 2
    in_dim: [4, 4]
    in_channels: 192
    out_channels: 192
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x4000
"
        ),
        good: network!(
            r"
  # ai8x-lint: device=MAX78000
  - op: add
    operands: 2
    in_dim: [4, 4]
    in_channels: 128
    out_channels: 128
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "README, \"Element-Wise Operations\"",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if !cx.device.eltwise_multipass_emulated {
        return;
    }
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(operands), Ok(spread), Ok(channels)) = (
            parameters.operands,
            cx.analysis.memory[index].input_spread,
            cx.analysis.shapes[index].stored_channels,
        ) else {
            continue;
        };
        let is_pure = parameters.operator == Ok(Operator::Passthrough)
            && parameters.pool == Ok([1, 1])
            && parameters.pool_stride == Ok([1, 1]);
        let passes = if operands == 2 { 2 } else { 1 };
        if operands > 1 && is_pure && spread.passes > passes {
            out.report(
                layer.head,
                index,
                format!(
                    "{channels} channels in {} are more than the documentation allows for {operands} \
                     operands ({})",
                    count(spread.passes, "pass"),
                    passes * i64::from(PROCESSORS)
                ),
            );
        }
    }
}
