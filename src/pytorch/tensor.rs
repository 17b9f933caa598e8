//! Shapes: what layers and operations make of them. `None` is an unknown shape; an error is a
//! shape that the operation refuses.

use super::expressions::slice_positions;
use super::model::{Fact, Layer, Operator, ProblemKind};
use super::value::{Kind, Value};

/// Which problem a refused shape is, and the words.
pub(super) type Refusal = (ProblemKind, String);

/// The shape after a layer.
pub(super) fn output_shape(
    layer: &Layer,
    inputs: &[Option<Vec<i64>>],
) -> Result<Option<Vec<i64>>, Refusal> {
    let Some(Some(input)) = inputs.first() else {
        return Ok(None);
    };
    if layer.operator.is_elementwise() {
        for other in inputs.iter().flatten() {
            if other != input {
                return Err((
                    ProblemKind::Shape,
                    format!(
                        "the operands have the shapes {} and {}",
                        show(input),
                        show(other)
                    ),
                ));
            }
        }
        return Ok(inputs.iter().all(Option::is_some).then(|| input.clone()));
    }
    let mut shape = input.clone();
    if let Some(pool) = &layer.pool {
        let facts = (&pool.size.value, &pool.stride.value, &pool.dilation.value);
        let (Some(size), Some(stride), Some(dilation)) = facts else {
            return Ok(None);
        };
        for (at, side) in shape.iter_mut().skip(2).enumerate() {
            let pick = |list: &[i64]| list.get(at).or(list.first()).copied().unwrap_or(1);
            *side = window(*side, pick(size), pick(dilation), pick(stride), 0)?;
        }
        check_sides(input, &shape)?;
    }
    match layer.operator {
        Operator::Linear | Operator::SoftwareLinear => {
            let last = shape.last_mut();
            expect(
                &layer.in_channels,
                last.as_deref().copied(),
                "features",
                input,
            )?;
            match (last, layer.out_channels.value) {
                (Some(last), Some(features)) => *last = features,
                _ => return Ok(None),
            }
        }
        Operator::Conv1d | Operator::Conv2d | Operator::ConvTranspose2d => {
            let dimensions = if layer.operator == Operator::Conv1d {
                3
            } else {
                4
            };
            if shape.len() != dimensions {
                return Err((
                    ProblemKind::Rank,
                    format!(
                        "`{}` needs {dimensions} dimensions with the batch, gets {}",
                        layer.operator.name(),
                        show(input)
                    ),
                ));
            }
            expect(&layer.in_channels, shape.get(1).copied(), "channels", input)?;
            let facts = (
                &layer.kernel.value,
                &layer.stride.value,
                &layer.padding.value,
                &layer.dilation.value,
            );
            let (Some(kernel), Some(stride), Some(padding), Some(dilation)) = facts else {
                return Ok(None);
            };
            match (shape.get_mut(1), layer.out_channels.value) {
                (Some(channels), Some(out)) => *channels = out,
                _ => return Ok(None),
            }
            for (at, side) in shape.iter_mut().skip(2).enumerate() {
                let pick = |list: &[i64]| list.get(at).or(list.first()).copied().unwrap_or(1);
                let (kernel, stride) = (pick(kernel), pick(stride));
                let (padding, dilation) = (pick(padding), pick(dilation));
                *side = if layer.operator == Operator::ConvTranspose2d {
                    transposed(*side, kernel, dilation, stride, padding)?
                } else {
                    window(*side, kernel, dilation, stride, padding)?
                };
            }
            check_sides(input, &shape)?;
        }
        _ => {}
    }
    Ok(Some(shape))
}

fn expect(
    wanted: &Fact<i64>,
    given: Option<i64>,
    what: &str,
    input: &[i64],
) -> Result<(), Refusal> {
    match (wanted.value, given) {
        (Some(wanted), Some(given)) if wanted != given => Err((
            ProblemKind::Shape,
            format!(
                "the layer takes {wanted} {what}, gets {given} in {}",
                show(input)
            ),
        )),
        _ => Ok(()),
    }
}

fn check_sides(before: &[i64], shape: &[i64]) -> Result<(), Refusal> {
    if shape.iter().skip(2).any(|side| *side < 1) {
        return Err((
            ProblemKind::Empty,
            format!(
                "nothing is left: the shape {} becomes {}",
                show(before),
                show(shape)
            ),
        ));
    }
    Ok(())
}

/// Positions of a window.
fn window(side: i64, size: i64, dilation: i64, stride: i64, padding: i64) -> Result<i64, Refusal> {
    let extent = size.saturating_sub(1).saturating_mul(dilation);
    let room = padding
        .saturating_mul(2)
        .saturating_add(side)
        .saturating_sub(extent)
        .saturating_sub(1);
    match stride {
        ..=0 => Err((ProblemKind::Failure, format!("a stride of {stride}"))),
        _ => Ok(room.div_euclid(stride).saturating_add(1)),
    }
}

/// The side after a transposed convolution, whose output padding is always 1 in the trainer.
fn transposed(
    side: i64,
    kernel: i64,
    dilation: i64,
    stride: i64,
    padding: i64,
) -> Result<i64, Refusal> {
    if stride < 1 {
        return Err((ProblemKind::Failure, format!("a stride of {stride}")));
    }
    let extent = kernel.saturating_sub(1).saturating_mul(dilation);
    Ok(side
        .saturating_sub(1)
        .saturating_mul(stride)
        .saturating_sub(padding.saturating_mul(2))
        .saturating_add(extent)
        .saturating_add(2))
}

/// The shape of an operation on two tensors.
pub(super) fn broadcast(a: Option<&[i64]>, b: Option<&[i64]>) -> Option<Vec<i64>> {
    let (a, b) = (a?, b?);
    let length = a.len().max(b.len());
    let side = |shape: &[i64], at: usize| {
        (at + shape.len())
            .checked_sub(length)
            .and_then(|at| shape.get(at))
            .copied()
            .unwrap_or(1)
    };
    (0..length)
        .map(|at| match (side(a, at), side(b, at)) {
            (a, b) if a == b || b == 1 => Some(a),
            (1, b) => Some(b),
            _ => None,
        })
        .collect()
}

/// The shape of `tensor[index]`.
pub(super) fn indexed_shape(shape: Option<&[i64]>, index: &Value) -> Option<Vec<i64>> {
    let shape = shape?;
    let single = [index.clone()];
    let indices: &[Value] = match &index.kind {
        Kind::Tuple(items) => items,
        _ => &single,
    };
    let mut sides = shape.iter();
    let mut result = Vec::new();
    for index in indices {
        match &index.kind {
            Kind::None => result.push(1),
            Kind::Slice(start, stop, step) => {
                let length = usize::try_from(*sides.next()?).ok()?;
                let count = slice_positions(*start, *stop, *step, length).count();
                result.push(i64::try_from(count).ok()?);
            }
            Kind::Int(_) => {
                sides.next()?;
            }
            _ => return None,
        }
    }
    result.extend(sides);
    Some(result)
}

/// The shape of `view` and `reshape`.
pub(super) fn reshaped(shape: Option<&[i64]>, wanted: &[i64]) -> Result<Option<Vec<i64>>, String> {
    let mut result = wanted.to_vec();
    let Some(shape) = shape else {
        return Ok(wanted.iter().all(|side| *side >= 0).then_some(result));
    };
    let total = product(shape);
    let known = product(
        &wanted
            .iter()
            .copied()
            .filter(|side| *side != -1)
            .collect::<Vec<_>>(),
    );
    if let Some(open) = result.iter_mut().find(|side| **side == -1) {
        *open = total.checked_div(known).unwrap_or(0);
    }
    if product(&result) != total {
        return Err(format!("{} cannot become {}", show(shape), show(wanted)));
    }
    Ok(Some(result))
}

/// The shape after `flatten` of the dimensions from `start` to `end`, both included.
pub(super) fn flattened(shape: &[i64], start: i64, end: i64) -> Option<Vec<i64>> {
    let start = super::expressions::position(start, shape.len())?;
    let end = super::expressions::position(end, shape.len())?;
    let mut result = shape.get(..start)?.to_vec();
    result.push(product(shape.get(start..=end)?));
    result.extend(shape.get(end + 1..)?);
    Some(result)
}

fn product(shape: &[i64]) -> i64 {
    shape
        .iter()
        .fold(1, |total: i64, side| total.saturating_mul(*side))
}

/// A shape as messages show it.
pub(super) fn show(shape: &[i64]) -> String {
    let sides: Vec<String> = shape.iter().map(ToString::to_string).collect();
    format!("({})", sides.join(", "))
}
