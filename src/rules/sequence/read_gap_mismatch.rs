//! AX117.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(117),
    name: "read-gap-mismatch",
    severity: Severity::Warning,
    summary: "a layer reads with another gap than its input was written with",
    explanation: "\
`write_gap` leaves words free between written ones, for other layers to fill; `read_gap` skips as \
many when reading. A layer that reads a single source must read it as it was written, or it takes \
free words for data. The MAX78000 has no `read_gap`: there only element-wise operations and \
interleaved concatenations can read what was written with a gap, and a layer that needs the same \
data without one gets it from a second, dense copy.",
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
    write_gap: 1
  - op: Conv2d
  # <- AX117
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
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
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:265",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(117) {
        let index = fault.layer;
        let [input] = cx.analysis.graph.inputs[index][..] else {
            continue;
        };
        let (Ok(source), Ok(read_gap)) = (input.source, cx.analysis.parameters[index].read_gap)
        else {
            continue;
        };
        let Ok(write_gap) = references::write_gap(cx, source) else {
            continue;
        };
        let place = layer
            .read_gap
            .span()
            .or(layer.in_sequences.span())
            .unwrap_or(layer.head);
        let finding = out.new_finding(
            place,
            index,
            format!(
                "{} reads with a gap of {read_gap} what {} wrote with a gap of {write_gap}",
                cx.network.label(index),
                cx.network.source_label(source)
            ),
        );
        let mut finding = references::with_gaps(cx, finding, index);
        if let Some(span) = layer.read_gap.span() {
            let edit = edits::replace_value(span, &write_gap.to_string());
            let title = format!("Read with `read_gap: {write_gap}`");
            finding = finding.fix(Applicability::Unsafe, title, edit);
        }
        out.push(finding);
    }
}
