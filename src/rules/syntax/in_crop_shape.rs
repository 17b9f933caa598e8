//! AX055.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::problem_text;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(55),
    name: "in-crop-shape",
    severity: Severity::Error,
    summary: "`in_crop` is not what the vendor's tool can do",
    explanation: "\
`in_crop: [front, back]` leaves rows of the input out. Three things can go wrong with it:

- it must be a list of exactly two numbers;
- `back` must not be 0 unless `front` is 0 too: the tool cuts the rows with a Python slice that \
ends at `-back`, and `-0` leaves nothing;
- it needs `in_dim`, because the tool does not subtract the rows from the input's dimensions.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv1d
    kernel_size: 3
    pad: 1
    in_dim: 8
    in_crop: [2, 0]
    #        ^^^^^^ AX055
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Conv1d
    kernel_size: 3
    pad: 1
    in_dim: 8
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:3000",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    problem_text::report(cx, out);
    for (index, layer) in cx.layers() {
        let (Some([front, back]), Some(span)) = (layer.in_crop.value(), layer.in_crop.span())
        else {
            continue;
        };
        if front > 0 && back == 0 {
            let message = format!(
                "`in_crop` cuts {front} rows at the front and 0 at the back, for which the \
                 vendor's tool keeps no row at all"
            );
            out.report(span, index, message);
        } else if [front, back] != [0, 0] && layer.in_dim.is_absent() {
            let message = format!(
                "`in_crop` cuts {} rows, but `in_dim` does not say what is left",
                front + back
            );
            out.report(span, index, message);
        }
    }
}
