//! What the interpreter knows of Python's built-in functions, `math`, `torch` and the trainer.

use std::rc::Rc;

use super::calls::{Keywords, failure};
use super::expressions::{constant_tensor, range_length, set_entry, shape_value};
use super::interpreter::{Interpreter, MAX_LIST, Stop, budget, describe};
use super::model::{Place, ProblemKind};
use super::tensor;
use super::value::{ContainerKind, Kind, Tensor, Value};

/// A value as `str()` shows it, where that is plain.
pub(super) fn text_of(value: &Value) -> Option<String> {
    Some(match &value.kind {
        Kind::Str(text) => text.to_string(),
        Kind::Int(x) => x.to_string(),
        Kind::Bool(true) => "True".to_owned(),
        Kind::Bool(false) => "False".to_owned(),
        Kind::None => "None".to_owned(),
        _ => return None,
    })
}

/// A constant of a library.
pub(super) fn constant(path: &str, name: &str) -> Option<Kind> {
    match (path, name) {
        ("math", "pi") => Some(Kind::Float(std::f64::consts::PI)),
        ("math", "inf") => Some(Kind::unknown("infinity")),
        _ => None,
    }
}

impl Interpreter<'_> {
    /// Calls something of a library by its path.
    pub(super) fn call_library(
        &mut self,
        path: &Rc<str>,
        arguments: Vec<Value>,
        keywords: Keywords,
        place: Place,
    ) -> Result<Value, Stop> {
        let (library, name) = path.rsplit_once('.').unwrap_or(("", path));
        match library {
            "builtins" => {
                let kind = self.builtin(name, &arguments, &keywords, place)?;
                Ok(Value::new(kind, place))
            }
            "ai8x" | "ai8x_nas" if matches!(name, "Empty") => {
                Ok(Value::new(Kind::Transparent(Rc::from("Identity")), place))
            }
            "ai8x" | "ai8x_nas" => match self.construct(path, (arguments, keywords), place)? {
                Some(layer) => Ok(layer),
                None => {
                    let why = format!("`{path}` is no layer class that is known");
                    Ok(Value::new(self.unknown(why, place), place))
                }
            },
            "math" => Ok(Value::new(self.math(name, &arguments), place)),
            // The base class of modules: its constructor and settings change no layer, and walks
            // over the modules only initialize weights.
            "module" => Ok(Value::new(
                match name {
                    "modules" | "children" | "parameters" | "named_modules" | "named_children"
                    | "named_parameters" => Kind::list(Vec::new()),
                    "add_module" | "register_module" => {
                        let why = format!("`{name}` is not followed");
                        self.unknown(why, place)
                    }
                    _ => Kind::None,
                },
                place,
            )),
            "torch.nn.init" => Ok(Value::new(Kind::None, place)),
            "torch.nn" => self.torch_module(path, name, arguments, keywords, place),
            _ if library == "torch" || library == "torch.nn.functional" => {
                let kind = self.torch_function(name, &arguments, &keywords, place)?;
                Ok(Value::new(kind, place))
            }
            _ => {
                let kind = self.other_function(path, &arguments, place)?;
                Ok(Value::new(kind, place))
            }
        }
    }

    fn torch_module(
        &mut self,
        path: &Rc<str>,
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
            "Identity" => Kind::Transparent(Rc::from("Identity")),
            "Dropout" | "Dropout1d" | "Dropout2d" | "Sigmoid" | "ReLU" | "Softmax"
            | "LogSoftmax" | "Tanh" | "Flatten" => {
                if name == "Flatten" {
                    Kind::Library(Rc::from("torch.flatten_module"))
                } else {
                    Kind::Transparent(Rc::from(format!("nn.{name}")))
                }
            }
            "Parameter" => Kind::unknown("a parameter"),
            _ => {
                let why = format!("`nn.{name}` does not run on the accelerator");
                self.unknown(why, place)
            }
        };
        Ok(Value::new(kind, place))
    }

    // ---- Python --------------------------------------------------------------------------------

    fn builtin(
        &mut self,
        name: &str,
        arguments: &[Value],
        keywords: &Keywords,
        place: Place,
    ) -> Result<Kind, Stop> {
        let first = arguments.first();
        let known = match (name, arguments) {
            ("print", _) => Some(Kind::None),
            ("super", _) => Some(Kind::unknown("super() outside of a method")),
            ("range", _) => range(arguments),
            ("len", [value]) => self.length(value, place)?,
            ("int", [value]) => match &value.kind {
                // A dimension: far inside of what converts exactly; the rest saturates.
                Kind::Float(x) => Some(Kind::Int(x.trunc() as i64)),
                Kind::Str(text) => text.trim().parse().ok().map(Kind::Int),
                _ => value.as_int().map(Kind::Int),
            },
            ("float", [value]) => value.as_float().map(Kind::Float),
            ("bool", [value]) => value.truth().map(Kind::Bool),
            ("str", [value]) => text_of(value).map(|text| Kind::Str(Rc::from(text))),
            ("round", [value]) => match &value.kind {
                // Python rounds halves to even.
                Kind::Float(x) => Some(Kind::Int(x.round_ties_even() as i64)),
                _ => value.as_int().map(Kind::Int),
            },
            ("abs", [value]) => match &value.kind {
                Kind::Float(x) => Some(Kind::Float(x.abs())),
                _ => value.as_int().and_then(i64::checked_abs).map(Kind::Int),
            },
            ("max" | "min", _) if keywords.is_empty() => {
                let items = match first {
                    Some(list) if arguments.len() == 1 => self.items(list, place)?,
                    _ => Some(arguments.to_vec()),
                };
                items.and_then(|items| extreme(&items, name == "max"))
            }
            ("sum", [list, ..]) => match self.items(list, place)? {
                None => None,
                Some(items) => {
                    let start = Value::new(Kind::Int(0), place);
                    let mut total = arguments.get(1).cloned();
                    for item in &items {
                        total = Some(match total {
                            // Nothing is added to a tensor that is first.
                            None if matches!(item.kind, Kind::Tensor(_)) => item.clone(),
                            total => self.binary(
                                super::syntax::BinaryOp::Add,
                                &total.unwrap_or_else(|| start.clone()),
                                item,
                                place,
                            )?,
                        });
                    }
                    Some(total.unwrap_or(start).kind)
                }
            },
            ("list" | "tuple" | "reversed" | "iter" | "set", [list]) => {
                self.items(list, place)?.map(|mut items| {
                    if name == "reversed" {
                        items.reverse();
                    }
                    if name == "tuple" {
                        Kind::Tuple(Rc::new(items))
                    } else {
                        Kind::list(items)
                    }
                })
            }
            ("list" | "set", []) => Some(Kind::list(Vec::new())),
            ("tuple", []) => Some(Kind::Tuple(Rc::new(Vec::new()))),
            ("sorted", [list]) if keywords.is_empty() => {
                self.items(list, place)?.and_then(|items| {
                    let mut keyed: Vec<(f64, Value)> = items
                        .into_iter()
                        .map(|item| item.as_float().map(|key| (key, item)))
                        .collect::<Option<_>>()?;
                    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                    Some(Kind::list(
                        keyed.into_iter().map(|(_, item)| item).collect(),
                    ))
                })
            }
            ("dict", []) => {
                let mut entries = Vec::new();
                for (name, value) in keywords {
                    let key = Value::new(Kind::Str(name.clone()), value.origin);
                    set_entry(&mut entries, key, value.clone());
                }
                Some(Kind::Dict(Rc::new(entries.into())))
            }
            ("dict", [value]) => match &value.kind {
                Kind::Dict(entries) => Some(Kind::Dict(Rc::new(entries.borrow().clone().into()))),
                _ => None,
            },
            ("enumerate", [list, ..]) => {
                let start = arguments.get(1).map_or(Some(0), Value::as_int).unwrap_or(0);
                self.items(list, place)?.map(|items| {
                    let pairs = items.into_iter().zip(0i64..).map(|(item, at)| {
                        let at = Value::new(Kind::Int(start.saturating_add(at)), place);
                        Value::new(Kind::Tuple(Rc::new(vec![at, item])), place)
                    });
                    Kind::list(pairs.collect())
                })
            }
            ("zip", _) => self.zip(arguments, place)?,
            ("any" | "all", [list]) => match self.items(list, place)? {
                None => None,
                Some(items) => {
                    let wanted = name == "any";
                    let truths: Option<Vec<bool>> = items.iter().map(Value::truth).collect();
                    truths.map(|truths| Kind::Bool(truths.contains(&wanted) == wanted))
                }
            },
            ("isinstance", [value, class]) => is_instance(value, class).map(Kind::Bool),
            ("getattr", [object, name, ..]) => match &name.kind {
                Kind::Str(name) => Some(self.attribute(object, name, place)?.kind),
                _ => None,
            },
            ("hasattr", [object, name]) => match (&object.kind, &name.kind) {
                (Kind::Object(object), Kind::Str(name)) => Some(Kind::Bool(
                    object.attributes.borrow().get(name).is_some()
                        || object.class.find(name).is_some(),
                )),
                _ => None,
            },
            ("setattr", [object, name, value]) => match (&object.kind, &name.kind) {
                (Kind::Object(object), Kind::Str(name)) => {
                    let mut attributes = object.attributes.borrow_mut();
                    attributes.set(name.clone(), value.clone());
                    Some(Kind::None)
                }
                _ => None,
            },
            ("type", [value]) => match &value.kind {
                Kind::Object(object) => Some(Kind::Class(object.class.clone())),
                _ => None,
            },
            _ => None,
        };
        Ok(match known {
            Some(kind) => kind,
            None if arguments.iter().any(|a| a.kind.is_unknown()) => {
                Kind::unknown("a function of an unknown value")
            }
            None => self.unknown(
                format!("`{name}` is not known, or not with these arguments"),
                place,
            ),
        })
    }

    fn length(&mut self, value: &Value, place: Place) -> Result<Option<Kind>, Stop> {
        let length = match &value.kind {
            Kind::Tuple(items) => items.len(),
            Kind::List(items) => items.borrow().len(),
            Kind::Dict(entries) => entries.borrow().len(),
            Kind::Str(text) => text.chars().count(),
            Kind::Container(container) => container.members.borrow().len(),
            Kind::Range(start, stop, step) => {
                return Ok(Some(Kind::Int(range_length(*start, *stop, *step))));
            }
            Kind::Tensor(tensor) => {
                let tensor = tensor.borrow();
                let first = tensor.shape.as_ref().and_then(|shape| shape.first());
                return Ok(first.copied().map(Kind::Int));
            }
            _ => return Ok(None),
        };
        self.spend(1, place)?;
        Ok(i64::try_from(length).ok().map(Kind::Int))
    }

    fn zip(&mut self, lists: &[Value], place: Place) -> Result<Option<Kind>, Stop> {
        let mut columns = Vec::new();
        for list in lists {
            match self.items(list, place)? {
                Some(items) => columns.push(items),
                None => return Ok(None),
            }
        }
        let length = columns.iter().map(Vec::len).min().unwrap_or(0);
        let rows = (0..length).map(|at| {
            let row = columns.iter().filter_map(|column| column.get(at).cloned());
            Value::new(Kind::Tuple(Rc::new(row.collect())), place)
        });
        Ok(Some(Kind::list(rows.collect())))
    }

    fn math(&mut self, name: &str, arguments: &[Value]) -> Kind {
        let first = arguments.first().and_then(Value::as_float);
        let Some(x) = first else {
            return Kind::unknown("a function of an unknown value");
        };
        let float = |x: f64| {
            if x.is_finite() {
                Kind::Float(x)
            } else {
                Kind::unknown("a number out of range")
            }
        };
        match name {
            "sqrt" => float(x.sqrt()),
            "log2" => float(x.log2()),
            "log" if arguments.len() == 1 => float(x.ln()),
            "exp" => float(x.exp()),
            "ceil" => Kind::Int(x.ceil() as i64),
            "floor" => Kind::Int(x.floor() as i64),
            _ => Kind::unknown("a function of `math`"),
        }
    }

    // ---- torch ---------------------------------------------------------------------------------

    fn torch_function(
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
            ("add" | "sub" | "bitwise_xor" | "bitwise_or", [left, right]) => Ok(self
                .binary(super::syntax::BinaryOp::Add, left, right, place)?
                .kind),
            ("flatten_module", [value]) => {
                let start = (Rc::from("start_dim"), Value::new(Kind::Int(1), place));
                Ok(self
                    .call_method(value, "flatten", &[], &vec![start], place)?
                    .kind)
            }
            (_, [value, rest @ ..]) if matches!(value.kind, Kind::Tensor(_)) => {
                Ok(self.call_method(value, name, rest, keywords, place)?.kind)
            }
            _ => self.other_function(&Rc::from(format!("torch.{name}")), arguments, place),
        }
    }

    /// A function that is not known: what goes in is a source of what comes out.
    fn other_function(
        &mut self,
        path: &Rc<str>,
        arguments: &[Value],
        place: Place,
    ) -> Result<Kind, Stop> {
        let unknown = self.unknown(format!("`{path}` is not known"), place);
        let mut sources = Vec::new();
        for argument in arguments {
            if let Kind::Tensor(tensor) = &argument.kind {
                sources.extend(tensor.borrow().after(path, None).sources);
            }
        }
        if sources.is_empty() {
            return Ok(unknown);
        }
        let result = Tensor {
            shape: None,
            sources,
        };
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
        let side = dimension.zip(shape.as_ref()).and_then(|(at, shape)| {
            super::expressions::position(at, shape.len()).filter(|_| complete)
        });
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
                        return Err(failure(
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
        let result = Tensor {
            shape,
            sources: tensors
                .iter()
                .flat_map(|tensor| tensor.after("cat", None).sources)
                .collect(),
        };
        self.spend_sources(&result, place)?;
        Ok(Kind::tensor(result))
    }

    // ---- methods of built-in values ------------------------------------------------------------

    pub(super) fn call_method(
        &mut self,
        object: &Value,
        name: &str,
        arguments: &[Value],
        keywords: &Keywords,
        place: Place,
    ) -> Result<Value, Stop> {
        if let Kind::Tensor(tensor) = &object.kind {
            let tensor = tensor.borrow().clone();
            let kind = self.tensor_method(&tensor, name, arguments, keywords, place)?;
            return Ok(Value::new(kind, place));
        }
        let kind = match (&object.kind, name, arguments) {
            (Kind::List(items), "append", [value]) => {
                let length = items.borrow().len() + 1;
                if length > MAX_LIST {
                    return Err(budget(format!("a list of more than {MAX_LIST}"), place));
                }
                items.borrow_mut().push(value.clone());
                Some(Kind::None)
            }
            (Kind::List(items), "extend", [list]) => {
                let more = self.items(list, place)?;
                if let Some(more) = more {
                    self.spend_list(items.borrow().len() + more.len(), place)?;
                    items.borrow_mut().extend(more);
                }
                Some(Kind::None)
            }
            (Kind::List(items), "insert", [at, value]) => {
                self.spend_list(items.borrow().len() + 1, place)?;
                let mut items = items.borrow_mut();
                let at = at.as_int().and_then(|i| usize::try_from(i).ok());
                let at = at.unwrap_or(0).min(items.len());
                items.insert(at, value.clone());
                Some(Kind::None)
            }
            (Kind::List(items), "pop", []) => items.borrow_mut().pop().map(|value| value.kind),
            (Kind::Container(container), "append" | "add_module", _) => {
                let mut members = container.members.borrow_mut();
                if members.len() >= MAX_LIST {
                    return Err(budget(format!("a list of more than {MAX_LIST}"), place));
                }
                match arguments {
                    [value] => {
                        let name = Rc::from(members.len().to_string());
                        members.push((name, value.clone()));
                    }
                    [name, value] => {
                        if let Some(name) = text_of(name) {
                            members.push((Rc::from(name), value.clone()));
                        }
                    }
                    _ => {}
                }
                Some(Kind::None)
            }
            (Kind::Container(container), "extend", [list]) => {
                let more = self.items(list, place)?.unwrap_or_default();
                let mut members = container.members.borrow_mut();
                self.spend_list(members.len() + more.len(), place)?;
                for value in more {
                    let name = Rc::from(members.len().to_string());
                    members.push((name, value));
                }
                Some(Kind::None)
            }
            (Kind::Container(container), "keys" | "values" | "items", _) => {
                let members = container.members.borrow();
                Some(entries(
                    name,
                    members.iter().map(|(name, value)| {
                        (Value::new(Kind::Str(name.clone()), place), value.clone())
                    }),
                    place,
                ))
            }
            (Kind::Dict(dict), "keys" | "values" | "items", _) => {
                Some(entries(name, dict.borrow().iter().cloned(), place))
            }
            (Kind::Dict(dict), "get" | "pop" | "setdefault", [key, ..]) => {
                let mut dict = dict.borrow_mut();
                let at = dict
                    .iter()
                    .position(|(known, _)| known.equals(key) == Some(true));
                let default = arguments.get(1).cloned();
                match at {
                    Some(at) if name == "pop" => Some(dict.remove(at).1.kind),
                    Some(at) => dict.get(at).map(|(_, value)| value.kind.clone()),
                    None => {
                        let value = default.unwrap_or_else(|| Value::new(Kind::None, place));
                        if name == "setdefault" {
                            dict.push((key.clone(), value.clone()));
                        }
                        Some(value.kind)
                    }
                }
            }
            (Kind::Dict(dict), "update", _) => {
                let mut more: Vec<(Value, Value)> = keywords
                    .iter()
                    .map(|(name, value)| {
                        (Value::new(Kind::Str(name.clone()), place), value.clone())
                    })
                    .collect();
                if let Some(Kind::Dict(other)) = arguments.first().map(|value| &value.kind) {
                    more.extend(other.borrow().iter().cloned());
                }
                let mut dict = dict.borrow_mut();
                for (key, value) in more {
                    set_entry(&mut dict, key, value);
                }
                Some(Kind::None)
            }
            (Kind::Dict(dict), "copy", []) => {
                Some(Kind::Dict(Rc::new(dict.borrow().clone().into())))
            }
            (Kind::Str(text), "lower", []) => Some(Kind::Str(Rc::from(text.to_lowercase()))),
            (Kind::Str(text), "upper", []) => Some(Kind::Str(Rc::from(text.to_uppercase()))),
            (Kind::Str(text), "startswith", [part]) => {
                text_of(part).map(|part| Kind::Bool(text.starts_with(&part)))
            }
            (Kind::Str(text), "endswith", [part]) => {
                text_of(part).map(|part| Kind::Bool(text.ends_with(&part)))
            }
            // Moving a module or choosing its mode changes nothing here.
            (Kind::Layer(_) | Kind::Container(_), "to" | "train" | "eval" | "apply", _) => {
                Some(object.kind.clone())
            }
            _ => None,
        };
        let kind = kind.unwrap_or_else(|| {
            let what = describe(&object.kind);
            self.unknown(format!("`{name}` of {what} is not known"), place)
        });
        Ok(Value::new(kind, place))
    }

    fn tensor_method(
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
        let same = || shape.map(<[i64]>::to_vec);
        let result = match name {
            "size" if arguments.is_empty() && keywords.is_empty() => {
                return Ok(shape_value(tensor, place));
            }
            "size" => {
                let at = number(0, "dim").flatten();
                let side = at.zip(shape).and_then(|(at, shape)| {
                    super::expressions::position(at, shape.len())
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
                    tensor::reshaped(shape, &wanted).map_err(|message| failure(message, place))?
                }
            },
            "permute" => shape_argument(arguments)
                .zip(shape)
                .and_then(|(order, shape)| {
                    order
                        .iter()
                        .map(|at| {
                            super::expressions::position(*at, shape.len())
                                .and_then(|at| shape.get(at))
                                .copied()
                        })
                        .collect()
                }),
            "transpose" => {
                let sides = number(0, "dim0").flatten().zip(number(1, "dim1").flatten());
                sides.zip(shape).and_then(|((a, b), shape)| {
                    let a = super::expressions::position(a, shape.len())?;
                    let b = super::expressions::position(b, shape.len())?;
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
                    let at = super::expressions::position(at, shape.len())?;
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
                    let at = super::expressions::position(at, shape.len() + 1)?;
                    let mut shape = shape.to_vec();
                    shape.insert(at, 1);
                    Some(shape)
                }),
            "adaptive_avg_pool2d" => {
                let size = arguments.first().and_then(Value::to_literal);
                let is_one = size.is_some_and(|size| {
                    use super::model::Literal;
                    size == Literal::Int(1)
                        || size == Literal::Tuple(vec![Literal::Int(1), Literal::Int(1)])
                });
                shape.filter(|_| is_one).map(|shape| {
                    let mut shape = shape.to_vec();
                    shape.iter_mut().skip(2).for_each(|side| *side = 1);
                    shape
                })
            }
            "contiguous" | "clone" | "detach" | "to" | "float" | "clamp" | "clamp_" | "div"
            | "mul" | "sub" | "add" | "normalize" | "relu" | "softmax" | "log_softmax"
            | "sigmoid" | "dropout" | "tanh" => same(),
            _ => {
                let why = format!("`{name}` of a tensor is not known");
                self.note(ProblemKind::Unknown, why, place);
                None
            }
        };
        let result = tensor.after(name, result);
        self.spend_sources(&result, place)?;
        Ok(Kind::tensor(result))
    }
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

fn range(arguments: &[Value]) -> Option<Kind> {
    let numbers: Vec<i64> = arguments.iter().map(Value::as_int).collect::<Option<_>>()?;
    match numbers.as_slice() {
        [stop] => Some(Kind::Range(0, *stop, 1)),
        [start, stop] => Some(Kind::Range(*start, *stop, 1)),
        [start, stop, step] if *step != 0 => Some(Kind::Range(*start, *stop, *step)),
        _ => None,
    }
}

fn extreme(items: &[Value], is_max: bool) -> Option<Kind> {
    let mut best: Option<(f64, &Value)> = None;
    for item in items {
        let key = item.as_float()?;
        let better = best.is_none_or(|(known, _)| if is_max { key > known } else { key < known });
        if better {
            best = Some((key, item));
        }
    }
    best.map(|(_, item)| item.kind.clone())
}

fn is_instance(value: &Value, class: &Value) -> Option<bool> {
    if let Kind::Tuple(classes) = &class.kind {
        let mut result = Some(false);
        for class in classes.iter().filter(|c| !matches!(c.kind, Kind::Tuple(_))) {
            match is_instance(value, class) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => result = None,
            }
        }
        return result;
    }
    match (&value.kind, &class.kind) {
        (Kind::Unknown(_), _) => None,
        (Kind::Object(object), Kind::Class(class)) => Some(
            object
                .class
                .ancestry()
                .iter()
                .any(|known| Rc::ptr_eq(known, class)),
        ),
        (_, Kind::Library(path)) => Some(match &**path {
            "builtins.int" => matches!(value.kind, Kind::Int(_) | Kind::Bool(_)),
            "builtins.bool" => matches!(value.kind, Kind::Bool(_)),
            "builtins.float" => matches!(value.kind, Kind::Float(_)),
            "builtins.str" => matches!(value.kind, Kind::Str(_)),
            "builtins.tuple" => matches!(value.kind, Kind::Tuple(_)),
            "builtins.list" => matches!(value.kind, Kind::List(_)),
            "builtins.dict" => matches!(value.kind, Kind::Dict(_)),
            _ => return None,
        }),
        _ => None,
    }
}

fn entries(which: &str, entries: impl Iterator<Item = (Value, Value)>, place: Place) -> Kind {
    Kind::list(
        entries
            .map(|(key, value)| match which {
                "keys" => key,
                "values" => value,
                _ => Value::new(Kind::Tuple(Rc::new(vec![key, value])), place),
            })
            .collect(),
    )
}
