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
            model: None,
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
            model: None,
            shapes: None,
        },
    ],
    source: "max7800x.py:3041, max7800x.py:3047",
    fix: FixAvailability::None,
    covers: &[Code(212), Code(254), Code(401), Code(406), Code(416)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    // Written dimensions that do not keep the values break what follows from them.
    for (fault, layer) in cx.faults(451) {
        if let Some(dim) = layer.in_dim.value() {
            report(
                cx,
                out,
                fault.layer,
                dim,
                reshaped_channels(cx, fault.layer, dim),
            );
        }
    }
    if cx.analysis.flags.reshape_inputs {
        return;
    }
    // Otherwise a mismatch may follow from any fault before it, and the first says enough.
    for (index, layer) in cx.executed() {
        if cx.analysis.faults.iter().any(|fault| fault.layer == index) {
            return;
        }
        // A layer that moves the rolling buffer reads less than all of it (AX452).
        if !layer.buffer_shift.is_absent() {
            continue;
        }
        let shape = &cx.analysis.shapes[index];
        let (Ok(arriving), Ok(operands), Ok(channels), Ok(dim)) = (
            arriving(cx, index),
            cx.analysis.parameters[index].operands,
            shape.stored_channels,
            shape.in_dim,
        ) else {
            continue;
        };
        if values(&arriving) != operands * channels * dim[0] * dim[1] {
            report(cx, out, index, dim, Some(channels));
            return;
        }
    }
}

/// Reports that a layer does not read what arrives; `channels` is what it reads of each operand,
/// where that is known.
fn report(cx: &Context, out: &mut Findings, index: usize, dim: [i64; 2], channels: Option<i64>) {
    let layer = &cx.network.layers[index];
    let Ok(arriving) = arriving(cx, index) else {
        return;
    };
    let parts: Vec<String> = arriving
        .iter()
        .map(|&(channels, dim)| described(channels, dim))
        .collect();
    let operands = cx.analysis.parameters[index].operands.unwrap_or(1);
    let reads = match channels {
        Some(channels) if operands > 1 => format!(
            "the layer reads {operands} operands of {} ({} values)",
            described(channels, dim),
            operands * channels * dim[0] * dim[1]
        ),
        Some(channels) => format!(
            "the layer reads {} ({} values)",
            described(channels, dim),
            channels * dim[0] * dim[1]
        ),
        None => format!("no number of channels makes them {}", words::dims(dim)),
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
            "{} ({} values) arrive, but {reads}",
            words::list(&parts),
            values(&arriving)
        ),
    );
    let inputs = delivery::inputs(cx, index);
    out.push(delivery::point_at(cx, finding, &inputs));
}

fn described(channels: i64, dim: [i64; 2]) -> String {
    format!(
        "{} of {}",
        words::count(channels, "channel"),
        words::dims(dim)
    )
}

/// Channels and dimensions of each thing that arrives at a layer, after `in_crop`.
fn arriving(cx: &Context, index: usize) -> Fact<Vec<(i64, [i64; 2])>> {
    let [front, back] = cx.analysis.parameters[index].crop?;
    cx.analysis.graph.inputs[index]
        .iter()
        .map(|input| {
            let source = input.source?;
            let [rows, columns] = delivery::dims(cx, source)?;
            Ok((
                delivery::channels(cx, source)?,
                [rows - front - back, columns],
            ))
        })
        .collect()
}

fn values(arriving: &[(i64, [i64; 2])]) -> i64 {
    arriving
        .iter()
        .map(|(channels, [rows, columns])| channels * rows * columns)
        .sum()
}

/// Channels, as they lie in memory, of a layer that reads its data as `dim`.
fn reshaped_channels(cx: &Context, index: usize, [height, width]: [i64; 2]) -> Option<i64> {
    let shape = &cx.analysis.shapes[index];
    // Only flattening makes the two differ, by the pixels.
    let flattened = || Some(shape.in_channels.ok()? / (height * width).max(1));
    shape.stored_channels.ok().or_else(flattened)
}
