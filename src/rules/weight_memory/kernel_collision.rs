//! AX608.

use crate::analysis::KernelFault;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::processors::masks;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(608),
    name: "kernel-collision",
    severity: Severity::Error,
    summary: "the weights of a layer run into those of another",
    explanation: "\
The vendor's tool looks for as many free rows of kernel memory as a layer has weights. But an output \
mask that starts inside a group of four processors, or has gaps, makes it leave rows empty in front or \
between, so that the last weights reach beyond the rows it has found free. Where another layer lies \
there, the tool stops. Whether it happens depends on where the layers before happen to lie. An output \
mask without gaps that starts at processor 0, 4, 8, … never leaves rows empty.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    output_processors: 0x00000000000003fc
    #                  ^^^^^^^^^^^^^^^^^^ AX608
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000ff
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x00000000000000f0
    output_processors: 0x0000000000000ff0
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "kernels.py:445, kernels.py:448",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(KernelFault::Collision {
        layer,
        processor,
        row,
        owner,
    }) = cx.analysis.kernels.fault
    else {
        return;
    };
    let (place, of) = masks::output_place(cx, layer);
    let holder = match owner {
        Some(owner) => cx.network.label(owner),
        None => "another layer".to_owned(),
    };
    let mut finding = out.new_finding(
        place,
        of,
        format!(
            "with {} the weights of {} run into row {row} of processor {processor}, where those of \
             {holder} lie",
            masks::output_mask_name(cx, layer),
            cx.network.label(layer)
        ),
    );
    if of != Some(layer) {
        finding = finding.related(cx.network.layers[layer].head, layer, "has the weights");
    }
    if let Some(owner) = owner {
        finding = finding.related(
            cx.network.layers[owner].head,
            owner,
            format!("has row {row} of processor {processor}"),
        );
    }
    if let Ok(map) = cx.analysis.memory[layer].output_map {
        finding = finding.note(format!(
            "the mask holds processors {}; one without gaps that starts at a multiple of 4 leaves no \
             rows empty",
            words::processors(map)
        ));
    }
    let written = [Source::Layer(layer)];
    finding = repair::with_masks_if_unlike(cx, finding, &written);
    if finding.fixes.is_empty() {
        finding = repair::with_other_processors(cx, finding, &written, &[layer]);
    }
    out.push(finding);
}
