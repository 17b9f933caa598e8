//! The first layer behind the quad FIFO has the wrong number of processors.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair, words};

use super::masks;

/// AX202
pub(super) static RULE: Rule = Rule {
    code: Code(202),
    name: "input-processor-count-quad",
    severity: Severity::Error,
    summary: "the first layer behind the quad FIFO has the wrong number of processors",
    explanation: "With `--fast-fifo-quad` the input is spread over the four quadrants; `processors` of the first layer names those of \
     one quadrant, one bit an input channel.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fast-fifo-quad --riscv\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
  #             ^^^^^^^^^^^^^^^^^^ AX202
    output_processors: 0x00000000000000ff
    in_channels: 2
    in_dim: [16, 16]
    out_channels: 8
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--fast-fifo-quad --riscv\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000003
    output_processors: 0x00000000000000ff
    in_channels: 2
    in_dim: [16, 16]
    out_channels: 8
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:927",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(202) {
        let index = fault.layer;
        let (Some(mask), Ok(spread), Ok(channels)) = (
            layer.processors.value(),
            cx.analysis.memory[index].input_spread,
            cx.analysis.shapes[index].stored_channels,
        ) else {
            continue;
        };
        let span = layer.processors.span().unwrap_or(layer.head);
        let needs = masks::needs(channels, spread, "input channel");
        let mut finding = out.new_finding(
            span,
            index,
            format!(
                "{} {needs}, but `processors` has {} set",
                cx.network.label(index),
                words::count(i64::from(mask.count_ones()), "bit")
            ),
        );
        finding = masks::explain(cx, finding, index, channels, span, mask);
        finding = repair::with_masks(cx, finding, &[index]);
        if finding.fixes.is_empty() {
            finding = masks::resize(cx, finding, span, mask, channels, spread.processors);
        }
        out.push(finding);
    }
}
