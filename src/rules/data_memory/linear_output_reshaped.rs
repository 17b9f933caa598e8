//! The output of a Linear layer is read as an image.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX365
pub(super) static RULE: Rule = Rule {
    code: Code(365),
    name: "linear-output-reshaped",
    severity: Severity::Error,
    summary: "the output of a Linear layer is read as an image",
    explanation: "A Linear layer writes one pixel of many channels, one channel a processor. `in_dim` re-reads pixels, it never moves \
     channels to pixels: an image of fewer channels lies elsewhere in memory. The vendor's tool simulates the reshape \
     without noticing.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    output_processors: 0x000000000000ffff
    in_channels: 4
    in_dim: [1, 1]
    out_channels: 16
    out_offset: 0x2000
    op: linear
    activate: none
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_dim: [2, 2]
  #         ^^^^^^ AX365
    in_channels: 4
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    output_processors: 0x000000000000ffff
    in_channels: 4
    in_dim: [1, 1]
    out_channels: 16
    out_offset: 0x2000
    op: linear
    activate: none
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: linear
    activate: none
",
        model: None,
        shapes: None,
    }],
    source: "users log V14",
    fix: FixAvailability::None,
    covers: &[Code(451), Code(254), Code(358), Code(201), Code(203)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Some([height, width]), Some(span)) = (layer.in_dim.value(), layer.in_dim.span())
        else {
            continue;
        };
        let inputs = &cx.analysis.graph.inputs[index];
        let source = match inputs[..] {
            [only] => match only.source {
                Ok(Source::Layer(source)) => source,
                _ => continue,
            },
            _ => continue,
        };
        if cx.analysis.shapes[source].out_dim == Ok([1, 1]) && height * width > 1 {
            let channels = cx.analysis.shapes[source].out_channels;
            let finding = out
                .new_finding(
                    span,
                    index,
                    format!(
                        "{} writes one pixel{}; it cannot be read as {} pixels",
                        cx.network.label(source),
                        channels.map_or_else(
                            |_| String::new(),
                            |channels| format!(" of {}", words::count(channels, "channel"))
                        ),
                        words::dims([height, width])
                    ),
                )
                .related(
                    cx.network.layers[source].head,
                    source,
                    "the layer that is read",
                );
            // The same words in another order are at least the ones that were written.
            let same_words = matches!(
                (
                    cx.analysis.memory[source].output_spread,
                    cx.analysis.memory[index].input_spread,
                ),
                (Ok(written), Ok(read)) if written.processors == read.processors
                    && written.passes == read.passes * height * width
            );
            out.push(if same_words {
                finding.severity(Severity::Warning).note(format!(
                    "the passes of one pixel lie where {} pixels of a pass would: the channels are \
                     those of the model only if its weights are ordered to match",
                    words::dims([height, width])
                ))
            } else {
                finding
            });
        }
    }
}
