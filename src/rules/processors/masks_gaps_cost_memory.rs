//! An output mask with gaps wastes weight memory.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

use super::masks;

/// AX253
pub(super) static RULE: Rule = Rule {
    code: Code(253),
    name: "masks-gaps-cost-memory",
    severity: Severity::Hint,
    summary: "an output mask with gaps wastes weight memory",
    explanation: "Kernels are stored for every processor position between the first and the last of the output mask, gaps included. A \
     mask without gaps saves rows. Off unless it is selected.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x0000000000001111
  #                    ^^^^^^^^^^^^^^^^^^ AX253
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x000000000000000f
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "README, Channel Data Formats",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, _) in cx.executed() {
        let convolves = cx.analysis.parameters[index]
            .operator
            .is_ok_and(|operator| operator.convolves());
        let Ok(map) = cx.analysis.memory[index].output_map else {
            continue;
        };
        let span = 64 - map.leading_zeros() - map.trailing_zeros().min(63);
        let gaps = span.saturating_sub(map.count_ones());
        if convolves && gaps > 0 {
            let (place, of) = masks::output_place(cx, index);
            let finding = out.new_finding(
                place,
                of,
                format!(
                    "the output mask of {} has {}, for each of which kernels are stored",
                    cx.network.label(index),
                    words::count(i64::from(gaps), "gap")
                ),
            );
            out.push(repair::with_masks_without_gaps(cx, finding, index));
        }
    }
}
