//! AX409.

use crate::device::MAX_FLATTEN_PIXELS;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::delivery;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(409),
    name: "flatten-too-large",
    severity: Severity::Error,
    summary: "`flatten` takes more than 256 pixels",
    explanation: "\
`flatten` turns the pixels of each channel into further inputs of the fully connected layer. The \
hardware counts at most 256 of them (16x16, or 256 samples), however few channels there are.

Pool more before this layer; the number of inputs of the fully connected layer shrinks with it, so \
the model changes too.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: linear
    flatten: true
    #        ^^^^ AX409
    in_dim: [32, 32]
    in_channels: 4096
    out_channels: 8
    activate: none
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: linear
    flatten: true
    in_dim: [16, 16]
    in_channels: 1024
    out_channels: 8
    activate: none
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:549",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(409) {
        let Ok([height, width]) = cx.analysis.shapes[fault.layer].pooled_dim else {
            continue;
        };
        let mut finding = out.new_finding(
            layer.flatten.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "`flatten` takes {} = {} pixels, but at most {MAX_FLATTEN_PIXELS} are possible",
                words::dims([height, width]),
                height * width,
            ),
        );
        finding = delivery::point_at(cx, finding, &delivery::inputs(cx, fault.layer));
        // The least pooling that helps, in both directions where there are two.
        let pooled = |by: i64| {
            let across = if width == 1 { 1 } else { by };
            [height / by, width / across]
        };
        if let Some(by) = (2..=height.max(width)).find(|&by| {
            let [rows, columns] = pooled(by);
            rows * columns <= MAX_FLATTEN_PIXELS
        }) {
            finding = finding.note(format!(
                "pooling by {by} before this layer leaves {}",
                words::dims(pooled(by))
            ));
        }
        out.push(finding);
    }
}
