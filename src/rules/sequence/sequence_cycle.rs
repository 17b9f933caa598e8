//! AX152.

use crate::diagnostic::{Code, Severity};
use crate::network::{Source, Target};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(152),
    name: "sequence-cycle",
    severity: Severity::Error,
    summary: "`next_sequence` leads round in a circle",
    explanation: "\
The accelerator runs each layer once and stops. A `next_sequence` that leads back to a layer which \
has run makes the vendor's tool go round forever, and the chip would never finish. Lead on to a \
layer that has not run yet, or say `stop`.",
    examples: &[Example {
        bad: network!(
            r#"
  # ai8x-lint: device=MAX78002
  # ai8x-lint: flags=""
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    next_sequence: 0
    #              ^ AX152
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"#
        ),
        good: network!(
            r#"
  # ai8x-lint: device=MAX78002
  # ai8x-lint: flags=""
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    next_sequence: stop
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"#
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:216",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let graph = &cx.analysis.graph;
    for (fault, _) in cx.faults(152) {
        // The last layer goes on with one that has run. Where it does so only by default, an
        // earlier jump back is to blame.
        let jump = graph.order.iter().rev().find_map(|&layer| {
            match cx.network.layers[layer].next_sequence.get() {
                Some(Target::Layer(reference)) => Some((layer, reference)),
                _ => None,
            }
        });
        let Some((culprit, reference)) = jump else {
            continue;
        };
        let Some(span) = cx.network.layers[culprit].next_sequence.span() else {
            continue;
        };
        let again = if culprit == fault.layer {
            match cx.network.resolve(reference) {
                Ok(Source::Layer(layer)) => layer,
                _ => continue,
            }
        } else {
            fault.layer + 1
        };
        let finding = out
            .new_finding(
                span,
                culprit,
                format!(
                    "{} runs a second time behind {}, and so on forever",
                    cx.network.label(again),
                    cx.network.label(fault.layer)
                ),
            )
            .related(
                cx.network.layers[again].head,
                again,
                format!("{} has run before", cx.network.label(again)),
            );
        out.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::device::DeviceId;
    use crate::facts::Facts;
    use crate::rules::sequence::tests::{messages, network};

    #[test]
    fn the_jump_back_is_to_blame() {
        // Layer 1 goes on with layer 2 by default, but it was layer 3 that jumped back.
        let text = network(
            "- {op: Conv2d, in_dim: [8, 8], in_channels: 4, out_channels: 4, processors: 0xf, \
             out_offset: 0x1000, next_sequence: 2}\n- {name: early, op: Conv2d, out_channels: 4, \
             processors: 0xf, out_offset: 0x1000}\n- {op: Conv2d, out_channels: 4, processors: 0xf, \
             out_offset: 0x0}\n- {op: Conv2d, out_channels: 4, processors: 0xf, out_offset: 0x2000, \
             next_sequence: early}\n",
        );
        let facts = Facts {
            device: Some(DeviceId::Max78002),
            ..Facts::default()
        };
        let found: Vec<_> = crate::check(&text, &facts)
            .into_iter()
            .filter(|finding| finding.code.0 == 152)
            .map(|finding| (finding.layer, finding.message))
            .collect();
        let message = "layer 2 runs a second time behind layer 1 (`early`), and so on forever";
        assert_eq!(found, [(Some(3), message.to_owned())]);
        assert_eq!(messages(&text, &facts).len(), 1);
    }
}
