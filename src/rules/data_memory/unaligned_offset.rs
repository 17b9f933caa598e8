//! An offset is no multiple of 4.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Field;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

/// AX355
pub(super) static RULE: Rule = Rule {
    code: Code(355),
    name: "unaligned-offset",
    severity: Severity::Error,
    summary: "an offset is no multiple of 4",
    explanation: "Offsets count bytes, but memory is addressed in words of 4 bytes: the low two bits are dropped without a word, and the \
     data lies elsewhere than the file says.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2002
  #             ^^^^^^ AX355
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "docs: word addressing",
    fix: FixAvailability::Always,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let mut look = |field: &Field<i64>, key: &str, index: Option<usize>| {
        let (Some(value), Some(span)) = (field.value(), field.span()) else {
            return;
        };
        if value % 4 == 0 || value < 0 {
            return;
        }
        let down = words::offset(value / 4 * 4);
        let finding = out
            .new_finding(
                span,
                index,
                format!(
                    "`{key}` {} is no multiple of 4: the hardware takes {down}",
                    words::offset(value)
                ),
            )
            .fix(
                Applicability::Unsafe,
                format!("Use {down}"),
                edits::replace_value(span, &down),
            );
        out.push(finding);
    };
    for (fault, layer) in cx.faults(355) {
        for (field, key) in [
            (&layer.in_offset, "in_offset"),
            (&layer.out_offset, "out_offset"),
        ] {
            if field.span() == fault.span {
                look(field, key, Some(fault.layer));
            }
        }
    }
    for block in &cx.network.unload {
        look(&block.offset, "offset", None);
    }
    for block in &cx.network.data_buffer {
        look(&block.offset, "offset", None);
    }
}
