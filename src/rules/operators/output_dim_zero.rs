//! AX416.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::{delivery, place};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(416),
    name: "output-dim-zero",
    severity: Severity::Error,
    summary: "the convolution leaves no pixel",
    explanation: "\
The kernel does not fit into the layer's data: a side of n pixels becomes n + 2 x `pad` - (kernel \
- 1) x `dilation`, and here that is 0 or less.

Mostly the data is smaller than thought at this point: an earlier layer pools too much or \
convolves without padding, or the network's input has another shape. The vendor's tool notices \
only a result of exactly 0 and crashes on negative ones (AX463).",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [2, 2]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 0
    #    ^ AX416
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [2, 2]
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
    source: "izer.py:589",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(416) {
        let parameters = &cx.analysis.parameters[fault.layer];
        let (Ok(pooled), Ok(kernel), Ok(pad)) = (
            cx.analysis.shapes[fault.layer].pooled_dim,
            parameters.kernel,
            parameters.pad,
        ) else {
            continue;
        };
        let finding = out.new_finding(
            layer
                .pad
                .span()
                .or(layer.kernel_size.span())
                .unwrap_or_else(|| place::operator(layer)),
            fault.layer,
            format!(
                "a {} kernel with `pad: {}` does not fit into data of {}",
                words::dims(kernel),
                pad[0],
                words::dims(pooled)
            ),
        );
        out.push(delivery::point_at(
            cx,
            finding,
            &delivery::inputs(cx, fault.layer),
        ));
    }
}
