//! What the interpreter knows of `torch`: modules, functions, and methods of tensors.

use std::sync::Arc;

use super::calls::{Keywords, is_free, misfit};
use super::expressions::{constant_tensor, position, shape_value};
use super::functional;
use super::interpreter::{Interpreter, Stop};
use super::model::{Place, ProblemKind};
use super::syntax::BinaryOp;
use super::tensor;
use super::value::{ContainerKind, Kind, Tensor, Value};

impl Interpreter<'_> {
    pub(super) fn torch_module(
        &mut self,
        path: &Arc<str>,
        name: &str,
        arguments: Vec<Value>,
        keywords: Keywords,
        place: Place,
    ) -> Result<Value, Stop> {
        let container = match name {
            "Sequential" => Some(ContainerKind::Sequential),
            "ModuleList" => Some(ContainerKind::List),
            "ModuleDict" => Some(ContainerKind::Dict),
            _ => None,
        };
        if let Some(kind) = container {
            return self.container(kind, arguments, place);
        }
        let kind = match name {
            "MaxPool1d" | "MaxPool2d" | "AvgPool1d" | "AvgPool2d" => {
                // Padding that pads nothing is no reason to give up.
                let mut keywords = keywords;
                keywords.retain(|(name, value)| &**name != "padding" || value.as_int() != Some(0));
                let known = ["kernel_size", "stride"];
                let plain = keywords.iter().all(|(name, _)| known.contains(&&**name));
                if plain
                    && arguments.len() <= known.len()
                    && let Some(layer) = self.construct(path, (arguments, keywords), place)?
                {
                    return Ok(layer);
                }
                self.unknown(format!("`nn.{name}` with these arguments"), place)
            }
            "Identity" => Kind::Transparent(Arc::from("Identity")),
            "Dropout" | "Dropout1d" | "Dropout2d" | "Sigmoid" | "ReLU" | "Softmax"
            | "LogSoftmax" | "Tanh" | "Flatten" => {
                if name == "Flatten" {
                    Kind::Library(Arc::from("torch.flatten_module"))
                } else {
                    Kind::Transparent(Arc::from(format!("nn.{name}")))
                }
            }
            "Parameter" => Kind::unknown("a parameter"),
            _ => {
                let why = format!("`nn.{name}` does not run on the accelerator");
                let kind = if has_weights(name) {
                    ProblemKind::Foreign
                } else {
                    ProblemKind::Unknown
                };
                self.note(kind, why, place);
                Kind::Transparent(Arc::from(format!("nn.{name}")))
            }
        };
        Ok(Value::new(kind, place))
    }

    pub(super) fn torch_function(
        &mut self,
        name: &str,
        arguments: &[Value],
        keywords: &Keywords,
        place: Place,
    ) -> Result<Kind, Stop> {
        match (name, arguments) {
            ("cat" | "concat", [list, ..]) => self.concatenate(list, arguments, keywords, place),
            ("zeros" | "ones" | "empty", _) => {
                let shape = shape_argument(arguments);
                Ok(constant_tensor(shape))
            }
            ("add" | "sub" | "bitwise_xor" | "bitwise_or", [left, right]) => {
                Ok(self.binary(BinaryOp::Add, left, right, place)?.kind)
            }
            ("flatten_module", [value]) => {
                let start = (Arc::from("start_dim"), Value::new(Kind::Int(1), place));
                Ok(self
                    .call_method(value, "flatten", &[], &vec![start], place)?
                    .kind)
            }
            (_, [value, rest @ ..]) if matches!(value.kind, Kind::Tensor(_)) => {
                Ok(self.call_method(value, name, rest, keywords, place)?.kind)
            }
            _ => self.other_function(&Arc::from(format!("torch.{name}")), arguments, place),
        }
    }

    /// A function that is not known: what goes in is a source of what comes out.
    pub(super) fn other_function(
        &mut self,
        path: &Arc<str>,
        arguments: &[Value],
        place: Place,
    ) -> Result<Kind, Stop> {
        let unknown = self.unknown(format!("`{path}` is not known"), place);
        let mut result = Tensor::new(None, Vec::new());
        for argument in arguments {
            if let Kind::Tensor(tensor) = &argument.kind {
                let tensor = tensor.borrow();
                result.sources.extend(tensor.after(path, None).sources);
                result.take_operations(&tensor);
            }
        }
        if result.sources.is_empty() {
            return Ok(unknown);
        }
        self.operation(path, None, &mut result, place);
        self.spend_sources(&result, place)?;
        Ok(Kind::tensor(result))
    }

    fn concatenate(
        &mut self,
        list: &Value,
        arguments: &[Value],
        keywords: &Keywords,
        place: Place,
    ) -> Result<Kind, Stop> {
        let items = self.items(list, place)?.unwrap_or_default();
        let tensors: Vec<Tensor> = items
            .iter()
            .filter_map(|item| match &item.kind {
                Kind::Tensor(tensor) => Some(tensor.borrow().clone()),
                _ => None,
            })
            .collect();
        let dimension = arguments
            .get(1)
            .or_else(|| keyword(keywords, "dim"))
            .map_or(Some(0), Value::as_int);
        let Some(first) = tensors.first() else {
            return Ok(Kind::unknown("a concatenation of nothing known"));
        };
        let mut shape = first.shape.clone();
        let complete = tensors.len() == items.len();
        let side = dimension
            .zip(shape.as_ref())
            .and_then(|(at, shape)| position(at, shape.len()).filter(|_| complete));
        match (side, &mut shape) {
            (Some(side), Some(shape)) => {
                let mut total = 0i64;
                for tensor in &tensors {
                    let Some(other) = &tensor.shape else {
                        return self.joined(&tensors, None, place);
                    };
                    let fits = other.len() == shape.len()
                        && other
                            .iter()
                            .zip(shape.iter())
                            .enumerate()
                            .all(|(at, (a, b))| at == side || a == b);
                    if !fits {
                        let (a, b) = (tensor::show(shape), tensor::show(other));
                        return Err(misfit(
                            format!("tensors of the shapes {a} and {b} cannot be concatenated"),
                            place,
                        ));
                    }
                    total = total.saturating_add(other.get(side).copied().unwrap_or(0));
                }
                if let Some(length) = shape.get_mut(side) {
                    *length = total;
                }
            }
            _ => shape = None,
        }
        self.joined(&tensors, shape, place)
    }

    fn joined(
        &mut self,
        tensors: &[Tensor],
        shape: Option<Vec<i64>>,
        place: Place,
    ) -> Result<Kind, Stop> {
        let mut result = Tensor::new(shape, Vec::new());
        for tensor in tensors {
            result.sources.extend(tensor.after("cat", None).sources);
            result.take_operations(tensor);
        }
        self.spend_sources(&result, place)?;
        Ok(Kind::tensor(result))
    }

    pub(super) fn tensor_method(
        &mut self,
        tensor: &Tensor,
        name: &str,
        arguments: &[Value],
        keywords: &Keywords,
        place: Place,
    ) -> Result<Kind, Stop> {
        let shape = tensor.shape.as_deref();
        let number = |at: usize, name: &str| {
            arguments
                .get(at)
                .or_else(|| keyword(keywords, name))
                .map(Value::as_int)
        };
        let result = match name {
            "size" if arguments.is_empty() && keywords.is_empty() => {
                return Ok(shape_value(tensor, place));
            }
            "size" => {
                let at = number(0, "dim").flatten();
                let side = at.zip(shape).and_then(|(at, shape)| {
                    position(at, shape.len())
                        .and_then(|at| shape.get(at))
                        .copied()
                });
                return Ok(side.map_or_else(|| Kind::unknown("a side of a tensor"), Kind::Int));
            }
            "dim" => {
                let count = shape.and_then(|shape| i64::try_from(shape.len()).ok());
                return Ok(count.map_or_else(|| Kind::unknown("a dimension"), Kind::Int));
            }
            "get_device" => return Ok(Kind::Int(-1)),
            "view" | "reshape" => match shape_argument(arguments) {
                None => None,
                Some(wanted) => {
                    tensor::reshaped(shape, &wanted).map_err(|message| misfit(message, place))?
                }
            },
            "permute" => shape_argument(arguments)
                .zip(shape)
                .and_then(|(order, shape)| {
                    order
                        .iter()
                        .map(|at| {
                            position(*at, shape.len())
                                .and_then(|at| shape.get(at))
                                .copied()
                        })
                        .collect()
                }),
            "transpose" => {
                let sides = number(0, "dim0").flatten().zip(number(1, "dim1").flatten());
                sides.zip(shape).and_then(|((a, b), shape)| {
                    let a = position(a, shape.len())?;
                    let b = position(b, shape.len())?;
                    let mut shape = shape.to_vec();
                    shape.swap(a, b);
                    Some(shape)
                })
            }
            "flatten" => {
                let start = number(0, "start_dim").unwrap_or(Some(0));
                let end = number(1, "end_dim").unwrap_or(Some(-1));
                start
                    .zip(end)
                    .zip(shape)
                    .and_then(|((start, end), shape)| tensor::flattened(shape, start, end))
            }
            "squeeze" => match number(0, "dim") {
                None => shape.map(|s| s.iter().copied().filter(|side| *side != 1).collect()),
                Some(at) => at.zip(shape).and_then(|(at, shape)| {
                    let at = position(at, shape.len())?;
                    let mut shape = shape.to_vec();
                    if shape.get(at) == Some(&1) {
                        shape.remove(at);
                    }
                    Some(shape)
                }),
            },
            "unsqueeze" => number(0, "dim")
                .flatten()
                .zip(shape)
                .and_then(|(at, shape)| {
                    let at = position(at, shape.len() + 1)?;
                    let mut shape = shape.to_vec();
                    shape.insert(at, 1);
                    Some(shape)
                }),
            _ => {
                let arguments = functional::Arguments {
                    given: arguments,
                    keywords,
                };
                match functional::output_shape(name, shape, &arguments) {
                    Some(Ok(known)) => known,
                    Some(Err((kind, message))) => return Err(Stop::failure(kind, message, place)),
                    None => {
                        let why = format!("`{name}` of a tensor is not known");
                        self.note(ProblemKind::Unknown, why, place);
                        None
                    }
                }
            }
        };
        let moved = shape
            .zip(result.as_deref())
            .filter(|(before, after)| moves_channels(name, before, after))
            .map(|(before, after)| (before.to_vec(), after.to_vec()));
        let mut result = tensor.after(name, result);
        if moved.is_some() || !is_free(name) {
            self.operation(name, moved, &mut result, place);
        }
        self.spend_sources(&result, place)?;
        Ok(Kind::tensor(result))
    }
}

/// Whether reshaping makes other channels of a map, or pixels of the features of a fully connected
/// layer: values lie in memory by channel, and stay where they are.
fn moves_channels(name: &str, before: &[i64], after: &[i64]) -> bool {
    matches!(name, "view" | "reshape")
        && before.len() >= 2
        && (3..=4).contains(&after.len())
        && before.first() == after.first()
        && before.get(1) != after.get(1)
        // Flattening, written as pixels of 1x1.
        && !after.iter().skip(2).all(|side| *side == 1)
}

/// Whether a module of PyTorch makes something of the shape that it gets.
pub(super) fn keeps_shape(name: &str) -> bool {
    let kinds = [
        "Identity",
        "nn.Dropout",
        "nn.Sigmoid",
        "nn.ReLU",
        "nn.Softmax",
        "nn.LogSoftmax",
        "nn.Tanh",
        "nn.BatchNorm",
        "nn.InstanceNorm",
        "nn.LayerNorm",
        "nn.GroupNorm",
        "nn.PReLU",
        "nn.LeakyReLU",
        "nn.ELU",
        "nn.GELU",
        "nn.SiLU",
        "nn.Hard",
    ];
    kinds.iter().any(|kind| name.starts_with(kind))
}

/// Whether a class of PyTorch makes layers with weights.
fn has_weights(name: &str) -> bool {
    let kinds = [
        "Conv",
        "LazyConv",
        "Linear",
        "LazyLinear",
        "Bilinear",
        "BatchNorm",
        "LazyBatchNorm",
        "InstanceNorm",
        "LayerNorm",
        "GroupNorm",
        "LSTM",
        "GRU",
        "RNN",
        "Embedding",
        "MultiheadAttention",
        "Transformer",
        "PReLU",
    ];
    kinds.iter().any(|kind| name.starts_with(kind))
}

fn keyword<'a>(keywords: &'a Keywords, name: &str) -> Option<&'a Value> {
    keywords
        .iter()
        .find(|(known, _)| &**known == name)
        .map(|(_, value)| value)
}

/// A shape given as one tuple or as several numbers.
fn shape_argument(arguments: &[Value]) -> Option<Vec<i64>> {
    let items = match arguments.first().map(|value| &value.kind) {
        Some(Kind::Tuple(items)) if arguments.len() == 1 => items.to_vec(),
        Some(Kind::List(items)) if arguments.len() == 1 => items.borrow().clone(),
        _ => arguments.to_vec(),
    };
    items.iter().map(Value::as_int).collect()
}
