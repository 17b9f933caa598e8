//! AX654.

use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(654),
    name: "bias-outputs",
    severity: Severity::Information,
    summary: "a layer has more outputs than a bias can have",
    explanation: "\
The bias of a layer lies in the bias memory of one quadrant, a byte for each output. On the MAX78000 \
that is 512 bytes, so a layer with more outputs must be trained without bias. This says so while \
nothing tells whether the layer has one; where the weights tell, `bias-memory-exhausted` (AX603) \
reports the layer that does not fit.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0xffffffffffffffff
    in_channels: 64
    in_dim: [1, 1]
    out_channels: 600
    #             ^^^ AX654
    out_offset: 0x2000
    op: linear
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0xffffffffffffffff
    in_channels: 64
    in_dim: [1, 1]
    out_channels: 512
    out_offset: 0x2000
    op: linear
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "README, \"Limitations of MAX78000 and MAX78002 Networks\"",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let most = cx.device.bias_bytes as i64;
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(operator), Ok(false), Ok(1), Ok(outputs)) = (
            parameters.operator,
            parameters.bypass,
            parameters.groups,
            cx.analysis.shapes[index].out_channels,
        ) else {
            continue;
        };
        // Without weights nobody says; with them, `None` is the sidecar's way to say nothing.
        let bias = match &cx.analysis.weights[index] {
            Ok(Some(weight)) => weight.bias,
            Ok(None) => Some(false),
            Err(_) => None,
        };
        let shares = cx.analysis.flags.fast_fifo_quad && index == 0;
        if !operator.convolves() || bias.is_some() || shares || outputs <= most {
            continue;
        }
        if outputs > cx.device.max_channels {
            continue;
        }
        let span = layer.out_channels.span().or(layer.processors.span());
        out.report(
            span.unwrap_or(layer.head),
            index,
            format!(
                "has {}, so it can have no bias: a quadrant of the {} keeps {most} bytes of it",
                count(outputs, "output"),
                cx.device.name
            ),
        );
    }
}
