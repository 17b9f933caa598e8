//! AX120.

use crate::analysis::Next;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(120),
    name: "negative-snoop-sequence",
    severity: Severity::Error,
    summary: "`snoop_sequence` is not the number of a layer",
    explanation: "\
`snoop_sequence` is where the network goes on when the snoop unit of the MAX78002 finds a match, as \
the number of a layer, from 0. Names and -1 have no meaning here: the vendor's tool crashes on a \
negative number and on one behind the last layer. It has no effect on a layer whose \
`next_sequence` leads anywhere but to the next layer.",
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
    snoop_sequence: -1
    #               ^^ AX120
  - op: Conv2d
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
    snoop_sequence: 1
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:1613",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let layers = cx.network.layers.len();
    for (index, layer) in cx.executed() {
        let (Some(target), Some(span)) =
            (layer.snoop_sequence.value(), layer.snoop_sequence.span())
        else {
            continue;
        };
        let exists = usize::try_from(target).is_ok_and(|target| target < layers);
        if !exists && cx.analysis.graph.next[index] == Next::Layer(index + 1) {
            out.report(
                span,
                index,
                format!(
                    "there is no layer {target} to go on with: {}",
                    references::numbers(cx)
                ),
            );
        }
    }
}
