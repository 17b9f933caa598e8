//! AX444.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(444),
    name: "pool-dilation-range",
    severity: Severity::Error,
    summary: "the pooling window is dilated more than the chip can",
    explanation: "\
`pool_dilation` is the distance of the pixels in one pooling window. The MAX78000 takes neighbours \
only (1), the MAX78002 goes up to 16.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 3x3
    pad: 1
    max_pool: 2
    pool_stride: 2
    pool_dilation: 2
    #              ^ AX444
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
    source: "max7800x.py:698",
    fix: FixAvailability::None,
    covers: &[Code(453)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let most = cx.device.max_pool_dilation;
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        if let Ok(dilation) = parameters.pool_dilation
            && parameters.pools
            && dilation.iter().any(|&side| side > most)
        {
            out.report(
                layer.pool_dilation.span().unwrap_or(layer.head),
                index,
                format!(
                    "`pool_dilation` is {}, but the {} has at most {most}",
                    dilation[0].max(dilation[1]),
                    cx.device.name
                ),
            );
        }
    }
}
