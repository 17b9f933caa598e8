//! AX151.

use crate::analysis::Next;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(151),
    name: "unreachable-layer",
    severity: Severity::Error,
    summary: "a layer never runs",
    explanation: "\
The network runs from its first layer along `next_sequence` until a layer stops it. A layer that \
this way never reaches does nothing. On the MAX78002 the vendor's tool crashes on a layer that is \
jumped over, because nobody tells it what the layer reads; layers behind the last one that runs \
vanish without a word, but the model must still have weights for them. Where the flags of the tool \
are not known, a layer that is jumped over may be where `--start-layer` begins, and the rule warns.",
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
    next_sequence: 2
  - name: middle
  # <- AX151
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - name: last
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
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
    next_sequence: 1
  - name: middle
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - name: last
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
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
    let last_run = graph.order.iter().copied().max();
    let mut skipped: Vec<usize> = cx.faults(151).map(|(fault, _)| fault.layer).collect();
    skipped.sort_unstable();
    // Neighbours are left out by one jump.
    for run in skipped.chunk_by(|a, b| a + 1 == *b) {
        let (Some(&first), Some(&last)) = (run.first(), run.last()) else {
            continue;
        };
        let which = if first == last {
            cx.network.label(first)
        } else {
            format!("layers {first} to {last}")
        };
        let verb = if first == last { "runs" } else { "run" };
        let mut finding = out.new_finding(
            cx.network.layers[first].head,
            first,
            format!("{which} never {verb}"),
        );
        let is_behind = last_run.is_some_and(|last_run| last_run < first);
        let may_be_first = cx.facts.flags.is_none() && cx.device.max_start_layer > 0;
        if is_behind || may_be_first {
            finding.severity = Severity::Warning;
        }
        let before = (0..first).rev().find(|&layer| graph.runs(layer));
        if let Some(before) = before
            && let Some(target) = cx.network.layers[before].next_sequence.entry()
        {
            let label = cx.network.label(before);
            finding = finding.related(
                target,
                before,
                match graph.next[before] {
                    Next::Stop => format!("{label} ends the network"),
                    Next::Layer(next) => format!("{label} goes on with layer {next}"),
                },
            );
        }
        out.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::Facts;
    use crate::rules::sequence::tests::{messages, network};

    #[test]
    fn layers_behind_a_stop_are_one_finding() {
        let text = network(
            "- {op: Conv2d, in_dim: [8, 8], in_channels: 4, out_channels: 4, processors: 0xf, \
             out_offset: 0x1000, next_sequence: stop}\n- {op: Conv2d, out_channels: 4, processors: \
             0xf, out_offset: 0x0}\n- {op: Conv2d, out_channels: 4, processors: 0xf, out_offset: \
             0x1000}\n",
        );
        assert_eq!(
            messages(&text, &Facts::default()),
            ["AX151 layers 1 to 2 never run"]
        );
    }
}
