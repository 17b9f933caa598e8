//! AX418.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(418),
    name: "buffer-shift-operator",
    severity: Severity::Error,
    summary: "`buffer_shift` in a layer that convolves",
    explanation: "\
`buffer_shift` moves the rows of the rolling buffer on by copying them, which only a layer without \
convolution does.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "# ai8x-lint: flags=\"--overlap-data\"
  - op: none
    in_dim: [1, 1]
    in_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x4000
    buffer_insert: 1
  - op: conv1d
    #   ^^^^^^ AX418
    kernel_size: 1
    pad: 0
    activate: none
    buffer_shift: 1
    in_sequences: ring
    in_offset: 0x4004
    in_dim: 3
    in_channels: 4
    out_channels: 4
    processors: 0x00000000000000f0
    output_processors: 0x00000000000000f0
    out_offset: 0x4000
data_buffer:
  - name: ring
    processors: 0x00000000000000f0
    dim: 4
    channels: 4
    offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "# ai8x-lint: flags=\"--overlap-data\"
  - op: none
    in_dim: [1, 1]
    in_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x4000
    buffer_insert: 1
  - op: none
    buffer_shift: 1
    in_sequences: ring
    in_offset: 0x4004
    in_dim: 3
    in_channels: 4
    processors: 0x00000000000000f0
    output_processors: 0x00000000000000f0
    out_offset: 0x4000
data_buffer:
  - name: ring
    processors: 0x00000000000000f0
    dim: 4
    channels: 4
    offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:598",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        if let Ok(operator) = cx.analysis.parameters[index].operator
            && operator.convolves()
            && layer.buffer_shift.value().is_some()
        {
            out.report(
                place::operator(layer),
                index,
                format!(
                    "`buffer_shift` needs `op: none`, but this is a {}",
                    operator.name()
                ),
            );
        }
    }
}
