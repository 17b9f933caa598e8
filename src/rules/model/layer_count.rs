//! AX801.

use crate::analysis::{kernel_differs, takes_weights};
use crate::diagnostic::{Code, Severity};
use crate::network::Layer;
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::kernel_size_vs_weights::kernel_in_words;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(801),
    name: "layer-count",
    severity: Severity::Error,
    summary: "the file has more layers with weights than the model",
    explanation: "\
Each convolution and fully connected layer takes the next weights of the model, in order of the \
sequence numbers; passthrough, bypassed and borrowing layers (`weight_source`) take none. The \
vendor's tool stops where a layer finds no weights left. Either a layer of the file is one too \
many, perhaps a missing `op: none` makes a pooling or element-wise layer a convolution, or model \
and file are of different versions.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
  # <- AX801
    max_pool: 2
    pool_stride: 2
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: none
    max_pool: 2
    pool_stride: 2
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: Some(r#"{"input": [4, 8, 8], "weights": [{"in": 4, "out": 4, "kernel": [3, 3]}]}"#),
    }],
    source: "izer.py:163",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(weights) = &cx.facts.weights else {
        return;
    };
    if cx.faults(801).next().is_none() {
        return;
    }
    let weighted: Vec<(usize, &Layer)> = cx
        .layers()
        .filter(|&(index, layer)| takes_weights(layer, &cx.analysis.parameters[index]) == Ok(true))
        .collect();
    let Some(&(index, layer)) = weighted.get(weights.len()) else {
        return;
    };
    let mut finding = out.new_finding(
        layer.head,
        index,
        format!(
            "the file has {} with weights, but the model has {}: none are left for {}",
            count(weighted.len() as i64, "layer"),
            weights.len(),
            cx.network.label(index)
        ),
    );
    // A layer too many shows first where kernels do not fit any more.
    let misfit = weighted.iter().zip(weights).find(|((index, _), weight)| {
        kernel_differs(&cx.analysis.parameters[*index], weight) == Ok(true)
    });
    if let Some(((other, layer), weight)) = misfit {
        finding = finding.related(
            layer.kernel_size.span().unwrap_or(layer.head),
            *other,
            format!(
                "here the model has a {} kernel",
                kernel_in_words(&weight.kernel)
            ),
        );
    }
    out.push(finding);
}
