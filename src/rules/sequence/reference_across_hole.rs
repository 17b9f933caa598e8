//! AX153.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(153),
    name: "reference-across-hole",
    severity: Severity::Error,
    summary: "a reference leads to another layer, because a sequence number before it is left out",
    explanation: "\
The vendor's tool closes up sequence numbers that nobody uses, but it keeps names and numbers in \
references as they were. Behind such a hole they lead to a later layer than the one meant, or to \
none. Number the layers without holes; best leave `sequence` out, then they count in their order in \
the file.",
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
  - name: body
    op: Conv2d
    sequence: 2
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - name: head
    op: Conv2d
    in_sequences: body
    #             ^^^^ AX153
    in_offset: 0x2000
    out_channels: 4
    processors: 0x000000000000000f
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
  - name: body
    op: Conv2d
    sequence: 1
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - name: head
    op: Conv2d
    in_sequences: body
    in_offset: 0x2000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:630",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(153) {
        let Some(span) = fault.span else { continue };
        let meant = references::at(layer, span).and_then(|reference| cx.network.meant(reference));
        let Some(Source::Layer(meant)) = meant else {
            continue;
        };
        let number = cx.network.layers[meant].number;
        let found = usize::try_from(number)
            .ok()
            .filter(|&index| index < cx.network.layers.len());
        let leads_to = match found {
            Some(index) if index == fault.layer => "to this layer itself".to_owned(),
            Some(index) => format!("to {}", cx.network.label(index)),
            None => "nowhere".to_owned(),
        };
        let mut finding = out.new_finding(
            span,
            fault.layer,
            format!(
                "sequence number {number} becomes {meant} when holes are closed, but the reference \
                 stays {number} and leads {leads_to}"
            ),
        );
        let hole = cx
            .layers()
            .find(|(index, other)| other.number != *index as i64);
        if let Some((index, other)) = hole {
            finding = finding.related(
                other.sequence.span().unwrap_or(other.head),
                index,
                format!("no layer has the sequence number {index}"),
            );
        }
        out.push(finding);
    }
}
