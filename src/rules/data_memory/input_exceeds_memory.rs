//! The input of a layer runs past its memory instances.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::free;

/// AX302
pub(super) static RULE: Rule = Rule {
    code: Code(302),
    name: "input-exceeds-memory",
    severity: Severity::Error,
    summary: "the input of a layer runs past its memory instances",
    explanation: "An input takes height x width x passes x operands words of 4 bytes in each instance (a quarter of that in CHW format, \
     where each channel has an instance of its own). It must end inside the instance: 0x8000 bytes on the MAX78000, \
     0x14000 on the MAX78002. Larger inputs need CHW, folding, or streaming from a FIFO.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [120, 120]
  #         ^^^^^^^^^^ AX302
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    max_pool: 4
    pool_stride: 4
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [60, 60]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    max_pool: 4
    pool_stride: 4
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:475",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(302) {
        let index = fault.layer;
        let memory = &cx.analysis.memory[index];
        let (Ok(bytes), Ok(offset), Ok(dim), Ok(spread), Ok(operands), Ok(chw)) = (
            memory.input_bytes,
            memory.in_offset,
            cx.analysis.shapes[index].in_dim,
            memory.input_spread,
            cx.analysis.parameters[index].operands,
            cx.analysis.parameters[index].chw,
        ) else {
            continue;
        };
        let first = cx.analysis.graph.previous[index].is_none();
        if first && cx.facts.flags.is_none() {
            // A FIFO may feed it: AX552 advises.
            continue;
        }
        let span = layer
            .in_offset
            .span()
            .or(layer.in_dim.span())
            .unwrap_or(layer.head);
        let mut finding = out
            .new_finding(
                span,
                index,
                format!(
                    "the input of {} takes {bytes} bytes from {} on and runs past the {} of an instance",
                    cx.network.label(index),
                    words::offset(offset),
                    words::offset(cx.device.instance_bytes)
                ),
            )
            .note(format!(
                "{} pixels x {} x {} x {} = {bytes} bytes",
                words::dims(dim),
                words::count(spread.passes, "pass"),
                words::count(operands, "operand"),
                if chw { "1 byte" } else { "4 bytes" }
            ));
        if first && !chw {
            finding = finding.note(
                "`data_format: CHW` takes a quarter of it an instance; a streaming layer needs no room for all",
            );
        }
        out.push(free::with_layout(cx, finding, index));
    }
}
