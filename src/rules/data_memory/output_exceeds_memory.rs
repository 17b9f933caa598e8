//! The output of a layer runs past its memory instances.

use crate::analysis::Operator;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::free;

/// AX303
pub(super) static RULE: Rule = Rule {
    code: Code(303),
    name: "output-exceeds-memory",
    severity: Severity::Error,
    summary: "the output of a layer runs past its memory instances",
    explanation: "An output takes height x width x passes words of 4 bytes in each instance, four times that with `output_width: 32`, and \
     is always HWC, whatever `data_format` says. From `out_offset` on it must end inside the instance: 0x8000 bytes on \
     the MAX78000, 0x14000 on the MAX78002.",
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
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x7e00
  #             ^^^^^^ AX303
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
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x7c00
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:604",
    fix: FixAvailability::Sometimes,
    covers: &[Code(305)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(303) {
        let index = fault.layer;
        let memory = &cx.analysis.memory[index];
        let (Ok(bytes), Ok(offset), Ok(dim), Ok(spread), Ok(width)) = (
            memory.output_bytes,
            memory.out_offset,
            cx.analysis.shapes[index].out_dim,
            memory.output_spread,
            cx.analysis.parameters[index].output_width,
        ) else {
            continue;
        };
        let limit = cx.device.instance_bytes;
        let mut finding = out
            .new_finding(
                layer.out_offset.span().unwrap_or(layer.head),
                index,
                format!(
                    "the output of {} takes {bytes} bytes from {} on and runs past the {} of an instance",
                    cx.network.label(index),
                    words::offset(offset),
                    words::offset(limit)
                ),
            )
            .note(format!(
                "{} pixels x {} x {} bytes = {bytes} bytes",
                words::dims(dim),
                words::count(spread.passes, "pass"),
                width / 2
            ));
        finding = if bytes <= limit {
            finding.note(format!(
                "the largest offset at which it fits is {}",
                words::offset((limit - bytes) / 4 * 4)
            ))
        } else {
            finding.note("it fits at no offset: pool first, stream, or split the layer")
        };
        if cx.analysis.parameters[index].chw == Ok(true) {
            finding =
                finding.note("`data_format: CHW` is about the input only: outputs are always HWC");
        }
        if may_be_skipped(cx, index) {
            finding = finding.severity(Severity::Warning).note(
                "that is so if the network starts at layer 0: a run of passthroughs may be there for \
                 `--start-layer` to skip",
            );
        }
        out.push(free::with_place(cx, finding, index));
    }
}

/// Whether the flags are unknown and nothing but passthroughs, several of them, run up to here and
/// behind: such a network is made to be started later.
fn may_be_skipped(cx: &Context, index: usize) -> bool {
    let passes = |layer: usize| cx.analysis.parameters[layer].operator == Ok(Operator::Passthrough);
    let order = &cx.analysis.graph.order;
    let leading = order.iter().take_while(|&&layer| passes(layer)).count();
    let time = cx.analysis.graph.time(index);
    cx.facts.flags.is_none() && leading > 1 && time.is_some_and(|time| time < leading)
}
