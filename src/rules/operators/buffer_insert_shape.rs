//! AX452.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(452),
    name: "buffer-insert-shape",
    severity: Severity::Error,
    summary: "a layer does not fit the rolling buffer",
    explanation: "\
`buffer_insert` writes the layer's output into the rolling buffer as one row, so it must have just \
the values of a row: channels x width of the `data_buffer`. A layer with `buffer_shift` moves the \
other rows on: its `in_dim` has as many rows as the buffer, less those that it shifts.",
    examples: &[Example {
        bad: network!(
            "MAX78000",
            "  - op: conv2d
    kernel_size: 3x3
    pad: 0
    in_dim: [3, 3]
    in_channels: 4
    out_channels: 8
    activate: relu
    buffer_insert: 1
    #              ^ AX452
    processors: 0x000000000000000f
    output_processors: 0x0000000000000ff0
    out_offset: 0x400c
data_buffer:
  - name: ring
    processors: 0x00000000000000f0
    dim: 4
    channels: 4
    offset: 0x4000
"
        ),
        good: network!(
            "MAX78000",
            "  - op: conv2d
    kernel_size: 3x3
    pad: 0
    in_dim: [3, 3]
    in_channels: 4
    out_channels: 4
    activate: relu
    buffer_insert: 1
    processors: 0x000000000000000f
    output_processors: 0x00000000000000f0
    out_offset: 0x400c
data_buffer:
  - name: ring
    processors: 0x00000000000000f0
    dim: 4
    channels: 4
    offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:3196",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(buffer) = cx.network.data_buffer.first() else {
        return;
    };
    let (Some([rows, width]), Some(channels)) = (buffer.dim.value(), buffer.channels.value())
    else {
        return;
    };
    for (index, layer) in cx.executed() {
        let shape = &cx.analysis.shapes[index];
        if let (Some(insert), Ok(out_channels), Ok(out_dim)) = (
            layer.buffer_insert.span(),
            shape.out_channels,
            shape.out_dim,
        ) && out_channels * out_dim[0] * out_dim[1] != channels * width
        {
            let finding = out.new_finding(
                insert,
                index,
                format!(
                    "the output has {} of {}, but a row of the buffer holds {} of width {width}",
                    words::count(out_channels, "channel"),
                    words::dims(out_dim),
                    words::count(channels, "channel")
                ),
            );
            out.push(finding.related(buffer.head, None, "the buffer is described here"));
        }
        let reads_buffer = cx.analysis.graph.inputs[index]
            .iter()
            .all(|input| input.source == Ok(Source::Buffer));
        if let (Some(shift), Some([given, _]), true) = (
            layer.buffer_shift.value(),
            layer.in_dim.value(),
            reads_buffer,
        ) && given + shift != rows
        {
            let finding = out.new_finding(
                layer.in_dim.span().unwrap_or(layer.head),
                index,
                format!(
                    "a shift by {} leaves {} of the buffer's {rows}, but `in_dim` has {given}",
                    words::count(shift, "row"),
                    words::count(rows - shift, "row")
                ),
            );
            out.push(finding.related(buffer.head, None, "the buffer is described here"));
        }
    }
}
