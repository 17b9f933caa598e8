//! AX302.

use crate::diagnostic::{Code, Severity};
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(302),
    name: "input-exceeds-memory",
    severity: Severity::Error,
    summary: "the input runs past the end of its data-memory instance",
    explanation: "\
The input of a layer takes `height * width * 4 * passes * operands` bytes of each instance that it \
lies in: a word of four channels a pixel. It must end inside the instance, 0x8000 bytes on the \
MAX78000 and 0x14000 on the MAX78002.

A first layer can take its input in CHW format, which needs `height * width` bytes but an instance \
for each channel; it can be folded, so that four pixels become four channels; or the first layers can \
stream, and hold only a few rows at a time. Without known flags a first layer is not checked.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            "",
            r"
  - processors: 0x0000000000000007
    in_channels: 3
    in_dim: [128, 128]
    #       ^^^^^^^^^^ AX302
    out_channels: 4
    max_pool: 4
    pool_stride: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            "",
            r"
  - processors: 0x0000000000000111
    in_channels: 3
    in_dim: [128, 128]
    out_channels: 4
    max_pool: 4
    pool_stride: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: CHW
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:475",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(302) {
        let index = fault.layer;
        let memory = &cx.analysis.memory[index];
        let parameters = &cx.analysis.parameters[index];
        let (Ok(bytes), Ok(offset), Ok(dims), Ok(spread), Ok(operands), Ok(chw)) = (
            memory.input_bytes,
            memory.in_offset,
            cx.analysis.shapes[index].in_dim,
            memory.input_spread,
            parameters.operands,
            parameters.chw,
        ) else {
            continue;
        };
        // Without known flags a large first layer may well stream.
        let is_first = cx.analysis.graph.previous[index].is_none();
        if cx.facts.flags.is_none() && is_first {
            continue;
        }
        let limit = cx.device.instance_bytes;
        let (span, message) = if bytes > limit {
            (
                layer.in_dim.span(),
                format!(
                    "the input takes {bytes} bytes of each instance, which holds {limit} on the {}",
                    cx.device.name
                ),
            )
        } else {
            (
                layer.in_offset.span(),
                format!(
                    "the input takes {bytes} bytes from {} on and ends at {}, past the end of the \
                     instance at {}",
                    words::offset(offset),
                    words::offset(offset + bytes),
                    words::offset(limit)
                ),
            )
        };
        let mut factors = vec![words::dims(dims) + " pixels"];
        if spread.passes > 1 {
            factors.push(count(spread.passes, "pass"));
        }
        if operands > 1 {
            factors.push(count(operands, "operand"));
        }
        factors.push(if chw { "1 byte" } else { "4 bytes" }.to_owned());
        let mut finding = out
            .new_finding(span.unwrap_or(layer.head), index, message)
            .note(format!("{} are {bytes} bytes", factors.join(" x ")));
        if bytes <= limit {
            finding = finding.note(format!(
                "the highest `in_offset` with room is {}",
                words::offset((limit - bytes).div_euclid(4) * 4)
            ));
        } else if is_first && !chw {
            finding = finding.note(
                "CHW format takes a quarter, with an instance for each channel; folding the input \
                 or streaming the first layers helps, too",
            );
        }
        out.push(finding);
    }
}
