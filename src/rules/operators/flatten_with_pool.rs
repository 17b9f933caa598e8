//! AX437.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::place;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(437),
    name: "flatten-with-pool",
    severity: Severity::Error,
    summary: "pooling in a layer that flattens",
    explanation: "\
`flatten` counts the pixels as they lie in memory, pooling would reduce them on the way; one layer \
cannot do both. Pool in the layer before, or in a passthrough of its own.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: linear
    flatten: true
    in_dim: [8, 8]
    in_channels: 64
    out_channels: 8
    activate: none
    max_pool: 2
    #         ^ AX437
    pool_stride: 2
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: none
    in_dim: [8, 8]
    in_channels: 4
    max_pool: 2
    pool_stride: 2
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: linear
    flatten: true
    in_channels: 64
    out_channels: 8
    activate: none
    processors: 0x000000000000000f
    out_offset: 0x0000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:665",
    fix: FixAvailability::None,
    covers: &[Code(406)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(437) {
        let Ok(window) = cx.analysis.parameters[fault.layer].pool else {
            continue;
        };
        let mut finding = out.new_finding(
            place::pool(layer).unwrap_or(layer.head),
            fault.layer,
            format!(
                "a layer with `flatten` cannot pool, but it has a window of {}",
                words::dims(window)
            ),
        );
        if let Some(entry) = layer.flatten.entry() {
            finding = finding.related(entry, fault.layer, "`flatten` is set here");
        }
        out.push(finding);
    }
}
