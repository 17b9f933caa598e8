//! AX421.

use crate::device::MAX_POOL_LAST_OPERANDS;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(421),
    name: "pool-last-operands",
    severity: Severity::Error,
    summary: "pooling behind an element-wise operation of more than 2 operands",
    explanation: "\
With `pool_first: false` a layer combines its operands first and pools the result. The hardware \
does that for 2 operands only. Pool each operand first (the default), or combine in one layer and \
pool in the next.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: passthrough
    name: a
    in_dim: [8, 8]
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2000
    write_gap: 2
  - op: passthrough
    name: b
    in_sequences: input
    in_offset: 0x0000
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2004
    write_gap: 2
  - op: passthrough
    name: c
    in_sequences: input
    in_offset: 0x0000
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2008
    write_gap: 2
  - op: add
    operands: 3
    #         ^ AX421
    pool_first: false
    max_pool: 2
    pool_stride: 2
    in_sequences: [a, b, c]
    in_offset: 0x2000
    processors: 0x000000000000ff00
    out_offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: passthrough
    name: a
    in_dim: [8, 8]
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2000
    write_gap: 2
  - op: passthrough
    name: b
    in_sequences: input
    in_offset: 0x0000
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2004
    write_gap: 2
  - op: passthrough
    name: c
    in_sequences: input
    in_offset: 0x0000
    in_channels: 8
    processors: 0x00000000000000ff
    output_processors: 0x000000000000ff00
    out_offset: 0x2008
    write_gap: 2
  - op: add
    operands: 3
    pool_first: true
    max_pool: 2
    pool_stride: 2
    in_sequences: [a, b, c]
    in_offset: 0x2000
    processors: 0x000000000000ff00
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: Some(r#"{"input": [8, 8, 8]}"#),
    }],
    source: "max7800x.py:527",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let (Ok(operands), Ok(false), Ok(pool)) =
            (parameters.operands, parameters.pool_first, parameters.pool)
        else {
            continue;
        };
        if operands > MAX_POOL_LAST_OPERANDS && pool != [1, 1] {
            let mut finding = out.new_finding(
                layer
                    .operands
                    .span()
                    .unwrap_or_else(|| place::eltwise(layer)),
                index,
                format!(
                    "pooling behind an element-wise operation takes {MAX_POOL_LAST_OPERANDS} \
                     operands, but there are {operands}"
                ),
            );
            if let Some(key) = layer.pool_first.entry() {
                finding = finding.related(key, index, "pooling comes last because of this");
            }
            out.push(finding);
        }
    }
}
