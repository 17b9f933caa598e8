//! AX107.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(107),
    name: "in-sequences-forward",
    severity: Severity::Error,
    summary: "`in_sequences` names a layer that has not run yet",
    explanation: "\
A layer can only read what an earlier layer has written. When it reads its own output or that of a \
layer that runs later, the data memory holds something else at that time. Layers count from 0, so \
a number is easily one too high. To carry data from one inference to the next there is the \
`data_buffer`.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    in_sequences: 1
    #             ^ AX107
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    in_sequences: 0
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:466",
    fix: FixAvailability::None,
    covers: &[Code(111), Code(406)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(107) {
        let Some(span) = fault.span else { continue };
        let source =
            references::at(layer, span).and_then(|reference| cx.network.resolve(reference).ok());
        let Some(Source::Layer(source)) = source else {
            continue;
        };
        let reader = cx.network.label(fault.layer);
        let finding = if source == fault.layer {
            out.new_finding(span, fault.layer, format!("{reader} reads its own output"))
        } else {
            let producer = cx.network.label(source);
            out.new_finding(
                span,
                fault.layer,
                format!("{reader} reads the output of {producer}, which runs later"),
            )
            .related(
                cx.network.layers[source].head,
                source,
                format!("{producer} stands here"),
            )
        };
        out.push(finding);
    }
}
