//! AX161.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(161),
    name: "concat-components-multiple-of-4",
    severity: Severity::Error,
    summary: "parts of a concatenation share words of data memory",
    explanation: "\
Four neighbouring processors share a memory instance, and a layer always writes whole words of it, those of its unused processors included. When one part of a concatenation ends and the next begins within one instance, the layer that runs later wipes out channels of the other. Let every part but the last have a multiple of 4 channels, or start each on a processor that is a multiple of 4 and leave those between unused.",
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
  - name: left
    op: Conv2d
    out_channels: 6
    processors: 0x000000000000000f
    output_processors: 0x000000000000003f
    out_offset: 0x2000
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 6
    processors: 0x000000000000000f
    output_processors: 0x0000000000000fc0
    #                  ^^^^^^^^^^^^^^^^^^ AX161
    out_offset: 0x2000
  - name: join
    op: Conv2d
    in_sequences: [left, right]
    in_offset: 0x2000
    out_channels: 4
    processors: 0x0000000000000fff
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
  - name: left
    op: Conv2d
    out_channels: 6
    processors: 0x000000000000000f
    output_processors: 0x000000000000003f
    out_offset: 0x2000
  - name: right
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 6
    processors: 0x000000000000000f
    output_processors: 0x0000000000003f00
    out_offset: 0x2000
  - name: join
    op: Conv2d
    in_sequences: [left, right]
    in_offset: 0x2000
    out_channels: 4
    processors: 0x0000000000003f3f
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "README, \"Limitations\"",
    fix: FixAvailability::None,
    covers: &[Code(304), Code(351)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let graph = &cx.analysis.graph;
    let mut reported = Vec::new();
    for (reader, _) in cx.executed() {
        if cx.analysis.parameters[reader].operands != Ok(1) {
            continue;
        }
        let parts: Vec<usize> = references::listed(cx, reader)
            .unwrap_or_default()
            .iter()
            .filter_map(|listed| match listed.source {
                Source::Layer(layer) => Some(layer),
                _ => None,
            })
            .collect();
        for (position, &one) in parts.iter().enumerate() {
            for &other in &parts[position + 1..] {
                let (earlier, later) = if graph.time(one) < graph.time(other) {
                    (one, other)
                } else {
                    (other, one)
                };
                if !reported.contains(&(earlier, later)) && shares_words(cx, earlier, later) {
                    reported.push((earlier, later));
                    report(cx, out, reader, earlier, later);
                }
            }
        }
    }
}

/// Whether two layers write different processors, but words in common.
fn shares_words(cx: &Context, earlier: usize, later: usize) -> bool {
    let (earlier, later) = (&cx.analysis.memory[earlier], &cx.analysis.memory[later]);
    let disjoint = matches!((earlier.output_map, later.output_map), (Ok(a), Ok(b)) if a & b == 0);
    let common = match (&earlier.writes, &later.writes) {
        (Ok(earlier), Ok(later)) => earlier.first_common(later),
        _ => None,
    };
    disjoint && common.is_some()
}

fn report(cx: &Context, out: &mut Findings, reader: usize, earlier: usize, later: usize) {
    let network = cx.network;
    let (Ok(theirs), Ok(own)) = (
        cx.analysis.memory[earlier].output_map,
        cx.analysis.memory[later].output_map,
    ) else {
        return;
    };
    let place = |layer: usize| {
        let layer = &network.layers[layer];
        layer.output_processors.span().unwrap_or(layer.head)
    };
    let finding = out
        .new_finding(
            place(later),
            later,
            format!(
                "{} writes processors {} in words that hold processors {} of {}",
                network.label(later),
                words::processors(own),
                words::processors(theirs),
                network.label(earlier)
            ),
        )
        .related(
            place(earlier),
            earlier,
            format!("{} wrote these words", network.label(earlier)),
        )
        .related(
            network.layers[reader]
                .in_sequences
                .span()
                .unwrap_or(network.layers[reader].head),
            reader,
            format!("{} reads both", network.label(reader)),
        )
        .note(
            "each part but the last needs a multiple of 4 channels, or free processors behind it",
        );
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::sequence::tests::{codes, network};

    fn is_reported(left: &str, right: &str, offset: &str) -> bool {
        let layers = network(&format!(
            "- {{name: stem, op: Conv2d, in_dim: [8, 8], in_channels: 4, out_channels: 4, processors: \
             0xf, out_offset: 0x1000}}\n- {{name: a, op: Conv2d, out_channels: 6, processors: 0xf, \
             output_processors: {left}, out_offset: 0x2000}}\n- {{name: b, op: Conv2d, in_sequences: \
             stem, in_offset: 0x1000, out_channels: 6, processors: 0xf, output_processors: {right}, \
             out_offset: {offset}}}\n- {{op: Conv2d, in_sequences: [a, b], in_offset: 0x2000, \
             out_channels: 4, processors: 0xfff, out_offset: 0x0}}\n"
        ));
        codes(&layers, None).contains(&161)
    }

    #[test]
    fn only_common_words_are_wiped_out() {
        assert!(is_reported("0x3f", "0xfc0", "0x2000"));
        // Each on instances of its own.
        assert!(!is_reported("0x3f", "0x3f00", "0x2000"));
        // The same instance, other words: another fault.
        assert!(!is_reported("0x3f", "0xfc0", "0x3000"));
        // The same processors: a matter of gaps.
        assert!(!is_reported("0x3f", "0x3f", "0x2000"));
    }
}
