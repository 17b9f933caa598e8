//! AX158.

use crate::analysis::{Fact, broken};
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(158),
    name: "in-sequences-input-with-gap",
    severity: Severity::Information,
    summary: "the tool takes the last layer's channels and gap for those of `input`",
    explanation: "\
`input` is -1, and where the vendor's tool compares the sources of `in_sequences` it takes that for \
the last layer of the file: the number of channels and the `write_gap` of that layer stand for the \
input's. Where the channels happen to differ, the tool refuses a network that is right, which is an \
error here; elsewhere it may warn for nothing. A passthrough layer that copies the input gives it a \
name that the tool handles well.",
    examples: &[Example {
        bad: network!(
            r"
  - name: stem
    op: Conv2d
    data_format: HWC
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x0000
  - name: join
    op: Conv2d
    in_sequences: [input, stem]
    #              ^^^^^ AX158 error
    in_offset: 0x0000
    processors: 0x00000000000000ff
    out_offset: 0x1000
"
        ),
        good: network!(
            r"
  - name: copy
    op: none
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x1000
  - name: stem
    op: Conv2d
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x1000
  - name: join
    op: Conv2d
    in_sequences: [copy, stem]
    in_offset: 0x1000
    processors: 0x00000000000000ff
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: Some(
            r#"{"input": [4, 8, 8], "weights": [{"in": 4, "out": 4, "kernel": [3, 3]}, {"in": 8, "out": 8, "kernel": [3, 3]}]}"#,
        ),
    }],
    source: "izer.py:232",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(last) = cx.network.layers.len().checked_sub(1) else {
        return;
    };
    let gap_of_last = cx.analysis.parameters[last].write_gap;
    for (reader, _) in cx.executed() {
        let Some(sources) = references::listed(cx, reader) else {
            continue;
        };
        let Some(input) = sources.iter().find(|listed| listed.source == Source::Input) else {
            continue;
        };
        if sources.len() < 2 || cx.analysis.shapes[reader].in_channels == broken(111) {
            continue;
        }
        let taken = channels_of_unread(cx, last, reader);
        let differing = sources
            .iter()
            .filter(|listed| listed.source != Source::Input)
            .find_map(|listed| {
                let channels = references::channels(cx, listed.source).ok()?;
                taken
                    .is_ok_and(|taken| taken != channels)
                    .then_some(channels)
            });
        let label = cx.network.label(last);
        if let (Some(channels), Ok(taken)) = (differing, taken) {
            let finding = out
                .new_finding(
                    input.span,
                    reader,
                    format!(
                        "the vendor's tool refuses this: it takes {}, those of {label}, for the \
                         channels of `input` and compares them with {channels}",
                        count(taken, "channel")
                    ),
                )
                .severity(Severity::Error)
                .note("read the input through a passthrough layer and name that one");
            out.push(finding);
        } else if gap_of_last != Ok(0) || taken.is_err() {
            out.report(
                input.span,
                reader,
                format!(
                    "the vendor's tool takes channels and `write_gap` of {label} for `input`'s"
                ),
            );
        }
    }
}

/// The output channels of a layer as the tool knows them when it comes to `reader`.
fn channels_of_unread(cx: &Context, layer: usize, reader: usize) -> Fact<i64> {
    let graph = &cx.analysis.graph;
    if graph.time(layer) < graph.time(reader) && graph.runs(layer) {
        return cx.analysis.shapes[layer].out_channels;
    }
    match &cx.analysis.weights[layer] {
        Ok(Some(weight)) => Ok(weight.out_channels),
        Ok(None) => Ok(0),
        Err(missing) => Err(*missing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Facts, Weight};
    use crate::rules::sequence::tests::network;

    /// How the rule judges a network whose last layer has so many outputs and this gap.
    fn severity(outputs: i64, gap: i64) -> Option<Severity> {
        let text = network(&format!(
            "- {{name: stem, op: Conv2d, processors: 0xf, output_processors: 0xf0, out_offset: \
             0x0}}\n- {{op: Conv2d, in_sequences: [input, stem], in_offset: 0x0, processors: 0xff, \
             out_offset: 0x1000, write_gap: {gap}}}\n"
        ));
        let weight = |in_channels, out_channels| Weight {
            in_channels,
            out_channels,
            kernel: vec![3, 3],
            bits: None,
            bias: None,
            groups: None,
        };
        let facts = Facts {
            input: Some([4, 8, 8]),
            weights: Some(vec![weight(4, 4), weight(8, outputs)]),
            ..Facts::default()
        };
        crate::check(&text, &facts)
            .into_iter()
            .find(|finding| finding.code == Code(158))
            .map(|finding| finding.severity)
    }

    #[test]
    fn it_matters_what_the_last_layer_has() {
        assert_eq!(severity(8, 0), Some(Severity::Error));
        assert_eq!(severity(4, 1), Some(Severity::Information));
        assert_eq!(severity(4, 0), None);
    }
}
