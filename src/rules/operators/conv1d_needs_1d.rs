//! AX457.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

use super::{delivery, place};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(457),
    name: "conv1d-needs-1d",
    severity: Severity::Error,
    summary: "a Conv1d reads 2-D data",
    explanation: "\
A Conv1d reads a single column of samples. To feed it an image, unfold the pixels with `in_dim: \
length` (height x width): the number of values stays the same. The vendor's tool stops with a bare \
assertion here.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: conv1d
    #   ^^^^^^ AX457
    in_channels: 16
    out_channels: 16
    kernel_size: 3
    pad: 1
    activate: relu
    processors: 0x000000000000ffff
    out_offset: 0x0000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: conv1d
    in_dim: 64
    in_channels: 16
    out_channels: 16
    kernel_size: 3
    pad: 1
    activate: relu
    processors: 0x000000000000ffff
    out_offset: 0x0000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:3003",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(457) {
        let inputs = delivery::inputs(cx, fault.layer);
        let delivered = inputs.first().map(|&(_, dim)| dim);
        let Some([height, width]) = layer.in_dim.value().or(delivered) else {
            continue;
        };
        let mut finding = out.new_finding(
            layer
                .in_dim
                .span()
                .unwrap_or_else(|| place::operator(layer)),
            fault.layer,
            format!(
                "a Conv1d reads a single column, but its input is {}",
                words::dims([height, width])
            ),
        );
        finding = delivery::point_at(cx, finding, &inputs);
        // What arrives tells the length, unless the sources are joined.
        if let [(_, [rows, columns])] = inputs[..]
            && layer.in_crop.is_absent()
        {
            let length = (rows * columns).to_string();
            let edits = match (layer.in_dim.span(), layer.op.key()) {
                (Some(value), _) => Some(edits::replace_value(value, &length)),
                (None, Some(op)) => edits::insert_after(cx, op, &format!("in_dim: {length}")),
                (None, None) => None,
            };
            if let Some(edits) = edits {
                finding = finding.fix(
                    Applicability::Unsafe,
                    format!("Set `in_dim: {length}`"),
                    edits,
                );
            }
        }
        out.push(finding);
    }
}
