//! AX112.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(112),
    name: "in-sequences-gap-differs",
    severity: Severity::Warning,
    summary: "the sources of `in_sequences` are written with different gaps",
    explanation: "\
A layer reads all its sources with one `read_gap`. When one of them was written with another \
`write_gap`, the layer reads words of it that were never written, and misses others. Give all \
sources the same `write_gap`: none where they lie on different processors, number of sources - 1 \
where they take turns in the memory of the same processors.",
    examples: &[Example {
        bad: network!(
            r"
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x2000
    write_gap: 1
  - name: join
    op: Conv2d
    in_sequences: [left, right]
    #             ^^^^^^^^^^^^^ AX112
    in_offset: 0x2000
    out_channels: 4
    processors: 0x00000000000000ff
    out_offset: 0x3000
"
        ),
        good: network!(
            r"
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x2000
  - name: join
    op: Conv2d
    in_sequences: [left, right]
    in_offset: 0x2000
    out_channels: 4
    processors: 0x00000000000000ff
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:242",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(112) {
        let finding = out.new_finding(
            layer.in_sequences.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "the sources are written with `write_gap` {}, but must have the same one",
                references::gaps_in_words(cx, fault.layer)
            ),
        );
        out.push(references::with_gaps(cx, finding, fault.layer));
    }
}
