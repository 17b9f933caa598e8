//! AX115.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(115),
    name: "interleave-write-gap",
    severity: Severity::Warning,
    summary: "interleaved sources of a concatenation are not written with the right gap",
    explanation: "\
Sources on the same processors are concatenated by taking turns: a word of the first, a word of \
the second, as the passes of the layer that reads them. Each source must leave room for the \
others: `write_gap` = number of sources - 1. With any other gap the layer reads words that nobody \
wrote, or misses some. Sources on different processors need no gap.",
    examples: &[Example {
        bad: network!(
            r"
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 64
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    out_channels: 64
    processors: 0xffffffffffffffff
    out_offset: 0x2000
    write_gap: 2
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 64
    processors: 0xffffffffffffffff
    out_offset: 0x2004
    write_gap: 2
  - name: join
    op: Conv2d
    in_sequences: [left, right]
    #             ^^^^^^^^^^^^^ AX115
    in_offset: 0x2000
    in_channels: 128
    out_channels: 4
    processors: 0xffffffffffffffff
    out_offset: 0x3000
"
        ),
        good: network!(
            r"
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 64
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: left
    op: Conv2d
    out_channels: 64
    processors: 0xffffffffffffffff
    out_offset: 0x2000
    write_gap: 1
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 64
    processors: 0xffffffffffffffff
    out_offset: 0x2004
    write_gap: 1
  - name: join
    op: Conv2d
    in_sequences: [left, right]
    in_offset: 0x2000
    in_channels: 128
    out_channels: 4
    processors: 0xffffffffffffffff
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:255",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(115) {
        let sources = cx.analysis.graph.inputs[fault.layer].len();
        let finding = out.new_finding(
            layer.in_sequences.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "{sources} sources that take turns need `write_gap: {}`, but they have {}",
                sources.saturating_sub(1),
                references::gaps_in_words(cx, fault.layer)
            ),
        );
        out.push(references::with_gaps(cx, finding, fault.layer));
    }
}
