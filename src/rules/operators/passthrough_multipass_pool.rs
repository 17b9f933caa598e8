//! AX431.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(431),
    name: "passthrough-multipass-pool",
    severity: Severity::Error,
    summary: "pooling more than 64 channels without a convolution",
    explanation: "\
On the MAX78000 a layer without convolution pools at most 64 channels: more take several passes \
over the memory, and the pooled values of the passes would mix. Only pooling down to a single \
pixel is fine.

Pool in the layer that convolves next (pooling runs before the convolution), or split the channels \
over two layers. The MAX78002 has no such limit.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: none
    in_dim: [8, 8]
    in_channels: 128
    max_pool: 2
    #         ^ AX431
    pool_stride: 2
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 128
    out_channels: 64
    kernel_size: 1x1
    pad: 0
    activate: none
    max_pool: 2
    pool_stride: 2
    processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:622",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if !cx.device.passthrough_pool_one_pass {
        return;
    }
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let shape = &cx.analysis.shapes[index];
        let (Ok(Operator::Passthrough), Ok(pool), Ok(pooled), Ok(channels), Ok(spread)) = (
            parameters.operator,
            parameters.pool,
            shape.pooled_dim,
            shape.stored_channels,
            cx.analysis.memory[index].input_spread,
        ) else {
            continue;
        };
        if pool == [1, 1] || spread.passes <= 1 || pooled == [1, 1] {
            continue;
        }
        let finding = out
            .new_finding(
                place::pool(layer).unwrap_or(layer.head),
                index,
                format!(
                    "a layer without convolution pools in 1 pass on the {}, but {} take {}",
                    cx.device.name,
                    words::count(channels, "channel"),
                    words::count(spread.passes, "pass")
                ),
            )
            .note("a convolution in the same layer may pool any number of channels");
        out.push(finding);
    }
}
