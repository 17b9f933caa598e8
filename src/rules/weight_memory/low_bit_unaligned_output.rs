//! AX602.

use crate::analysis::weight_bits;
use crate::device::PROCESSORS_PER_INSTANCE;
use crate::diagnostic::{Code, Severity};
use crate::rules::processors::masks;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(602),
    name: "low-bit-unaligned-output",
    severity: Severity::Warning,
    summary: "small weights meet an output mask that does not start at a multiple of 4",
    explanation: "\
Four neighbouring processors share a data memory, and their kernels lie together. An output mask that \
starts inside such a group of four makes the vendor's tool put empty kernels in front. With weights of \
fewer than 8 bits several kernels share a byte, the empty ones do not fill whole bytes, and the tool \
warns that the result may be wrong. Start the mask at processor 0, 4, 8, …",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x000000000000003c
    #                  ^^^^^^^^^^^^^^^^^^ AX602
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    quantization: 4
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    quantization: 4
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "kernels.py:234",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let weight = cx.analysis.weights[index].as_ref().ok();
        let bits = weight_bits(parameters, weight.and_then(Option::as_ref));
        let (Ok(Some(bits)), Ok(map), Ok(Some(kernels))) = (
            bits,
            cx.analysis.memory[index].output_map,
            cx.analysis.kernels.layers[index],
        ) else {
            continue;
        };
        let first = map.trailing_zeros();
        if bits == 8 || first.is_multiple_of(PROCESSORS_PER_INSTANCE) || kernels.shared.is_some() {
            continue;
        }
        let (place, of) = masks::output_place(cx, index);
        let mut finding = out.new_finding(
            place,
            of,
            format!(
                "the {} weights of {} need an output mask that starts at a multiple of 4, but {} starts \
                 at processor {first}",
                bits_of(bits),
                cx.network.label(index),
                masks::output_mask_name(cx, index)
            ),
        );
        if of != Some(index) {
            finding = finding.related(
                layer.head,
                index,
                format!("has the weights and writes to {}", words::mask(map)),
            );
        }
        out.push(repair::with_masks(cx, finding, &[index]));
    }
}

/// `4-bit`, or `binary`.
fn bits_of(bits: i64) -> String {
    if bits < 0 {
        "binary".to_owned()
    } else {
        format!("{bits}-bit")
    }
}
