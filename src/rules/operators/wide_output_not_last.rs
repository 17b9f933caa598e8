//! AX447.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(447),
    name: "wide-output-not-last",
    severity: Severity::Error,
    summary: "a layer reads a 32-bit output",
    explanation: "\
Layers read 8-bit values. A 32-bit output takes four words for every four channels, so a layer \
that reads it takes the bytes of one value for four channels, and what it computes is meaningless. \
The vendor's tool only warns.

`output_width: 32` is for the last layer, or for an output that only the application reads.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    kernel_size: 3x3
    pad: 1
    activate: none
    output_width: 32
    #             ^^ AX447
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: conv2d
    in_channels: 4
    out_channels: 4
    kernel_size: 3x3
    pad: 1
    activate: none
    processors: 0x000000000000000f
    out_offset: 0x0000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    kernel_size: 3x3
    pad: 1
    activate: none
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: conv2d
    in_channels: 4
    out_channels: 4
    kernel_size: 3x3
    pad: 1
    activate: none
    processors: 0x000000000000000f
    out_offset: 0x0000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:457",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(447) {
        let (Some(key), Some(value)) = (layer.output_width.key(), layer.output_width.span()) else {
            continue;
        };
        let readers: Vec<usize> = cx
            .analysis
            .graph
            .readers(Source::Layer(fault.layer))
            .collect();
        let names: Vec<String> = readers
            .iter()
            .map(|&reader| cx.network.label(reader))
            .collect();
        let mut finding = out.new_finding(
            value,
            fault.layer,
            format!(
                "layers read 8-bit values, but this output of 32 bits is read by {}",
                words::list(&names)
            ),
        );
        for reader in readers {
            let layer = &cx.network.layers[reader];
            finding = finding.related(
                layer.in_sequences.span().unwrap_or(layer.head),
                reader,
                "it is read here",
            );
        }
        if let Some(edits) = edits::delete_entry(cx, key) {
            finding = finding.fix(Applicability::Unsafe, "Delete `output_width`", edits);
        }
        out.push(finding);
    }
}
