//! A processor mask is not written as a full hexadecimal number.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

/// AX953
pub(super) static RULE: Rule = Rule {
    code: Code(953),
    name: "use-processor-notation",
    severity: Severity::Hint,
    summary: "a processor mask is not written as a full hexadecimal number",
    explanation: "A mask with all its 16 digits shows at a glance which processors it names, one digit an instance. The rule is off \
     unless it is selected.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0xf
  #             ^^^ AX953
    in_channels: 4
    in_dim: [1, 1]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: linear
    activate: none
    output_width: 32
",
        good: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [1, 1]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: linear
    activate: none
    output_width: 32
",
        model: None,
        shapes: None,
    }],
    source: "style",
    fix: FixAvailability::Always,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        for field in [&layer.processors, &layer.output_processors] {
            let (Some(value), Some(span)) = (field.value(), field.span()) else {
                continue;
            };
            let text = span.text(cx.text);
            let digits = text.to_ascii_lowercase().replace(['.', '_'], "");
            if digits
                .strip_prefix("0x")
                .is_some_and(|digits| digits.len() == 16)
            {
                continue;
            }
            let full = words::mask(value);
            let finding = out
                .new_finding(span, index, format!("`{text}` is the mask {full}"))
                .fix(
                    Applicability::Safe,
                    format!("Write {full}"),
                    edits::replace_value(span, &full),
                );
            out.push(finding);
        }
    }
}
