//! AX402.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(402),
    name: "no-input-dims",
    severity: Severity::Error,
    summary: "a layer reads the network's input again, but layer 0 does not run",
    explanation: "\
With `--start-layer N` the vendor's tool skips the layers before N. It keeps the height and width \
of the network's input with layer 0, so a later layer that names `input` in `in_sequences` finds \
no dimensions, and the tool stops, whether `in_dim` is written or not.

Let the start layer pass the input on (a passthrough), and read that layer instead.",
    examples: &[Example {
        bad: network!(
            "MAX78002",
            "\
# ai8x-lint: flags=\"--start-layer 1\"
  - op: none
    in_dim: [8, 8]
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x0000
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
    output: true
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_sequences: input
    #             ^^^^^ AX402
    in_offset: 0x0000
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
    output: true
"
        ),
        good: network!(
            "MAX78002",
            "\
# ai8x-lint: flags=\"--start-layer 1\"
  - op: none
    in_dim: [8, 8]
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x0000
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
    output: true
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
    output: true
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:489",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(402) {
        let input = cx.analysis.graph.inputs[fault.layer]
            .iter()
            .find(|input| input.source == Ok(Source::Input))
            .and_then(|input| input.span);
        let start = cx.analysis.flags.start_layer;
        out.report(
            input.or(layer.in_sequences.span()).unwrap_or(layer.head),
            fault.layer,
            format!(
                "the dimensions of `input` are kept with layer 0, which `--start-layer {start}` \
                 skips"
            ),
        );
    }
}
