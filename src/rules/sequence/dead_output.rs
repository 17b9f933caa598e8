//! AX157.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(157),
    name: "dead-output",
    severity: Severity::Warning,
    summary: "nobody uses what a layer computes",
    explanation: "\
No layer reads the output of this one, and it is not an output of the network: its time is wasted, \
or, more often, an `in_sequences` is missing or names another layer, or a second head lacks \
`output: true`. Only layers that say so (without any, the final layer) are unloaded and protected \
from being overwritten.",
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
  - name: side
  # <- AX157
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - name: head
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
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
  - name: side
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
    output: true
  - name: head
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
    output: true
"
        ),
        model: None,
        shapes: None,
    }],
    source: "README, \"Residual Connections\" and \"Multiple outputs\"",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let (graph, memory) = (&cx.analysis.graph, &cx.analysis.memory);
    // A reference that leads nowhere may mean any layer.
    let all_known = cx.network.duplicates.is_empty()
        && graph
            .order
            .iter()
            .flat_map(|&layer| &graph.inputs[layer])
            .all(|input| input.source.is_ok());
    if !all_known {
        return;
    }
    for (index, layer) in cx.executed() {
        let is_taken = graph.final_layer == Some(index)
            || cx.analysis.parameters[index].output != Ok(false)
            || !layer.buffer_shift.is_absent()
            || !layer.buffer_insert.is_absent()
            || graph.readers(Source::Layer(index)).next().is_some()
            || !cx.network.unload.is_empty();
        if is_taken {
            continue;
        }
        // Who reads the words without saying whose they are is another rule's (AX308, AX366).
        let is_read = graph
            .order
            .iter()
            .skip_while(|&&later| later != index)
            .skip(1)
            .any(
                |&later| match (&memory[later].reads, &memory[index].writes) {
                    (Ok(reads), Ok(writes)) => reads.first_common(writes).is_some(),
                    _ => memory[later].in_offset == memory[index].out_offset,
                },
            );
        if !is_read {
            out.report(
                layer.head,
                index,
                format!(
                    "no layer reads the output of {}, and it is not an output of the network",
                    cx.network.label(index)
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sequence::tests::{codes, network};

    fn is_reported(side: &str, head: &str) -> bool {
        let text = network(&format!(
            "- {{name: stem, op: Conv2d, in_dim: [8, 8], in_channels: 4, out_channels: 4, processors: \
             0xf, out_offset: 0x1000}}\n- {{name: side, op: Conv2d, out_channels: 4, processors: 0xf, \
             out_offset: 0x2000, {side}}}\n- {{op: Conv2d, out_channels: 4, processors: 0xf, \
             out_offset: 0x3000, {head}}}\n"
        ));
        codes(&text, None).contains(&157)
    }

    #[test]
    fn what_somebody_may_read_is_not_dead() {
        let reads_stem = "in_sequences: stem, in_offset: 0x1000";
        assert!(is_reported("name: other", reads_stem));
        assert!(!is_reported("name: other", "in_offset: 0x2000"));
        assert!(!is_reported("output: true", reads_stem));
        // The reference may mean this layer.
        assert!(!is_reported("name: other", "in_sequences: nobody"));
        // It is read where it lies, whatever the reference says.
        assert!(!is_reported(
            "name: other",
            "in_sequences: stem, in_offset: 0x2000"
        ));
    }
}
