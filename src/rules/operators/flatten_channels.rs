//! AX456.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::delivery;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(456),
    name: "flatten-channels",
    severity: Severity::Error,
    summary: "fewer input channels than pixels to flatten",
    explanation: "\
A layer that flattens divides its input channels, which are the inputs of the fully connected \
layer, by the pixels of a channel; here less than one channel is left. Mostly the data has more \
pixels than thought, because an earlier layer no longer pools.

With `in_sequences` the vendor's tool adds up the channels of the sources without their pixels: \
write `in_channels` (channels x height x width) then.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x0000000000000001
    out_offset: 0x2000
  - op: linear
    flatten: true
    #        ^^^^ AX456
    activate: none
    processors: 0x0000000000000001
    out_offset: 0x0000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    max_pool: 2
    pool_stride: 2
    processors: 0x0000000000000001
    out_offset: 0x2000
  - op: linear
    flatten: true
    activate: none
    processors: 0x0000000000000001
    out_offset: 0x0000
"
        ),
        model: None,
        shapes: Some(
            r#"{"input": [1, 8, 8], "weights": [{"in": 1, "out": 1, "kernel": [3, 3]}, {"in": 16, "out": 8, "kernel": [1]}]}"#,
        ),
    }],
    source: "izer.py:556",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(456) {
        let shape = &cx.analysis.shapes[fault.layer];
        let (Ok(channels), Ok([height, width])) = (shape.in_channels, shape.pooled_dim) else {
            continue;
        };
        let mut finding = out.new_finding(
            layer
                .in_channels
                .span()
                .or(layer.flatten.span())
                .unwrap_or(layer.head),
            fault.layer,
            format!(
                "{} are fewer than the {} = {} pixels to flatten",
                words::count(channels, "input"),
                words::dims([height, width]),
                height * width
            ),
        );
        finding = delivery::point_at(cx, finding, &delivery::inputs(cx, fault.layer));
        if !layer.in_sequences.is_absent() && layer.in_channels.is_absent() {
            finding = finding.note(format!(
                "with `in_sequences` the pixels are not counted: `in_channels: {}` does",
                channels * height * width
            ));
        }
        out.push(finding);
    }
}
