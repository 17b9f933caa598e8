//! What functions of PyTorch and methods of tensors make of a shape, as far as values do not matter.

use super::calls::Keywords;
use super::expressions::position;
use super::model::ProblemKind;
use super::tensor::{Refusal, show};
use super::value::{Kind, Value};

/// What a function is called with beside the tensor.
pub(super) struct Arguments<'a> {
    pub(super) given: &'a [Value],
    pub(super) keywords: &'a Keywords,
}

impl<'a> Arguments<'a> {
    /// The argument at a position, or of a name; an absent one and `None` are the same.
    fn get(&self, at: usize, name: &str) -> Option<&'a Value> {
        let named = || self.keywords.iter().find(|(known, _)| &**known == name);
        let value = self.given.get(at).or_else(|| Some(&named()?.1))?;
        (!matches!(value.kind, Kind::None)).then_some(value)
    }

    /// A number for each of so many dimensions, given as one for all or as several; the default where
    /// none is given.
    fn numbers(&self, at: usize, name: &str, count: usize, default: &[i64]) -> Option<Vec<i64>> {
        match self.get(at, name) {
            Some(value) => each(value, count, Value::as_int),
            None => Some(default.to_vec()),
        }
    }

    fn flag(&self, at: usize, name: &str) -> Option<bool> {
        self.get(at, name).map_or(Some(false), Value::truth)
    }
}

/// A value for each of so many dimensions.
fn each<T: Copy>(
    value: &Value,
    count: usize,
    read: impl Fn(&Value) -> Option<T>,
) -> Option<Vec<T>> {
    let Some(items) = items(value) else {
        return Some(vec![read(value)?; count]);
    };
    let values: Vec<T> = items.iter().map(read).collect::<Option<_>>()?;
    match values[..] {
        [one] => Some(vec![one; count]),
        _ => (values.len() == count).then_some(values),
    }
}

fn items(value: &Value) -> Option<Vec<Value>> {
    match &value.kind {
        Kind::Tuple(items) => Some(items.to_vec()),
        Kind::List(items) => Some(items.borrow().clone()),
        _ => None,
    }
}

/// The shape after the function `name`; the outer `None` where it is not known here.
pub(super) fn output_shape(
    name: &str,
    input: Option<&[i64]>,
    arguments: &Arguments,
) -> Option<Result<Option<Vec<i64>>, Refusal>> {
    let after = |shape: fn(&[i64], &Arguments) -> Option<Vec<i64>>| {
        Ok(input.and_then(|input| shape(input, arguments)))
    };
    Some(match name.trim_end_matches('_') {
        "max_pool1d" | "avg_pool1d" | "max_pool2d" | "avg_pool2d" => {
            let shape = input.and_then(|input| pooled(name, input, arguments));
            match (input, shape) {
                (Some(input), Some(shape)) if shape.iter().any(|side| *side < 1) => Err((
                    ProblemKind::Empty,
                    format!(
                        "nothing is left: the shape {} becomes {}",
                        show(input),
                        show(&shape)
                    ),
                )),
                (_, shape) => Ok(shape),
            }
        }
        "adaptive_avg_pool1d" | "adaptive_max_pool1d" => {
            after(|input, arguments| adapted(1, input, arguments))
        }
        "adaptive_avg_pool2d" | "adaptive_max_pool2d" => {
            after(|input, arguments| adapted(2, input, arguments))
        }
        "interpolate" | "upsample" => after(resized),
        "pad" => after(padded),
        "mean" | "sum" | "amax" | "amin" => after(reduced),
        name if keeps_shape(name) => Ok(input.map(<[i64]>::to_vec)),
        _ => return None,
    })
}

/// Whether a function computes a value for each value.
fn keeps_shape(name: &str) -> bool {
    matches!(
        name,
        "abs"
            | "add"
            | "alpha_dropout"
            | "batch_norm"
            | "celu"
            | "clamp"
            | "clip"
            | "clone"
            | "contiguous"
            | "cos"
            | "detach"
            | "div"
            | "dropout"
            | "dropout1d"
            | "dropout2d"
            | "elu"
            | "exp"
            | "float"
            | "floor"
            | "gelu"
            | "group_norm"
            | "hardsigmoid"
            | "hardswish"
            | "hardtanh"
            | "instance_norm"
            | "layer_norm"
            | "leaky_relu"
            | "log"
            | "log_softmax"
            | "logsigmoid"
            | "mish"
            | "mul"
            | "neg"
            | "normalize"
            | "prelu"
            | "relu"
            | "relu6"
            | "round"
            | "rsqrt"
            | "selu"
            | "sigmoid"
            | "sign"
            | "silu"
            | "sin"
            | "softmax"
            | "softmin"
            | "softplus"
            | "softsign"
            | "sqrt"
            | "sub"
            | "tanh"
            | "threshold"
            | "to"
    )
}

/// The sides after a pooling window has moved over the last dimensions.
fn pooled(name: &str, input: &[i64], arguments: &Arguments) -> Option<Vec<i64>> {
    let is_max = name.starts_with("max");
    let count = if name.contains("1d") { 1 } else { 2 };
    // Without the batch, too.
    let first = (count + 1..=count + 2)
        .contains(&input.len())
        .then(|| input.len() - count)?;
    let ones = vec![1; count];
    let size = arguments.numbers(0, "kernel_size", count, &[])?;
    let stride = arguments.numbers(1, "stride", count, &size)?;
    let padding = arguments.numbers(2, "padding", count, &vec![0; count])?;
    let dilation = match is_max {
        true => arguments.numbers(3, "dilation", count, &ones)?,
        false => ones,
    };
    let is_ceil = arguments.flag(if is_max { 4 } else { 3 }, "ceil_mode")?;
    if is_max && arguments.flag(5, "return_indices")? || size.len() != count {
        return None;
    }
    let mut shape = input.to_vec();
    for (at, side) in shape.iter_mut().skip(first).enumerate() {
        let extent = dilation[at].checked_mul(size[at].checked_sub(1)?)?;
        let padded = padding[at].checked_mul(2)?.checked_add(*side)?;
        let room = padded.checked_sub(extent)?.checked_sub(1)?;
        if stride[at] < 1 {
            return None;
        }
        let mut windows = room.div_euclid(stride[at]).checked_add(1)?;
        // A window that is cut off counts, unless it starts behind the input.
        if is_ceil
            && room.rem_euclid(stride[at]) > 0
            && windows.checked_mul(stride[at])? < padding[at].checked_add(*side)?
        {
            windows += 1;
        }
        *side = windows;
    }
    Some(shape)
}

/// The last dimensions with the sides that are asked for; `None` keeps one.
fn adapted(count: usize, input: &[i64], arguments: &Arguments) -> Option<Vec<i64>> {
    let wanted = arguments.get(0, "output_size")?;
    if arguments.flag(1, "return_indices")? {
        return None;
    }
    let first = (count + 1..=count + 2)
        .contains(&input.len())
        .then(|| input.len() - count)?;
    let side = |value: &Value| match value.kind {
        Kind::None => Some(None),
        _ => value.as_int().map(Some),
    };
    let wanted = each(wanted, count, side)?;
    let mut shape = input.to_vec();
    for (side, wanted) in shape.iter_mut().skip(first).zip(wanted) {
        *side = wanted.unwrap_or(*side);
    }
    Some(shape)
}

/// A map with a size that is asked for, or with sides that are so many times as long.
fn resized(input: &[i64], arguments: &Arguments) -> Option<Vec<i64>> {
    let count = input.len().checked_sub(2).filter(|count| *count > 0)?;
    let mut shape = input.to_vec();
    let sides = shape.iter_mut().skip(2);
    match (arguments.get(0, "size"), arguments.get(1, "scale_factor")) {
        (Some(size), None) => {
            let size = each(size, count, Value::as_int)?;
            sides.zip(size).for_each(|(side, wanted)| *side = wanted);
        }
        (None, Some(scale)) => {
            let scale = each(scale, count, Value::as_float)?;
            for (side, scale) in sides.zip(scale) {
                // Far inside of what converts exactly; the rest saturates.
                *side = (*side as f64 * scale).floor() as i64;
            }
        }
        _ => return None,
    }
    shape.iter().all(|side| *side > 0).then_some(shape)
}

/// More at both ends of dimensions, from the last one on.
fn padded(input: &[i64], arguments: &Arguments) -> Option<Vec<i64>> {
    let amounts = items(arguments.get(0, "pad")?)?;
    let amounts: Vec<i64> = amounts.iter().map(Value::as_int).collect::<Option<_>>()?;
    if !amounts.len().is_multiple_of(2) || amounts.len() > 2 * input.len() {
        return None;
    }
    let mut shape = input.to_vec();
    for (side, amounts) in shape.iter_mut().rev().zip(amounts.chunks(2)) {
        for amount in amounts {
            *side = side.checked_add(*amount)?;
        }
    }
    shape.iter().all(|side| *side > 0).then_some(shape)
}

/// Without some dimensions, or with 1 in their place; without any where none is named.
fn reduced(input: &[i64], arguments: &Arguments) -> Option<Vec<i64>> {
    let Some(dimensions) = arguments.get(0, "dim") else {
        return Some(Vec::new());
    };
    let keeps = arguments.flag(1, "keepdim")?;
    let all = items(dimensions).unwrap_or_else(|| vec![dimensions.clone()]);
    let mut gone = vec![false; input.len()];
    for dimension in all {
        gone[position(dimension.as_int()?, input.len())?] = true;
    }
    let sides = input.iter().zip(gone);
    let sides = sides.filter_map(|(side, gone)| match gone {
        true => keeps.then_some(1),
        false => Some(*side),
    });
    Some(sides.collect())
}
