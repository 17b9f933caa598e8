//! Calls: of functions, classes, modules and layers.

use std::rc::Rc;
use std::sync::Arc;

use super::interpreter::{Frame, Interpreter, MAX_LIST, Stop, describe, input};
use super::layer_table::{self, ArgumentPlaces};
use super::model::{Call, Defaults, Literal, Place, ProblemKind, SourceOf};
use super::syntax::{Expr, ExprKind};
use super::tensor;
use super::torch::keeps_shape;
use super::value::{
    Container, ContainerKind, Function, Kind, Names, Object, Source, Tensor, Value,
};

/// Keyword arguments in their order.
pub(super) type Keywords = Vec<(Arc<str>, Value)>;

impl Interpreter<'_> {
    /// Evaluates a call expression.
    pub(super) fn call(
        &mut self,
        callee: &Expr,
        arguments: &[Expr],
        keywords: &[(Option<Arc<str>>, Expr)],
        place: Place,
        frame: &mut Frame,
    ) -> Result<Value, Stop> {
        if let ExprKind::Name(name) = &callee.kind
            && &**name == "super"
            && let Some((class, object)) = &frame.this
        {
            return Ok(Value::new(
                Kind::Super(class.clone(), object.clone()),
                place,
            ));
        }
        let callee = self.expression(callee, frame)?;
        let positional = self.sequence(arguments, frame)?;
        let mut places: ArgumentPlaces = arguments
            .iter()
            .map(|argument| (None, self.place(frame.module, argument.span)))
            .collect();
        let mut named: Keywords = Vec::new();
        for (name, value) in keywords {
            let at = self.place(frame.module, value.span);
            let value = self.expression(value, frame)?;
            if name.is_some() {
                places.push((name.clone(), at));
            }
            let spread: Keywords = match (name, &value.kind) {
                (Some(name), _) => vec![(name.clone(), value.clone())],
                (None, Kind::Dict(entries)) => entries
                    .borrow()
                    .iter()
                    .filter_map(|(key, value)| match &key.kind {
                        Kind::Str(key) => Some((key.clone(), value.clone())),
                        _ => None,
                    })
                    .collect(),
                (None, _) => Vec::new(),
            };
            for (name, value) in spread {
                if named.iter().any(|(known, _)| *known == name) {
                    let message = format!("the keyword `{name}` is given twice");
                    return Err(Stop::failure(ProblemKind::Keyword, message, at));
                }
                named.push((name, value));
            }
            self.spend(named.len() / 8, place)?;
        }
        self.argument_places = places;
        self.trail.push(place);
        let result = self.apply(&callee, positional, named, place);
        self.trail.pop();
        result.map_err(|stop| stop.leaving(place))
    }

    /// Calls a value.
    pub(super) fn apply(
        &mut self,
        callee: &Value,
        mut arguments: Vec<Value>,
        keywords: Keywords,
        place: Place,
    ) -> Result<Value, Stop> {
        let kind = match &callee.kind {
            Kind::Function(function) => {
                return self.call_function(function, arguments, keywords, place);
            }
            Kind::Bound(function, receiver) => {
                arguments.insert(0, (**receiver).clone());
                return self.call_function(function, arguments, keywords, place);
            }
            Kind::Class(class) => {
                self.spend(4, place)?;
                let object = Rc::new(Object {
                    class: class.clone(),
                    attributes: Names::default().into(),
                });
                self.objects.push(object.clone());
                let value = Value::new(Kind::Object(object), place);
                if let Some(Kind::Function(init)) = class.find("__init__").map(|v| v.kind) {
                    arguments.insert(0, value.clone());
                    self.call_function(&init, arguments, keywords, place)?;
                }
                return Ok(value);
            }
            Kind::Object(object) => match object.class.find("forward").map(|v| v.kind) {
                Some(Kind::Function(forward)) => {
                    arguments.insert(0, callee.clone());
                    return self.call_function(&forward, arguments, keywords, place);
                }
                _ => self.lost(format!("a call of {}", describe(&callee.kind)), place),
            },
            Kind::Layer(index) => {
                // A module takes its operands by keyword as well.
                arguments.extend(keywords.into_iter().map(|(_, value)| value));
                return self.call_layer(*index, &arguments, place);
            }
            Kind::Transparent(name) => return self.pass_through(name, arguments, place),
            Kind::Container(container) if container.kind == ContainerKind::Sequential => {
                let members = container.members.borrow().clone();
                let mut arguments = arguments;
                for (_, member) in members {
                    self.spend(1, place)?;
                    arguments = vec![self.apply(&member, arguments, Vec::new(), place)?];
                }
                return Ok(arguments
                    .into_iter()
                    .next()
                    .unwrap_or_else(|| Value::new(Kind::None, place)));
            }
            Kind::Library(path) => {
                return self.call_library(path, arguments, keywords, place);
            }
            Kind::Method(object, name) => {
                return self.call_method(object, name, &arguments, &keywords, place);
            }
            Kind::Unknown(_) => self.lost("a call of an unknown value".to_owned(), place),
            other => self.lost(format!("a call of {}", describe(other)), place),
        };
        Ok(Value::new(kind, place))
    }

    pub(super) fn call_function(
        &mut self,
        function: &Rc<Function>,
        arguments: Vec<Value>,
        keywords: Keywords,
        place: Place,
    ) -> Result<Value, Stop> {
        let this = function.owner.borrow().clone().and_then(|owner| {
            match arguments.first().map(|value| &value.kind) {
                Some(Kind::Object(object)) => Some((owner, object.clone())),
                _ => None,
            }
        });
        let locals = bind(function, arguments, keywords, place)?;
        self.learn_defaults(&locals);
        let mut frame = Frame {
            locals,
            closure: function.closure.clone(),
            module: function.module,
            is_global: false,
            is_class: false,
            this,
        };
        self.run(function, &mut frame, place)
    }

    /// The first function with the parameters that the trainer passes to every model says for which
    /// input the model is made.
    fn learn_defaults(&mut self, locals: &Names) {
        if self.defaults.dimensions.is_some() {
            return;
        }
        let (Some(channels), Some(dimensions)) =
            (locals.get("num_channels"), locals.get("dimensions"))
        else {
            return;
        };
        self.defaults = Defaults {
            channels: channels.as_int(),
            dimensions: match dimensions.to_literal() {
                Some(Literal::Tuple(sides)) => sides
                    .iter()
                    .map(|side| match side {
                        Literal::Int(side) => Some(*side),
                        _ => None,
                    })
                    .collect(),
                _ => None,
            },
        };
    }

    /// Makes a layer of the trainer's class `path`.
    pub(super) fn construct(
        &mut self,
        path: &str,
        arguments: layer_table::Arguments,
        place: Place,
    ) -> Result<Option<Value>, Stop> {
        let made = layer_table::layer(path, arguments, &self.argument_places, place)
            .map_err(|message| failure(message, place))?;
        let Some(mut layer) = made else {
            return Ok(None);
        };
        self.spend_layer(place)?;
        layer.constructed = self.trail.iter().rev().copied().collect();
        let index = self.layers.len();
        self.layers.push(layer);
        self.call_counts.push(0);
        Ok(Some(Value::new(Kind::Layer(index), place)))
    }

    fn call_layer(
        &mut self,
        index: usize,
        arguments: &[Value],
        place: Place,
    ) -> Result<Value, Stop> {
        let tensors: Vec<Tensor> = arguments
            .iter()
            .filter_map(|value| match &value.kind {
                Kind::Tensor(tensor) => Some(tensor.borrow().clone()),
                _ => None,
            })
            .collect();
        let (Some(layer), Some(count)) = (self.layers.get(index), self.call_counts.get_mut(index))
        else {
            return Ok(Value::new(Kind::unknown("a layer"), place));
        };
        let shapes: Vec<_> = tensors.iter().map(|tensor| tensor.shape.clone()).collect();
        let name = layer.class.clone();
        let shape = tensor::output_shape(layer, &shapes)
            .map_err(|(kind, message)| Stop::failure(kind, message, place))?;
        let number = *count;
        *count += 1;
        if tensors.is_empty() || tensors.len() != arguments.len() {
            self.note(
                ProblemKind::Unknown,
                format!("`{name}` is called with something that is not known to be a tensor"),
                place,
            );
        }
        self.spend_layer(place)?;
        self.calls.push(Call {
            layer: index,
            number,
            inputs: tensors.iter().map(input).collect(),
            shape: shape.clone(),
            called: self.trail.iter().rev().copied().collect(),
        });
        for tensor in &tensors {
            self.precede_layer(tensor);
        }
        let source = Source::new(SourceOf::Call(self.calls.len() - 1));
        let result = Tensor::new(shape, vec![source]);
        Ok(Value::new(Kind::tensor(result), place))
    }

    /// A module that the accelerator does not see.
    fn pass_through(
        &mut self,
        name: &str,
        arguments: Vec<Value>,
        place: Place,
    ) -> Result<Value, Stop> {
        let first = arguments.into_iter().next();
        if let Some(Kind::Tensor(tensor)) = first.as_ref().map(|value| &value.kind) {
            let tensor = tensor.borrow();
            let shape = tensor.shape.clone().filter(|_| keeps_shape(name));
            let mut result = tensor.after(name, shape);
            if !is_free(name) {
                self.operation(name, None, &mut result, place);
            }
            self.spend_sources(&result, place)?;
            return Ok(Value::new(Kind::tensor(result), place));
        }
        Ok(first.unwrap_or_else(|| Value::new(Kind::None, place)))
    }

    /// `nn.Sequential`, `nn.ModuleList`, `nn.ModuleDict`.
    pub(super) fn container(
        &mut self,
        kind: ContainerKind,
        arguments: Vec<Value>,
        place: Place,
    ) -> Result<Value, Stop> {
        let mut members: Vec<(Arc<str>, Value)> = Vec::new();
        let mut numbered = |items: Vec<Value>| {
            for (at, item) in items.into_iter().enumerate() {
                members.push((Arc::from(at.to_string()), item));
            }
        };
        match (kind, arguments.first().map(|value| &value.kind)) {
            // Sequential takes an ordered dictionary as well.
            (_, Some(Kind::Dict(entries))) => {
                members = entries
                    .borrow()
                    .iter()
                    .filter_map(|(key, value)| match &key.kind {
                        Kind::Str(key) => Some((key.clone(), value.clone())),
                        _ => None,
                    })
                    .collect();
            }
            (ContainerKind::Sequential, _) => numbered(arguments),
            (ContainerKind::List, Some(_)) => {
                if let Some(list) = arguments.first() {
                    numbered(self.items(list, place)?.unwrap_or_default());
                }
            }
            _ => {}
        }
        self.spend_list(members.len().min(MAX_LIST), place)?;
        let container = Container {
            kind,
            members: members.into(),
        };
        Ok(Value::new(Kind::Container(Rc::new(container)), place))
    }
}

/// Binds arguments to parameters as Python does.
fn bind(
    function: &Function,
    arguments: Vec<Value>,
    keywords: Keywords,
    place: Place,
) -> Result<Names, Stop> {
    let def = &function.def;
    let mut locals = Names::default();
    let mut positional = arguments.into_iter();
    for (parameter, value) in def.parameters.iter().zip(positional.by_ref()) {
        locals.set(parameter.name.clone(), value);
    }
    let rest: Vec<Value> = positional.collect();
    match &def.rest {
        Some(name) => locals.set(name.clone(), Value::new(Kind::Tuple(Rc::new(rest)), place)),
        None if rest.is_empty() => {}
        None => {
            return Err(failure(
                format!("too many arguments for `{}`", def.name),
                place,
            ));
        }
    }
    let mut extra: Vec<(Value, Value)> = Vec::new();
    for (name, value) in keywords {
        let is_parameter = def
            .parameters
            .iter()
            .chain(&def.keyword_only)
            .any(|parameter| parameter.name == name);
        if is_parameter {
            if locals.get(&name).is_some() {
                let message = format!("`{}` gets `{name}` twice", def.name);
                return Err(Stop::failure(ProblemKind::Keyword, message, place));
            }
            locals.set(name, value);
        } else if def.keyword_rest.is_some() {
            let key = Value::new(Kind::Str(name), value.origin);
            extra.push((key, value));
        } else {
            return Err(failure(
                format!("`{}` has no parameter `{name}`", def.name),
                place,
            ));
        }
    }
    if let Some(name) = &def.keyword_rest {
        let extra = Kind::Dict(Rc::new(extra.into()));
        locals.set(name.clone(), Value::new(extra, place));
    }
    for parameter in def.parameters.iter().chain(&def.keyword_only) {
        if locals.get(&parameter.name).is_none() {
            match function.defaults.get(&parameter.name) {
                Some(value) => locals.set(parameter.name.clone(), value.clone()),
                None => {
                    return Err(failure(
                        format!("`{}` needs `{}`", def.name, parameter.name),
                        place,
                    ));
                }
            }
        }
    }
    Ok(locals)
}

/// Whether an operation only hands values on or names them anew: dropout, which is none after the
/// training, reshaping, and taking parts.
pub(super) fn is_free(name: &str) -> bool {
    matches!(
        name,
        "Identity"
            | "nn.Dropout"
            | "nn.Dropout1d"
            | "nn.Dropout2d"
            | "cat"
            | "clone"
            | "contiguous"
            | "detach"
            | "dropout"
            | "flatten"
            | "float"
            | "getitem"
            | "permute"
            | "reshape"
            | "setitem"
            | "squeeze"
            | "to"
            | "transpose"
            | "unsqueeze"
            | "view"
    )
}

/// Tensors do not fit there.
pub(super) fn misfit(message: String, place: Place) -> Stop {
    Stop::failure(ProblemKind::Shape, message, place)
}

/// The code would fail here.
pub(super) fn failure(message: String, place: Place) -> Stop {
    Stop::failure(ProblemKind::Failure, message, place)
}
