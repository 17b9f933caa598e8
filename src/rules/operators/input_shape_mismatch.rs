//! AX451.

use crate::analysis::Fact;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::{delivery, place};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(451),
    name: "input-shape-mismatch",
    severity: Severity::Error,
    summary: "the values that arrive are not those that the layer reads",
    explanation: "\
Everything that arrives at a layer must be used up: channels x height x width of its sources \
(after `in_crop`) must equal `operands` x input channels x height x width of what it reads. With \
`flatten` the input channels count before flattening, that is the inputs of the fully connected \
layer divided by the pixels.

Mostly `in_dim` is not the shape that the data has (it may regroup pixels, but their number stays; \
AX464), the weights are those of another layer, `in_channels` is wrong, or `flatten` is missing. \
`--reshape-inputs` makes the vendor's tool drop what is too much, and silences this rule.",
    examples: &[
        Example {
            bad: network!(
                "MAX78000",
                "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: conv1d
    in_dim: 60
    #       ^^ AX451
    in_channels: 16
    out_channels: 16
    kernel_size: 3
    pad: 1
    activate: relu
    processors: 0x000000000000ffff
    out_offset: 0x0000
"
            ),
            good: network!(
                "MAX78000",
                "  - op: conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: conv1d
    in_dim: 64
    in_channels: 16
    out_channels: 16
    kernel_size: 3
    pad: 1
    activate: relu
    processors: 0x000000000000ffff
    out_offset: 0x0000
"
            ),
            shapes: None,
        },
        Example {
            bad: network!(
                "MAX78000",
                "  - op: conv2d
    in_dim: [2, 2]
    in_channels: 4
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    output_processors: 0x000000000000ffff
    out_offset: 0x2000
  - op: linear
    in_channels: 15
    #            ^^ AX451
    out_channels: 8
    activate: none
    processors: 0x0000000000007fff
    out_offset: 0x0000
"
            ),
            good: network!(
                "MAX78000",
                "  - op: conv2d
    in_dim: [2, 2]
    in_channels: 4
    out_channels: 16
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    output_processors: 0x000000000000ffff
    out_offset: 0x2000
  - op: linear
    flatten: true
    in_channels: 64
    out_channels: 8
    activate: none
    processors: 0x000000000000ffff
    out_offset: 0x0000
"
            ),
            shapes: None,
        },
    ],
    source: "max7800x.py:3047",
    fix: FixAvailability::None,
    covers: &[Code(212), Code(254), Code(401), Code(406), Code(416)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    // Written dimensions that do not keep the values break what follows from them.
    for (fault, layer) in cx.faults(451) {
        let Some(dim) = layer.in_dim.value() else {
            continue;
        };
        let arriving = arriving(cx, fault.layer);
        let finding = out.new_finding(
            layer.in_dim.span().unwrap_or(layer.head),
            fault.layer,
            match (arriving, cx.analysis.shapes[fault.layer].in_channels) {
                (Ok(values), Ok(channels)) => format!(
                    "{values} values arrive, which are not {} of {}",
                    words::count(channels, "channel"),
                    words::dims(dim)
                ),
                (Ok(values), Err(_)) => format!(
                    "{values} values arrive, which no number of channels makes {}",
                    words::dims(dim)
                ),
                (Err(_), _) => format!("the values that arrive are not {}", words::dims(dim)),
            },
        );
        let inputs = delivery::inputs(cx, fault.layer);
        out.push(delivery::point_at(cx, finding, &inputs));
    }
    if cx.analysis.flags.reshape_inputs {
        return;
    }
    // Otherwise a mismatch may be the follower of any fault before it, and the first is enough.
    let mut order = cx.executed();
    let first = order.find_map(|(index, layer)| {
        let is_faulty = cx.analysis.faults.iter().any(|fault| fault.layer == index);
        if is_faulty {
            return Some(None);
        }
        let mismatch = mismatch(cx, index)?;
        Some(Some((index, layer, mismatch)))
    });
    if let Some(Some((
        index,
        layer,
        Mismatch {
            values,
            operands,
            channels,
            dim,
        },
    ))) = first
    {
        let each = if operands > 1 {
            format!("{operands} operands of ")
        } else {
            String::new()
        };
        let finding = out.new_finding(
            layer
                .in_dim
                .span()
                .or(layer.in_channels.span())
                .or(layer.operands.span())
                .or(layer.flatten.span())
                .or(layer.in_sequences.span())
                .unwrap_or_else(|| place::operator(layer)),
            index,
            format!(
                "{values} values arrive, but the layer reads {each}{} of {}",
                words::count(channels, "channel"),
                words::dims(dim)
            ),
        );
        let inputs = delivery::inputs(cx, index);
        out.push(delivery::point_at(cx, finding, &inputs));
    }
}

/// What a layer reads where other values arrive.
struct Mismatch {
    values: i64,
    operands: i64,
    channels: i64,
    dim: [i64; 2],
}

fn mismatch(cx: &Context, index: usize) -> Option<Mismatch> {
    let parameters = &cx.analysis.parameters[index];
    let shape = &cx.analysis.shapes[index];
    // A layer that moves the rolling buffer reads less than all of it (AX452).
    if !cx.network.layers[index].buffer_shift.is_absent() {
        return None;
    }
    let mismatch = Mismatch {
        values: arriving(cx, index).ok()?,
        operands: parameters.operands.ok()?,
        channels: shape.stored_channels.ok()?,
        dim: shape.in_dim.ok()?,
    };
    let read = mismatch.operands * mismatch.channels * mismatch.dim[0] * mismatch.dim[1];
    (mismatch.values != read).then_some(mismatch)
}

/// The values that arrive at a layer, after `in_crop`.
fn arriving(cx: &Context, index: usize) -> Fact<i64> {
    let [front, back] = cx.analysis.parameters[index].crop?;
    let mut values = 0;
    for input in &cx.analysis.graph.inputs[index] {
        let source = input.source?;
        let [rows, columns] = delivery::dims(cx, source)?;
        values += delivery::channels(cx, source)? * (rows - front - back) * columns;
    }
    Ok(values)
}
