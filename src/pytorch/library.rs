//! What the interpreter knows of Python's built-in functions and methods, of `math` and the trainer.

use std::rc::Rc;
use std::sync::Arc;

use super::calls::Keywords;
use super::expressions::{range_length, set_entry};
use super::interpreter::{Interpreter, MAX_LIST, Stop, budget, describe};
use super::model::Place;
use super::value::{Kind, Value};

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
        path: &Arc<str>,
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
                Ok(Value::new(Kind::Transparent(Arc::from("Identity")), place))
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
            ("str", [value]) => text_of(value).map(|text| Kind::Str(Arc::from(text))),
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
            ("map", [function, list]) => match self.items(list, place)? {
                None => None,
                Some(items) => {
                    let mut results = Vec::with_capacity(items.len());
                    for item in items {
                        results.push(self.apply(function, vec![item], Vec::new(), place)?);
                    }
                    Some(Kind::list(results))
                }
            },
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
                        let name = Arc::from(members.len().to_string());
                        members.push((name, value.clone()));
                    }
                    [name, value] => {
                        if let Some(name) = text_of(name) {
                            members.push((Arc::from(name), value.clone()));
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
                    let name = Arc::from(members.len().to_string());
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
            (Kind::Str(text), "lower", []) => Some(Kind::Str(Arc::from(text.to_lowercase()))),
            (Kind::Str(text), "upper", []) => Some(Kind::Str(Arc::from(text.to_uppercase()))),
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
