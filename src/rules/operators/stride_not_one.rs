//! AX408.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(408),
    name: "stride-not-one",
    severity: Severity::Error,
    summary: "the convolution has a stride other than 1",
    explanation: "\
The convolution always moves by one pixel, and a ConvTranspose2d always by 2 (its default, which \
need not be written). A strided convolution of a model cannot be mapped.

To shrink the data, pool in the same layer: `max_pool` or `avg_pool` with `pool_stride` runs \
*before* the convolution. That is another model, to be trained as such.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    stride: 2
    #       ^ AX408
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
    max_pool: 2
    pool_stride: 2
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:531, izer.py:565",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(408) {
        let parameters = &cx.analysis.parameters[fault.layer];
        let (Ok([stride, _]), Ok(operator)) = (parameters.stride, parameters.operator) else {
            continue;
        };
        let what = if operator.convolves() {
            format!("a {}", operator.name())
        } else {
            "a layer without convolution".to_owned()
        };
        let finding = out
            .new_finding(
                layer.stride.span().unwrap_or(layer.head),
                fault.layer,
                format!("{what} has stride 1, but this is {stride}"),
            )
            .note("`pool_stride` is the step of the pooling that runs before the convolution");
        out.push(finding);
    }
}
