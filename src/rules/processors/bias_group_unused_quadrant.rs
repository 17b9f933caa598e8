//! AX208.

use crate::device::QUADRANTS;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(208),
    name: "bias-group-unused-quadrant",
    severity: Severity::Error,
    summary: "`bias_group` names a quadrant that the network does not use",
    explanation: "\
Each quadrant of 16 processors has its own bias memory. It can only be used while the quadrant is \
switched on, which it is if some layer reads from it or the last layer writes to it. Without the key \
the vendor's tool takes the emptiest of the used quadrants. `--ignore-bias-groups` makes it go on \
with a warning.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    bias_group: 2
    #           ^ AX208
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    bias_group: 0
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:1010",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(last) = cx.analysis.graph.final_layer else {
        return;
    };
    let Ok(map) = masks::written_map(cx, last) else {
        return;
    };
    let masks: Option<Vec<u64>> = cx
        .executed()
        .map(|(_, layer)| layer.processors.value())
        .collect();
    let Some(masks) = masks else {
        return;
    };
    let used = masks::quadrants(masks.into_iter().fold(map, |used, mask| used | mask));
    let names: Vec<String> = (0..QUADRANTS)
        .filter(|quadrant| used >> quadrant & 1 == 1)
        .map(|quadrant| quadrant.to_string())
        .collect();
    let noun = if names.len() == 1 {
        "quadrant"
    } else {
        "quadrants"
    };
    for (index, layer) in cx.executed() {
        for entry in layer.bias_group.get().into_iter().flatten() {
            let is_used = u32::try_from(entry.value)
                .is_ok_and(|quadrant| quadrant < QUADRANTS && used >> quadrant & 1 == 1);
            if is_used {
                continue;
            }
            let severity = if cx.analysis.flags.ignore_bias_groups {
                Severity::Warning
            } else {
                Severity::Error
            };
            let finding = out
                .new_finding(
                    entry.span,
                    index,
                    format!(
                        "no layer uses quadrant {}; the network uses {noun} {}",
                        entry.value,
                        words::list(&names)
                    ),
                )
                .severity(severity);
            out.push(finding);
        }
    }
}
