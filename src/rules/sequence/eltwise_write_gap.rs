//! AX113.

use crate::analysis::broken;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(113),
    name: "eltwise-write-gap",
    severity: Severity::Error,
    summary: "the operands of an element-wise operation are not written with the right gap",
    explanation: "\
An element-wise layer reads its operands word by word in turn: word 0 of the first, word 0 of the \
second, word 1 of the first. So each operand must leave room for the others: `write_gap` = \
operands - 1, the first at the layer's `in_offset`, each further one 4 bytes later. The vendor's \
tool only warns, and its simulation takes the operands as if they lay right; the chip adds words \
that do not belong together.",
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
  - name: skip
    op: none
    processors: 0x000000000000000f
    out_offset: 0x2000
  - name: main
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2100
  - name: sum
    op: add
    in_sequences: [skip, main]
    #             ^^^^^^^^^^^^ AX113
    in_offset: 0x2000
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
  - name: skip
    op: none
    processors: 0x000000000000000f
    out_offset: 0x2000
    write_gap: 1
  - name: main
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2004
    write_gap: 1
  - name: sum
    op: add
    in_sequences: [skip, main]
    in_offset: 0x2000
    processors: 0x000000000000000f
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:246",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(113) {
        let Ok(operands) = cx.analysis.parameters[fault.layer].operands else {
            continue;
        };
        let mut finding = out.new_finding(
            layer.in_sequences.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "each of the {operands} operands needs `write_gap: {}`, but they have {}",
                operands - 1,
                references::gaps_in_words(cx, fault.layer)
            ),
        );
        finding = references::with_gaps(cx, finding, fault.layer);
        if cx.analysis.memory[fault.layer].reads != broken(113) {
            finding.severity = Severity::Warning;
            finding
                .notes
                .push("the data fits all the same; the vendor's tool warns".to_owned());
        } else if let Ok(offset) = cx.analysis.memory[fault.layer].in_offset {
            finding.notes.push(format!(
                "the operands take turns: the first starts at {}, the second at {}",
                words::offset(offset),
                words::offset(offset + 4)
            ));
        }
        out.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::rules::sequence::tests::network;

    #[test]
    fn a_single_word_needs_no_gap() {
        // Outputs of one pixel: the second word is the second operand, gap or not.
        let text = network(
            "- {name: stem, op: Conv2d, kernel_size: 1x1, pad: 0, in_dim: [1, 1], in_channels: 4, \
             out_channels: 4, processors: 0xf, out_offset: 0x1000}\n- {name: skip, op: none, \
             processors: 0xf, out_offset: 0x2000}\n- {name: main, op: Conv2d, kernel_size: 1x1, \
             pad: 0, in_sequences: stem, in_offset: 0x1000, out_channels: 4, processors: 0xf, \
             out_offset: 0x2004}\n- {op: add, in_sequences: [skip, main], in_offset: 0x2000, \
             processors: 0xf, out_offset: 0x3000}\n",
        );
        let severities: Vec<Severity> = crate::check(&text, &Facts::default())
            .into_iter()
            .filter(|finding| finding.code == Code(113))
            .map(|finding| finding.severity)
            .collect();
        assert_eq!(severities, [Severity::Warning]);
    }
}
