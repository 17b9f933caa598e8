//! AX303.

use crate::diagnostic::{Code, Severity};
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(303),
    name: "output-exceeds-memory",
    severity: Severity::Error,
    summary: "the output runs past the end of its data-memory instance",
    explanation: "\
The output of a layer takes `height * width * 4 * passes` bytes of each instance that it lies in, and \
four times as many with `output_width: 32`. It must end inside the instance, 0x8000 bytes on the \
MAX78000 and 0x14000 on the MAX78002.

Outputs are always in HWC format: `data_format: CHW` makes room for an input only. An output that is \
too large at any offset must be pooled first, or the layer must stream.",
    examples: &[Example {
        bad: example_network!(
            "MAX78002",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [60, 80]
    out_channels: 4
    out_offset: 0x10ae0
    #           ^^^^^^^ AX303
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78002",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [60, 80]
    out_channels: 4
    out_offset: 0xf500
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:604",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(303) {
        let index = fault.layer;
        let memory = &cx.analysis.memory[index];
        let parameters = &cx.analysis.parameters[index];
        let (Ok(bytes), Ok(offset), Ok(dims), Ok(spread), Ok(width)) = (
            memory.output_bytes,
            memory.out_offset,
            cx.analysis.shapes[index].out_dim,
            memory.output_spread,
            parameters.output_width,
        ) else {
            continue;
        };
        let limit = cx.device.instance_bytes;
        let message = if bytes > limit {
            format!(
                "the output takes {bytes} bytes of each instance, which holds {limit} on the {}: \
                 it fits at no offset",
                cx.device.name
            )
        } else {
            format!(
                "the output takes {bytes} bytes from {} on and ends at {}, past the end of the \
                 instance at {}",
                words::offset(offset),
                words::offset(offset + bytes),
                words::offset(limit)
            )
        };
        let mut factors = vec![words::dims(dims) + " pixels"];
        if spread.passes > 1 {
            factors.push(count(spread.passes, "pass"));
        }
        factors.push(format!("{} bytes", 4 * width / 8));
        let padding = cx.analysis.hardware[index].map_or(0, |hardware| hardware.out_pad);
        if padding > 0 {
            factors[0] += &format!(" (and {padding} that the dilation adds)");
        }
        let mut finding = out
            .new_finding(
                layer.out_offset.span().unwrap_or(layer.head),
                index,
                message,
            )
            .note(format!("{} are {bytes} bytes", factors.join(" x ")));
        if bytes <= limit {
            finding = finding.note(format!(
                "the highest `out_offset` with room is {}",
                words::offset((limit - bytes).div_euclid(4) * 4)
            ));
        } else if parameters.chw == Ok(true) {
            finding = finding.note(
                "`data_format: CHW` is for the input: the output has four channels a word whatever \
                 the input's format",
            );
        } else {
            finding = finding.note("pool before this layer, or in it, or let it stream");
        }
        out.push(finding);
    }
}
