//! A gapped tensor runs past its memory instance.

use crate::analysis::Layout;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX354
pub(super) static RULE: Rule = Rule {
    code: Code(354),
    name: "gap-extent-overflow",
    severity: Severity::Error,
    summary: "a gapped tensor runs past its memory instance",
    explanation: "`write_gap` and `read_gap` spread a tensor over that many times the memory. The vendor's tool leaves them out of its \
     size check: the words past the end of the instance fall into the next one, or into a hole.",
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
    out_offset: 0x7c00
  #             ^^^^^^ AX354
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
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
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
",
        model: None,
        shapes: None,
    }],
    source: "unload.py:543, datamem.py:70; semantics of max7800x.py:604",
    fix: FixAvailability::None,
    covers: &[Code(305)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(354) {
        let index = fault.layer;
        let (memory, shape) = (&cx.analysis.memory[index], &cx.analysis.shapes[index]);
        let parameters = &cx.analysis.parameters[index];
        let reads = fault.span.is_some() && fault.span == layer.read_gap.span();
        let (verb, place, offset, gap, dim, spread, width, operands) = if reads {
            (
                "reads",
                layer.in_offset.span(),
                memory.in_offset,
                parameters.read_gap,
                shape.in_dim,
                memory.input_spread,
                Ok(8),
                parameters.operands,
            )
        } else {
            (
                "writes",
                layer.out_offset.span(),
                memory.out_offset,
                parameters.write_gap,
                shape.out_dim,
                memory.output_spread,
                parameters.output_width,
                Ok(1),
            )
        };
        let (Ok(offset), Ok(gap), Ok([rows, columns]), Ok(spread), Ok(width), Ok(operands)) =
            (offset, gap, dim, spread, width, operands)
        else {
            continue;
        };
        let bytes = Layout {
            mask: 0,
            offset,
            channels: 0,
            spread,
            pixels: rows * columns,
            width,
            gap,
            operands,
        }
        .bytes();
        let limit = cx.device.instance_bytes;
        // Where it fits at no offset, the gap is what can change.
        let place = if bytes <= limit { place } else { fault.span };
        let finding = out
            .new_finding(
                place.or(fault.span).unwrap_or(layer.head),
                index,
                format!(
                    "with a gap of {} {} {verb} up to {}, past the {} of an instance",
                    words::count(gap, "word"),
                    cx.network.label(index),
                    words::offset(offset + bytes),
                    words::offset(limit)
                ),
            )
            .note(format!(
                "{bytes} bytes: {} values of {} bytes, {} bytes apart",
                rows * columns * spread.passes * operands,
                width / 8 * 4,
                (gap + 1) * width / 8 * 4
            ));
        out.push(finding);
    }
}
