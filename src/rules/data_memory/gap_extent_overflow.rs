//! AX354.

use crate::analysis::bytes_with_gaps;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(354),
    name: "gap-extent-overflow",
    severity: Severity::Error,
    summary: "with its gaps, an input or output runs past the end of its data-memory instance",
    explanation: "\
`write_gap` leaves words free between those that a layer writes, and `read_gap` skips words while it \
reads. The data then takes `gap + 1` times the room, and all of it must lie inside the instance. The \
vendor's tool leaves the gaps out of its sum.

What runs past the end lands in the next instance of the quadrant on the MAX78000, on data of other \
processors or of the layer itself, and in a hole of the address space on the MAX78002.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [64, 64]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
    #          ^ AX354
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [64, 64]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "backend/max7800x.py:599; the vendor's tool does not count gaps",
    fix: FixAvailability::None,
    // What the vendor's tool may find of it: the layer's own words twice, or a word beyond all memory.
    covers: &[Code(305), Code(307)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(354) {
        let index = fault.layer;
        let (memory, shape) = (&cx.analysis.memory[index], &cx.analysis.shapes[index]);
        let parameters = &cx.analysis.parameters[index];
        let reads = fault.span.is_some() && fault.span == layer.read_gap.span();
        let (key, side, dims, spread, gap, width, values, offset) = if reads {
            (
                "read_gap",
                "input",
                shape.in_dim,
                memory.input_spread,
                parameters.read_gap,
                Ok(8),
                parameters.operands,
                memory.in_offset,
            )
        } else {
            (
                "write_gap",
                "output",
                shape.out_dim,
                memory.output_spread,
                parameters.write_gap,
                parameters.output_width,
                Ok(1),
                memory.out_offset,
            )
        };
        let (Ok([height, wide]), Ok(spread), Ok(gap), Ok(width), Ok(values), Ok(offset)) =
            (dims, spread, gap, width, values, offset)
        else {
            continue;
        };
        let values = height * wide * spread.passes * values;
        let bytes = bytes_with_gaps(values, gap, width);
        let finding = out
            .new_finding(
                fault.span.unwrap_or(layer.head),
                index,
                format!(
                    "with `{key}: {gap}` the {side} takes {bytes} bytes from {} on and ends at {}, \
                     past the end of the instance at {}",
                    words::offset(offset),
                    words::offset(offset + bytes),
                    words::offset(cx.device.instance_bytes)
                ),
            )
            .note(format!(
                "{values} values of {} bytes, {} bytes apart",
                width / 8 * 4,
                (gap + 1) * width / 8 * 4
            ));
        out.push(finding);
    }
}
