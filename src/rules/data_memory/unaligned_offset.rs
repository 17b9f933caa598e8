//! AX355.

use crate::diagnostic::{Applicability, Code, Finding, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};
use crate::text::Span;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(355),
    name: "unaligned-offset",
    severity: Severity::Error,
    summary: "a data-memory offset is not a multiple of 4",
    explanation: "\
Offsets are written in bytes, but the hardware addresses words of 4 bytes and drops the rest: 0x2002 \
becomes 0x2000. The vendor's tool says nothing, and its own checks go on with the number as written. The \
fix writes what the hardware takes.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2002
    #           ^^^^^^ AX355
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:1747; the vendor's tool does not check it",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(355) {
        let fields = [
            ("out_offset", &layer.out_offset),
            ("in_offset", &layer.in_offset),
        ];
        for (key, field) in fields {
            if let (Some(offset), Some(span)) = (field.value(), fault.span)
                && field.span() == fault.span
            {
                let finding = finding(out, cx, key, offset, span, Some(fault.layer));
                out.push(finding);
            }
        }
    }
    let unload = cx.network.unload.iter().map(|block| &block.offset);
    let buffer = cx.network.data_buffer.iter().map(|block| &block.offset);
    for field in unload.chain(buffer) {
        if let (Some(offset), Some(span)) = (field.value(), field.span())
            && offset % 4 != 0
        {
            let finding = finding(out, cx, "offset", offset, span, None);
            out.push(finding);
        }
    }
}

fn finding(
    out: &Findings,
    cx: &Context,
    key: &str,
    offset: i64,
    span: Span,
    layer: Option<usize>,
) -> Finding {
    let taken = offset.div_euclid(4) * 4;
    // A decimal number stays one.
    let text = if span.text(cx.text).starts_with("0x") {
        words::offset(taken)
    } else {
        taken.to_string()
    };
    out.new_finding(
        span,
        layer,
        format!(
            "`{key}` {} is not a multiple of 4; the hardware takes it as {}",
            span.text(cx.text),
            words::offset(taken)
        ),
    )
    .fix(
        Applicability::Unsafe,
        format!("Round down to {text}"),
        edits::replace_value(span, &text),
    )
}
