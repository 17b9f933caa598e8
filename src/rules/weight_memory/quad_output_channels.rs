//! AX609.

use crate::analysis::weight_bits;
use crate::device::QUADRANTS;
use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(609),
    name: "quad-output-channels",
    severity: Severity::Error,
    summary: "the first layer of a quad fast FIFO cannot share its small weights out",
    explanation: "\
With `--fast-fifo-quad` the four quadrants share the output channels of the first layer. With weights \
of fewer than 8 bits several output channels share a byte (2, 4 or 8), so the number of output channels \
must be a multiple of four times that. Otherwise the vendor's tool stops. Give that layer 8-bit \
weights, or more channels.",
    examples: &[Example {
        bad: example_network!(
            "MAX78002",
            "--fast-fifo-quad",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 12
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    quantization: 4
    #             ^ AX609
    activate: relu
"
        ),
        good: example_network!(
            "MAX78002",
            "--fast-fifo-quad",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 16
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    quantization: 4
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "kernels.py:182",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(&first) = cx.analysis.graph.order.first() else {
        return;
    };
    if !cx.analysis.flags.fast_fifo_quad || first != 0 {
        return;
    }
    let layer = &cx.network.layers[first];
    let parameters = &cx.analysis.parameters[first];
    let calcx4 = cx.analysis.flags.calcx4 || parameters.calcx4 == Ok(true);
    let weight = cx.analysis.weights[first].as_ref().ok();
    let (Ok(Some(bits)), Ok(channels), Ok(Some(_))) = (
        weight_bits(parameters, weight.and_then(Option::as_ref)),
        cx.analysis.shapes[first].out_channels,
        cx.analysis.kernels.layers[first],
    ) else {
        return;
    };
    let bits = bits.abs();
    let slots = 8 / bits.max(1);
    let unit = i64::from(QUADRANTS) * slots;
    if calcx4 || parameters.flatten != Ok(false) || bits == 8 || channels % unit == 0 {
        return;
    }
    let span = layer.quantization.span().or(layer.out_channels.span());
    out.report(
        span.unwrap_or(layer.head),
        first,
        format!(
            "four quadrants and weights of {} need a multiple of {unit} output channels, but the \
             layer has {channels}",
            count(bits, "bit")
        ),
    );
}
