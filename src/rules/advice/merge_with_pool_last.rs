//! An element-wise layer and a pooling layer could be one.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX904
pub(super) static RULE: Rule = Rule {
    code: Code(904),
    name: "merge-with-pool-last",
    severity: Severity::Information,
    summary: "an element-wise layer and a pooling layer could be one",
    explanation: "An element-wise layer followed by a pooling passthrough can be one layer: give the first the pooling keys and \
     `pool_first: false`, which pools behind the element-wise operation.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    out_offset: 0x4000
    op: add
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
    op: passthrough
    max_pool: 2
  # ^^^^^^^^^^^ AX904
    pool_stride: 2
",
        good: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
    out_offset: 0x4000
    op: add
    max_pool: 2
    pool_stride: 2
    pool_first: false
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:522",
    fix: FixAvailability::None,
    covers: &[Code(903)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, next) in super::consecutive_passthrough::pairs(cx) {
        let (first, second) = (
            &cx.analysis.parameters[index],
            &cx.analysis.parameters[next],
        );
        let pools = |pool: [i64; 2]| pool != [1, 1];
        if first.pool.is_ok_and(|pool| !pools(pool))
            && second.pool.is_ok_and(pools)
            && second.operands == Ok(1)
        {
            let layer = &cx.network.layers[next];
            let place = layer.max_pool.entry().or(layer.avg_pool.entry());
            let finding = out
                .new_finding(
                    place.unwrap_or(layer.head),
                    next,
                    format!(
                        "{} could do this pooling itself, with `pool_first: false`",
                        cx.network.label(index)
                    ),
                )
                .related(cx.network.layers[index].head, index, "the layer before");
            out.push(finding);
        }
    }
}
