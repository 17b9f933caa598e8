//! AX152.

use crate::analysis::Next;
use crate::diagnostic::{Code, Severity};
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
        let Some(culprit) = graph
            .order
            .iter()
            .rev()
            .copied()
            .find(|&layer| cx.network.layers[layer].next_sequence.get().is_some())
        else {
            continue;
        };
        let Some(span) = cx.network.layers[culprit].next_sequence.span() else {
            continue;
        };
        let Next::Layer(again) = graph.next[fault.layer] else {
            continue;
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
