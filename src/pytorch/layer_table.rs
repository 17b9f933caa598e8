//! The layer classes of the trainer, decoded from their names: `Fused`, a pooling, `Depthwise`, the
//! operator, `BN`, an activation.

use std::sync::Arc;

use super::expressions::device_number;
use super::model::{Argument, Fact, Layer, Operator, Place, Pool, PoolKind, TrainingDevice};
use super::value::{Kind, Value};
use crate::device::DeviceId;

/// Values that the trainer's device offers to models. Source: `ai8x.py` of the training project,
/// the classes `DevAI84`, `DevAI85`, `DevAI87`.
pub(super) fn device_constant(device: TrainingDevice, name: &str) -> Option<Kind> {
    let chip = match device {
        TrainingDevice::Ai84 => None,
        TrainingDevice::Ai85 => Some(DeviceId::Max78000),
        TrainingDevice::Ai87 => Some(DeviceId::Max78002),
    };
    let number = match name {
        "device" => device_number(device),
        "WEIGHT_INPUTS" => chip.map_or(64, |_| 256),
        "WEIGHT_DEPTH" => match chip {
            None => 128,
            Some(chip) => i64::try_from(chip.table().kernel_words_large).ok()?,
        },
        "simulate" => return Some(Kind::Bool(false)),
        _ => return None,
    };
    Some(Kind::Int(number))
}

const CONV2D: &[&str] = &[
    "in_channels",
    "out_channels",
    "kernel_size",
    "op",
    "pooling",
    "pool_size",
    "pool_stride",
    "pool_dilation",
    "stride",
    "padding",
    "dilation",
    "bias",
    "activation",
    "wide",
    "batchnorm",
    "weight_bits",
    "bias_bits",
    "quantize_activation",
    "groups",
    "eps",
    "momentum",
];
const CONV1D: &[&str] = &[
    "in_channels",
    "out_channels",
    "kernel_size",
    "pooling",
    "pool_size",
    "pool_stride",
    "pool_dilation",
    "stride",
    "padding",
    "dilation",
    "bias",
    "activation",
    "wide",
    "batchnorm",
    "weight_bits",
    "bias_bits",
    "quantize_activation",
    "groups",
    "eps",
    "momentum",
];
const LINEAR: &[&str] = &[
    "in_features",
    "out_features",
    "pooling",
    "bias",
    "activation",
    "wide",
    "batchnorm",
    "weight_bits",
    "bias_bits",
    "quantize_activation",
];
const SOFTWARE_LINEAR: &[&str] = &["in_features", "out_features", "bias", "relu"];
const POOL: &[&str] = &["kernel_size", "stride", "dilation"];

/// A class, as its name tells.
struct Class {
    operator: Operator,
    pool: Option<PoolKind>,
    is_depthwise: bool,
    has_batch_norm: bool,
    activation: Option<&'static str>,
    parameters: &'static [&'static str],
}

fn decode(name: &str) -> Option<Class> {
    let plain = |operator, parameters| Class {
        operator,
        pool: None,
        is_depthwise: false,
        has_batch_norm: false,
        activation: None,
        parameters,
    };
    let pool = |kind| Class {
        pool: Some(kind),
        ..plain(Operator::Pool, POOL)
    };
    match name {
        "Add" => return Some(plain(Operator::Add, &[])),
        "Sub" => return Some(plain(Operator::Sub, &[])),
        "BitwiseXor" | "Xor" => return Some(plain(Operator::BitwiseXor, &[])),
        "BitwiseOr" | "Or" => return Some(plain(Operator::BitwiseOr, &[])),
        "SoftwareLinear" => return Some(plain(Operator::SoftwareLinear, SOFTWARE_LINEAR)),
        "FusedSoftwareLinearReLU" => {
            return Some(Class {
                activation: Some("ReLU"),
                ..plain(Operator::SoftwareLinear, SOFTWARE_LINEAR)
            });
        }
        "MaxPool1d" | "MaxPool2d" => return Some(pool(PoolKind::Max)),
        "AvgPool1d" | "AvgPool2d" => return Some(pool(PoolKind::Average)),
        _ => {}
    }
    let mut rest = name.strip_prefix("Fused").unwrap_or(name);
    let mut take = |word: &str| match rest.strip_prefix(word) {
        Some(after) => {
            rest = after;
            true
        }
        None => false,
    };
    let pool = if take("MaxPool") {
        Some(PoolKind::Max)
    } else if take("AvgPool") {
        Some(PoolKind::Average)
    } else {
        None
    };
    let is_depthwise = take("Depthwise");
    let (operator, parameters) = if take("ConvTranspose2d") {
        (Operator::ConvTranspose2d, CONV2D)
    } else if take("Conv2d") {
        (Operator::Conv2d, CONV2D)
    } else if take("Conv1d") {
        (Operator::Conv1d, CONV1D)
    } else if take("Linear") {
        (Operator::Linear, LINEAR)
    } else {
        return None;
    };
    let has_batch_norm = take("BN");
    let activation = match rest {
        "" => None,
        "ReLU" => Some("ReLU"),
        // The trainer's pooled one-dimensional class of this name leaves the activation out.
        "Abs" if operator == Operator::Conv1d && pool.is_some() && has_batch_norm => None,
        "Abs" => Some("Abs"),
        _ => return None,
    };
    Some(Class {
        operator,
        pool,
        is_depthwise,
        has_batch_norm,
        activation,
        parameters,
    })
}

/// Positional and keyword arguments of a constructor.
pub(super) type Arguments = (Vec<Value>, Vec<(Arc<str>, Value)>);

/// Where the arguments stand in the call; those without a name are positional.
pub(super) type ArgumentPlaces = Vec<(Option<Arc<str>>, Place)>;

/// The arguments of one call, by parameter.
struct Bound {
    list: Vec<(Arc<str>, Value, Place)>,
}

impl Bound {
    fn given(&self, name: &str) -> Option<(&Value, Place)> {
        self.list
            .iter()
            .find(|(known, ..)| &**known == name)
            .map(|(_, value, place)| (value, *place))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.given(name).map(|(value, _)| value)
    }

    fn fact<T>(&self, name: &str, default: T, read: impl Fn(&Value) -> Option<T>) -> Fact<T> {
        match self.given(name) {
            None => Fact::implied(default),
            Some((value, place)) => Fact {
                value: read(value),
                place: Some(place),
            },
        }
    }

    /// A parameter without a default.
    fn required<T>(
        &self,
        name: &str,
        class: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Fact<T>, String> {
        let (value, place) = self
            .given(name)
            .ok_or_else(|| format!("`{class}` needs `{name}`"))?;
        Ok(Fact {
            value: read(value),
            place: Some(place),
        })
    }
}

/// The layer that a class of the trainer makes. `Ok(None)`: no class of a layer.
pub(super) fn layer(
    path: &str,
    (positional, keywords): Arguments,
    places: &ArgumentPlaces,
    call: Place,
) -> Result<Option<Layer>, String> {
    let name = path.rsplit('.').next().unwrap_or(path);
    let Some(class) = decode(name) else {
        return Ok(None);
    };
    if positional.len() > class.parameters.len() {
        return Err(format!(
            "`{name}` takes {} arguments, gets {}",
            class.parameters.len(),
            positional.len()
        ));
    }
    let mut bound = Bound { list: Vec::new() };
    let unnamed: Vec<Place> = places
        .iter()
        .filter(|(name, _)| name.is_none())
        .map(|(_, place)| *place)
        .collect();
    for (at, (parameter, value)) in class.parameters.iter().zip(positional).enumerate() {
        let place = unnamed.get(at).copied().unwrap_or(call);
        bound.list.push((Arc::from(*parameter), value, place));
    }
    for (keyword, value) in keywords {
        if bound.get(&keyword).is_some() {
            return Err(format!("`{name}` gets `{keyword}` twice"));
        }
        let place = places
            .iter()
            .find(|(name, _)| name.as_ref() == Some(&keyword))
            .map_or(value.origin, |(_, place)| *place);
        bound.list.push((keyword, value, place));
    }
    let arguments = bound
        .list
        .iter()
        .map(|(name, value, place)| Argument {
            name: name.to_string(),
            value: value.to_literal(),
            place: *place,
            origin: value.origin,
        })
        .collect();
    let mut layer = Layer {
        path: String::new(),
        class: path
            .strip_prefix("torch.nn.")
            .map_or_else(|| path.to_owned(), |class| format!("nn.{class}")),
        operator: class.operator,
        in_channels: unknown(),
        out_channels: unknown(),
        kernel: Fact::implied(Vec::new()),
        stride: Fact::implied(Vec::new()),
        padding: Fact::implied(Vec::new()),
        dilation: Fact::implied(Vec::new()),
        groups: Fact::implied(1),
        bias: Fact::implied(false),
        pool: None,
        activation: Fact::implied(class.activation.map(str::to_owned)),
        wide: bound.fact("wide", false, Value::truth),
        batch_norm: Fact::implied(None),
        arguments,
        constructed: Vec::new(),
    };
    match class.operator {
        Operator::Conv1d | Operator::Conv2d | Operator::ConvTranspose2d => {
            convolution(&mut layer, &class, &bound, name)?;
        }
        Operator::Linear | Operator::SoftwareLinear => {
            layer.in_channels = bound.required("in_features", name, Value::as_int)?;
            layer.out_channels = bound.required("out_features", name, Value::as_int)?;
            layer.bias = bound.fact("bias", false, Value::truth);
            if class.activation.is_none() {
                layer.activation = bound.fact("activation", None, optional_text);
            }
        }
        Operator::Pool => {
            let dimensions = if name.ends_with("1d") { 1 } else { 2 };
            let size = bound.required("kernel_size", name, |v| numbers(v, dimensions))?;
            layer.pool = class.pool.map(|kind| Pool {
                kind,
                stride: or_size(&bound, "stride", size.clone(), dimensions),
                size,
                dilation: bound.fact("dilation", vec![1; dimensions], |v| numbers(v, dimensions)),
            });
        }
        _ => {}
    }
    Ok(Some(layer))
}

fn convolution(layer: &mut Layer, class: &Class, bound: &Bound, name: &str) -> Result<(), String> {
    let dimensions = if class.operator == Operator::Conv1d {
        1
    } else {
        2
    };
    let sides = |v: &Value| numbers(v, dimensions);
    layer.in_channels = bound.required("in_channels", name, Value::as_int)?;
    layer.out_channels = bound.required("out_channels", name, Value::as_int)?;
    layer.kernel = bound.required("kernel_size", name, sides)?;
    layer.stride = bound.fact("stride", vec![1; dimensions], sides);
    layer.padding = bound.fact("padding", vec![0; dimensions], sides);
    layer.dilation = bound.fact("dilation", vec![1; dimensions], sides);
    layer.groups = if class.is_depthwise {
        layer.in_channels.clone()
    } else {
        bound.fact("groups", 1, Value::as_int)
    };
    layer.bias = bound.fact("bias", true, Value::truth);
    if bound.get("op").and_then(text).as_deref() == Some("ConvTranspose2d") {
        layer.operator = Operator::ConvTranspose2d;
    }
    if class.activation.is_none() {
        layer.activation = bound.fact("activation", None, optional_text);
    }
    layer.batch_norm = bound.fact(
        "batchnorm",
        class.has_batch_norm.then(|| "Affine".to_owned()),
        optional_text,
    );
    let kind = class
        .pool
        .or_else(|| match bound.get("pooling").and_then(text).as_deref() {
            Some("Max") => Some(PoolKind::Max),
            Some("Avg") => Some(PoolKind::Average),
            _ => None,
        });
    layer.pool = kind.map(|kind| {
        let size = bound.fact("pool_size", vec![2; dimensions], sides);
        let stride = match bound.get("pool_stride") {
            None => Fact::implied(vec![2; dimensions]),
            Some(_) => or_size(bound, "pool_stride", size.clone(), dimensions),
        };
        Pool {
            kind,
            size,
            stride,
            dilation: bound.fact("pool_dilation", vec![1; dimensions], sides),
        }
    });
    Ok(())
}

/// A stride that is the size of the window where it is missing or `None`.
fn or_size(bound: &Bound, name: &str, size: Fact<Vec<i64>>, dimensions: usize) -> Fact<Vec<i64>> {
    match bound.given(name) {
        None => size,
        Some((value, _)) if matches!(value.kind, Kind::None) => size,
        Some((value, place)) => Fact {
            value: numbers(value, dimensions),
            place: Some(place),
        },
    }
}

const fn unknown<T>() -> Fact<T> {
    Fact {
        value: None,
        place: None,
    }
}

/// A number for each dimension, from one number or as many.
fn numbers(value: &Value, dimensions: usize) -> Option<Vec<i64>> {
    let items = match &value.kind {
        Kind::Tuple(items) => items.to_vec(),
        Kind::List(items) => items.borrow().clone(),
        _ => return value.as_int().map(|n| vec![n; dimensions]),
    };
    let numbers: Vec<i64> = items.iter().map(Value::as_int).collect::<Option<_>>()?;
    match numbers.as_slice() {
        [one] => Some(vec![*one; dimensions]),
        _ => Some(numbers),
    }
}

fn text(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Str(text) => Some(text.to_string()),
        _ => None,
    }
}

/// A text or `None`; the outer `None` is unknown.
#[allow(clippy::option_option)]
fn optional_text(value: &Value) -> Option<Option<String>> {
    match &value.kind {
        Kind::None => Some(None),
        _ => text(value).map(Some),
    }
}
