//! AX253.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(253),
    name: "masks-gaps-cost-memory",
    severity: Severity::Information,
    summary: "an output mask has gaps, which cost kernel memory",
    explanation: "\
The weights of a layer are stored for every processor from the first to the last of its output mask, \
those in between that are not in the mask included. A mask without gaps takes the least. Spacing \
processors out is only useful for an input in CHW format.

The rule is off unless it is selected.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    output_processors: 0x0000000000001111
    #                  ^^^^^^^^^^^^^^^^^^ AX253
    out_channels: 4
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
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "README, \"CHW\"; kernels.py",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, _) in cx.executed() {
        let (Ok(true), Ok(map)) = (
            cx.analysis.parameters[index]
                .operator
                .map(Operator::convolves),
            cx.analysis.memory[index].output_map,
        ) else {
            continue;
        };
        if masks::is_contiguous(map) {
            continue;
        }
        let first = map.trailing_zeros();
        let width = (u64::BITS - map.leading_zeros()).saturating_sub(first);
        let gaps = width - map.count_ones();
        let place = masks::map_place(cx, index);
        out.report(
            place.span,
            place.layer,
            format!(
                "{} skips {} between its first and last: {} stores kernels for {width} outputs to \
                 use {}",
                place.what,
                count(i64::from(gaps), "processor"),
                cx.network.label(index),
                map.count_ones()
            ),
        );
    }
}
