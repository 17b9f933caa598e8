//! AX413.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(413),
    name: "pad-not-smaller-than-kernel",
    severity: Severity::Error,
    summary: "the padding is not smaller than the kernel",
    explanation: "\
With as much padding as the kernel is wide, the first position of the kernel would see nothing but \
zeros; the hardware cannot do that.

The usual case is a 1x1 convolution: its `pad` must be 0, but the default of every convolution is \
1, so it must be written.",
    examples: &[
        Example {
            bad: network!(
                "MAX78000",
                "  - op: conv2d
    in_dim: [16, 16]
    in_channels: 4
    out_channels: 8
    kernel_size: 1x1
    #            ^^^ AX413
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
    kernel_size: 1x1
    pad: 0
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            model: None,
            shapes: None,
        },
        Example {
            bad: network!(
                "MAX78000",
                "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 8
    kernel_size: 2
    pad: 2
    #    ^ AX413
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            good: network!(
                "MAX78000",
                "  - op: conv1d
    in_dim: 64
    in_channels: 4
    out_channels: 8
    kernel_size: 2
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            model: None,
            shapes: None,
        },
    ],
    source: "izer.py:578",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(413) {
        let parameters = &cx.analysis.parameters[fault.layer];
        let (Ok(pad), Ok(kernel)) = (parameters.pad, parameters.kernel) else {
            continue;
        };
        let (kernel, least) = if parameters.operator == Ok(Operator::Conv1d) {
            (format!("the kernel of length {}", kernel[0]), kernel[0])
        } else {
            (
                format!("the {} kernel", words::dims(kernel)),
                kernel[0].min(kernel[1]),
            )
        };
        let written = layer.pad.span();
        let what = if written.is_some() {
            "`pad`"
        } else {
            "the default `pad`"
        };
        let finding = out.new_finding(
            written
                .or(layer.kernel_size.span())
                .unwrap_or_else(|| place::operator(layer)),
            fault.layer,
            format!("{what} is {}, but it must be smaller than {kernel}", pad[0]),
        );
        // Only 0 is smaller than 1; otherwise there is a choice.
        let edits = match written {
            _ if least != 1 => None,
            Some(value) => Some(edits::replace_value(value, "0")),
            None => match layer.kernel_size.key() {
                Some(kernel) => edits::insert_after(cx, kernel, "pad: 0"),
                None => edits::insert_key(cx, layer, "pad: 0"),
            },
        };
        out.push(match edits {
            Some(edits) => finding.fix(Applicability::Unsafe, "Set `pad: 0`", edits),
            None => finding,
        });
    }
}
