//! AX103.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Layer;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};
use crate::text;

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(103),
    name: "unknown-layer-reference",
    severity: Severity::Error,
    summary: "a reference names a layer that does not exist",
    explanation: "\
`in_sequences`, `next_sequence`, `simulated_sequence` and `weight_source` name a layer by its \
number or its `name`; case does not matter. The vendor's tool looks up every name, even on layers \
that never run, and stops where it finds none. `input` is the network's input, and the `name` of \
the `data_buffer` is the rolling buffer.",
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
    in_sequences: stm
    #             ^^^ AX103
    in_offset: 0x1000
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
  - name: body
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "names.py:36",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(103) {
        let Some(span) = fault.span else { continue };
        let written = references::text(layer, span);
        // A reference in `in_sequences` leads back, others may lead anywhere.
        let backward = layer
            .in_sequences
            .span()
            .is_some_and(|list| list.contains(span));
        let candidates = cx
            .layers()
            .filter(|&(index, _)| {
                if backward {
                    index < fault.layer
                } else {
                    index != fault.layer
                }
            })
            .filter_map(|(_, other): (usize, &Layer)| other.name());
        let nearest = text::nearest(&written, candidates);
        let finding = out.new_finding(
            span,
            fault.layer,
            format!(
                "no layer is called `{written}`{}",
                nearest
                    .map(|name| format!("; did you mean `{name}`?"))
                    .unwrap_or_default()
            ),
        );
        out.push(match nearest {
            Some(name) => finding.fix(
                Applicability::Unsafe,
                format!("Refer to `{name}`"),
                edits::replace_value(span, name),
            ),
            None => finding,
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::Facts;
    use crate::rules::sequence::tests::{messages, network};

    #[test]
    fn looks_up_every_kind_of_reference() {
        for key in [
            "in_sequences",
            "next_sequence",
            "simulated_sequence",
            "weight_source",
        ] {
            let text = network(&format!(
                "- {{name: stem, op: Conv2d, in_dim: [8, 8], in_channels: 4, out_channels: 4, \
                 processors: 0xf, out_offset: 0x1000}}\n- {{name: head, op: Conv2d, in_offset: \
                 0x1000, out_channels: 4, processors: 0xf, out_offset: 0x0, {key}: nobody}}\n"
            ));
            assert_eq!(
                messages(&text, &Facts::default()),
                ["AX103 no layer is called `nobody`"],
                "{key}"
            );
        }
    }
}
