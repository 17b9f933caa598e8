//! Expressions: names, arithmetic, comparisons, attributes, subscripts, and assignment to them.

use std::rc::Rc;
use std::sync::Arc;

use super::interpreter::{Frame, Interpreter, MAX_LIST, MAX_STRING, Stop, budget, describe};
use super::model::{Place, ProblemKind, SourceOf, TrainingDevice};
use super::syntax::{Expr, ExprKind, Generator};
use super::tensor;
use super::value::{Function, Kind, Object, Source, Tensor, Value};
use super::{layer_table, library, operators};

impl Interpreter<'_> {
    pub(super) fn expression(&mut self, expr: &Expr, frame: &mut Frame) -> Result<Value, Stop> {
        let place = self.place(frame.module, expr.span);
        self.spend(1, place)?;
        let kind = match &expr.kind {
            ExprKind::None => Kind::None,
            ExprKind::Bool(x) => Kind::Bool(*x),
            ExprKind::Int(x) => Kind::Int(*x),
            ExprKind::Float(x) => Kind::Float(*x),
            ExprKind::Str(x) => Kind::Str(x.clone()),
            // A name stands for its value, so the origin stays where the value was made.
            ExprKind::Name(name) => {
                return Ok(self.lookup(name, frame).unwrap_or_else(|| {
                    Value::new(Kind::Library(Arc::from(format!("builtins.{name}"))), place)
                }));
            }
            ExprKind::Attribute(object, name) => {
                let object = self.expression(object, frame)?;
                return self.attribute(&object, name, place);
            }
            ExprKind::Tuple(items) => Kind::Tuple(Rc::new(self.sequence(items, frame)?)),
            ExprKind::List(items) => Kind::list(self.sequence(items, frame)?),
            ExprKind::Dict(items) => {
                let mut entries = Vec::new();
                for (key, value) in items {
                    let value = self.expression(value, frame)?;
                    match key {
                        Some(key) => {
                            let key = self.expression(key, frame)?;
                            set_entry(&mut entries, key, value);
                        }
                        None => {
                            if let Kind::Dict(other) = &value.kind {
                                for (key, value) in other.borrow().iter() {
                                    set_entry(&mut entries, key.clone(), value.clone());
                                }
                            }
                        }
                    }
                }
                Kind::Dict(Rc::new(entries.into()))
            }
            ExprKind::Call {
                callee,
                arguments,
                keywords,
            } => return self.call(callee, arguments, keywords, place, frame),
            ExprKind::Binary(left, op, right) => {
                let left = self.expression(left, frame)?;
                let right = self.expression(right, frame)?;
                return self.binary(*op, &left, &right, place);
            }
            ExprKind::Unary(op, operand) => {
                let value = self.expression(operand, frame)?;
                self.unary(*op, &value, place)
            }
            ExprKind::Junction(is_and, values) => {
                let mut last = Value::new(Kind::Bool(*is_and), place);
                for value in values {
                    last = self.expression(value, frame)?;
                    match last.truth() {
                        None => {
                            return Ok(Value::new(Kind::unknown("an unknown condition"), place));
                        }
                        Some(truth) if truth != *is_and => return Ok(last),
                        Some(_) => {}
                    }
                }
                return Ok(last);
            }
            ExprKind::Compare(left, rest) => {
                let mut left = self.expression(left, frame)?;
                let mut result = Some(true);
                for (op, right) in rest {
                    let right = self.expression(right, frame)?;
                    result = operators::compare(*op, &left, &right);
                    if result != Some(true) {
                        break;
                    }
                    left = right;
                }
                result.map_or_else(
                    || Kind::unknown("a comparison of unknown values"),
                    Kind::Bool,
                )
            }
            ExprKind::Conditional {
                test,
                then,
                otherwise,
            } => {
                return match self.expression(test, frame)?.truth() {
                    Some(true) => self.expression(then, frame),
                    Some(false) => self.expression(otherwise, frame),
                    None => Ok(Value::new(Kind::unknown("an unknown condition"), place)),
                };
            }
            ExprKind::Subscript(object, index) => {
                let object = self.expression(object, frame)?;
                let index = self.expression(index, frame)?;
                return self.subscript(&object, &index, place);
            }
            ExprKind::Slice(parts) => {
                let mut bounds = [None; 3];
                for (bound, part) in bounds.iter_mut().zip(parts) {
                    if let Some(part) = part {
                        let value = self.expression(part, frame)?;
                        match (value.as_int(), &value.kind) {
                            (Some(x), _) => *bound = Some(x),
                            (None, Kind::None) => {}
                            _ => return Ok(Value::new(Kind::unknown("an unknown bound"), place)),
                        }
                    }
                }
                Kind::Slice(bounds[0], bounds[1], bounds[2])
            }
            ExprKind::Comprehension(element, generators) => {
                let mut items = Vec::new();
                let saved: Vec<_> = target_names(generators)
                    .into_iter()
                    .map(|name| (name.clone(), frame.locals.get(&name).cloned()))
                    .collect();
                let is_global = std::mem::replace(&mut frame.is_global, false);
                let known = self.comprehend(element, generators, frame, &mut items);
                frame.is_global = is_global;
                for (name, value) in saved {
                    match value {
                        Some(value) => frame.locals.set(name, value),
                        None => frame.locals.remove(&name),
                    }
                }
                if known? {
                    Kind::list(items)
                } else {
                    Kind::unknown("a list over unknown values")
                }
            }
            ExprKind::Format(parts) => {
                let mut text = String::new();
                for part in parts {
                    let value = self.expression(part, frame)?;
                    match library::text_of(&value) {
                        Some(part) => text.push_str(&part),
                        None => return Ok(Value::new(Kind::unknown("an unknown text"), place)),
                    }
                    self.spend_text(text.len(), place)?;
                }
                Kind::Str(Arc::from(text))
            }
            ExprKind::Starred(value) => return self.expression(value, frame),
            ExprKind::Unsupported(what) => self.unknown(format!("{what} is not followed"), place),
        };
        Ok(Value::new(kind, place))
    }

    pub(super) fn spend_text(&mut self, length: usize, place: Place) -> Result<(), Stop> {
        if length > MAX_STRING {
            let message = format!("a text of more than {MAX_STRING} bytes");
            return Err(budget(message, place));
        }
        self.spend(length / 32, place)
    }

    /// The values of a list of expressions, with `*list` spread.
    pub(super) fn sequence(
        &mut self,
        items: &[Expr],
        frame: &mut Frame,
    ) -> Result<Vec<Value>, Stop> {
        let mut values = Vec::new();
        for item in items {
            let place = self.place(frame.module, item.span);
            let value = self.expression(item, frame)?;
            if matches!(item.kind, ExprKind::Starred(_)) {
                values.extend(self.items(&value, place)?.unwrap_or_default());
            } else {
                values.push(value);
            }
            self.spend_list(values.len().saturating_sub(MAX_LIST), place)?;
        }
        Ok(values)
    }

    /// What a loop over a value yields; `None`, with a note, where it is not known.
    pub(super) fn items(
        &mut self,
        value: &Value,
        place: Place,
    ) -> Result<Option<Vec<Value>>, Stop> {
        let items = match &value.kind {
            Kind::Tuple(items) => items.to_vec(),
            Kind::List(items) => items.borrow().clone(),
            Kind::Dict(entries) => entries
                .borrow()
                .iter()
                .map(|(key, _)| key.clone())
                .collect(),
            Kind::Str(text) => text
                .chars()
                .map(|c| Value::new(Kind::Str(Arc::from(c.to_string())), value.origin))
                .collect(),
            Kind::Range(start, stop, step) => {
                let length = range_length(*start, *stop, *step);
                self.spend_list(usize::try_from(length).unwrap_or(usize::MAX), place)?;
                (0..length)
                    .map(|i| Value::new(Kind::Int(start + i * step), value.origin))
                    .collect()
            }
            Kind::Container(container) => container
                .members
                .borrow()
                .iter()
                .map(|(name, member)| match container.kind {
                    super::value::ContainerKind::Dict => {
                        Value::new(Kind::Str(name.clone()), member.origin)
                    }
                    _ => member.clone(),
                })
                .collect(),
            Kind::Tensor(tensor) => {
                let tensor = tensor.borrow().clone();
                let Some(shape) = &tensor.shape else {
                    self.note(
                        ProblemKind::Unknown,
                        "a loop over a tensor of unknown shape".to_owned(),
                        place,
                    );
                    return Ok(None);
                };
                let count = shape.first().copied().unwrap_or(0);
                self.spend_list(usize::try_from(count).unwrap_or(0), place)?;
                let rest = shape.get(1..).map(<[i64]>::to_vec);
                let item = Value::new(Kind::tensor(tensor.after("getitem", rest)), place);
                (0..count).map(|_| item.clone()).collect()
            }
            other => {
                let why = format!("a loop over {} is not followed", describe(other));
                self.note(ProblemKind::Lost, why, place);
                return Ok(None);
            }
        };
        self.spend_list(items.len(), place)?;
        Ok(Some(items))
    }

    fn comprehend(
        &mut self,
        element: &Expr,
        generators: &[Generator],
        frame: &mut Frame,
        out: &mut Vec<Value>,
    ) -> Result<bool, Stop> {
        let Some((first, rest)) = generators.split_first() else {
            let place = self.place(frame.module, element.span);
            out.push(self.expression(element, frame)?);
            self.spend_list(out.len().saturating_sub(MAX_LIST), place)?;
            if out.len() > MAX_LIST {
                return Err(budget(format!("a list of more than {MAX_LIST}"), place));
            }
            return Ok(true);
        };
        let place = self.place(frame.module, first.iterable.span);
        let iterable = self.expression(&first.iterable, frame)?;
        let Some(items) = self.items(&iterable, place)? else {
            return Ok(false);
        };
        'items: for item in items {
            self.assign(&first.target, item, frame)?;
            for condition in &first.conditions {
                match self.expression(condition, frame)?.truth() {
                    Some(true) => {}
                    Some(false) => continue 'items,
                    None => return Ok(false),
                }
            }
            if !self.comprehend(element, rest, frame, out)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    // ---- assignment ----------------------------------------------------------------------------

    pub(super) fn assign(
        &mut self,
        target: &Expr,
        value: Value,
        frame: &mut Frame,
    ) -> Result<(), Stop> {
        let place = self.place(frame.module, target.span);
        match &target.kind {
            ExprKind::Name(name) => self.store(name.clone(), value, frame),
            ExprKind::Attribute(object, name) => {
                if let Kind::Object(object) = self.expression(object, frame)?.kind {
                    let mut attributes = object.attributes.borrow_mut();
                    // A module takes its place among the weights when it is first registered.
                    let was_module = attributes.get(name).is_some_and(|v| v.kind.is_module());
                    if value.kind.is_module() && !was_module {
                        attributes.remove(name);
                    }
                    attributes.set(name.clone(), value);
                }
            }
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                self.unpack(targets, &value, place, frame)?;
            }
            ExprKind::Starred(inner) => self.assign(inner, value, frame)?,
            ExprKind::Subscript(object, index) => {
                let object = self.expression(object, frame)?;
                let index = self.expression(index, frame)?;
                self.set_item(&object, index, value, place);
            }
            _ => {}
        }
        Ok(())
    }

    fn unpack(
        &mut self,
        targets: &[Expr],
        value: &Value,
        place: Place,
        frame: &mut Frame,
    ) -> Result<(), Stop> {
        let items = if value.kind.is_unknown() {
            None
        } else {
            self.items(value, place)?
        };
        let Some(items) = items else {
            for target in targets {
                self.assign(target, Value::new(Kind::unknown("unpacked"), place), frame)?;
            }
            return Ok(());
        };
        let star = targets
            .iter()
            .position(|target| matches!(target.kind, ExprKind::Starred(_)));
        let needed = targets.len() - usize::from(star.is_some());
        if items.len() < needed || (star.is_none() && items.len() != needed) {
            return Err(Stop::failure(
                ProblemKind::Failure,
                format!("{} values for {} names", items.len(), targets.len()),
                place,
            ));
        }
        let spare = items.len() - needed;
        let mut items = items.into_iter();
        for (at, target) in targets.iter().enumerate() {
            let value = if Some(at) == star {
                let taken = items.by_ref().take(spare).collect();
                Some(Value::new(Kind::list(taken), place))
            } else {
                items.next()
            };
            if let Some(value) = value {
                self.assign(target, value, frame)?;
            }
        }
        Ok(())
    }

    fn set_item(&mut self, object: &Value, index: Value, value: Value, place: Place) {
        match &object.kind {
            Kind::List(items) => {
                let mut items = items.borrow_mut();
                let at = index.as_int().and_then(|i| position(i, items.len()));
                match at.and_then(|at| items.get_mut(at)) {
                    Some(slot) => *slot = value,
                    None => drop(items),
                }
            }
            Kind::Dict(entries) => set_entry(&mut entries.borrow_mut(), index, value),
            Kind::Container(container) => {
                if let Some(name) = library::text_of(&index) {
                    let mut members = container.members.borrow_mut();
                    match members.iter_mut().find(|(known, _)| **known == *name) {
                        Some((_, slot)) => *slot = value,
                        None => members.push((Arc::from(name), value)),
                    }
                }
            }
            Kind::Tensor(tensor) => {
                // What is written into a tensor becomes a source of it.
                let mut tensor = tensor.borrow_mut();
                if let Kind::Tensor(other) = &value.kind
                    && let Ok(other) = other.try_borrow()
                {
                    tensor.sources.extend(other.sources.iter().cloned());
                    tensor.take_operations(&other);
                }
                for source in &mut tensor.sources {
                    source.via.push(Arc::from("setitem"));
                }
            }
            other => {
                let why = format!("an assignment into {} is not followed", describe(other));
                self.note(ProblemKind::Unknown, why, place);
            }
        }
    }

    // ---- attributes and subscripts -------------------------------------------------------------

    pub(super) fn attribute(
        &mut self,
        object: &Value,
        name: &Arc<str>,
        place: Place,
    ) -> Result<Value, Stop> {
        let kind = match &object.kind {
            Kind::Module(module) => {
                return Ok(self
                    .global(*module, name)
                    .unwrap_or_else(|| Value::new(Kind::unknown("not in that file"), place)));
            }
            Kind::Library(path) if &**path == "ai8x.dev" => {
                match layer_table::device_constant(self.device, name) {
                    Some(kind) => kind,
                    None => Kind::unknown("a property of the device"),
                }
            }
            Kind::Library(path) => library::constant(path, name)
                .unwrap_or_else(|| Kind::Library(Arc::from(format!("{path}.{name}")))),
            Kind::Object(instance) => {
                let own = instance.attributes.borrow().get(name).cloned();
                if let Some(value) = own {
                    return Ok(value);
                }
                if &**name == "__class__" {
                    Kind::Class(instance.class.clone())
                } else if let Some(value) = instance.class.find(name) {
                    return self.bind(value, instance, place);
                } else {
                    // The base class `nn.Module` offers the rest.
                    Kind::Library(Arc::from(format!("module.{name}")))
                }
            }
            Kind::Super(class, instance) => {
                let after = instance
                    .class
                    .ancestry()
                    .into_iter()
                    .skip_while(|known| !Rc::ptr_eq(known, class))
                    .skip(1)
                    .find_map(|known| known.attributes.borrow().get(name).cloned());
                match after {
                    Some(value) => return self.bind(value, instance, place),
                    None => Kind::Library(Arc::from(format!("module.{name}"))),
                }
            }
            Kind::Class(class) => match class.find(name) {
                Some(value) => return Ok(value),
                None if &**name == "__name__" => Kind::Str(class.name.clone()),
                None => self.unknown(format!("`{}` has no `{name}`", class.name), place),
            },
            Kind::Tensor(tensor) if &**name == "shape" => shape_value(&tensor.borrow(), place),
            Kind::Tensor(_) if &**name == "device" => Kind::unknown("where a tensor lies"),
            Kind::Unknown(_) => Kind::unknown("an attribute of an unknown value"),
            Kind::Layer(index) => self.layer_attribute(*index, name, object),
            _ => Kind::Method(Box::new(object.clone()), name.clone()),
        };
        Ok(Value::new(kind, place))
    }

    fn layer_attribute(&self, index: usize, name: &Arc<str>, object: &Value) -> Kind {
        let Some(layer) = self.layers.get(index) else {
            return Kind::unknown("a layer");
        };
        let number = match &**name {
            "in_channels" | "in_features" => &layer.in_channels,
            "out_channels" | "out_features" => &layer.out_channels,
            _ => return Kind::Method(Box::new(object.clone()), name.clone()),
        };
        number
            .value
            .map_or_else(|| Kind::unknown("a property of a layer"), Kind::Int)
    }

    fn bind(&mut self, value: Value, object: &Rc<Object>, place: Place) -> Result<Value, Stop> {
        let Kind::Function(function) = &value.kind else {
            return Ok(value);
        };
        let has = |name: &str| function.def.decorators.iter().any(|d| &**d == name);
        let this = |kind| Value::new(kind, place);
        if has("staticmethod") {
            Ok(value)
        } else if has("property") {
            let receiver = this(Kind::Object(object.clone()));
            self.call_function(function, vec![receiver], Vec::new(), place)
        } else {
            let receiver = if has("classmethod") {
                this(Kind::Class(object.class.clone()))
            } else {
                this(Kind::Object(object.clone()))
            };
            let function: Rc<Function> = function.clone();
            Ok(Value::new(
                Kind::Bound(function, Box::new(receiver)),
                value.origin,
            ))
        }
    }

    fn subscript(&mut self, object: &Value, index: &Value, place: Place) -> Result<Value, Stop> {
        if let Kind::Tensor(tensor) = &object.kind {
            let tensor = tensor.borrow();
            let shape = tensor::indexed_shape(tensor.shape.as_deref(), index);
            return Ok(Value::new(
                Kind::tensor(tensor.after("getitem", shape)),
                place,
            ));
        }
        if object.kind.is_unknown() || index.kind.is_unknown() {
            return Ok(Value::new(Kind::unknown("an unknown element"), place));
        }
        let missing = || {
            Stop::failure(
                ProblemKind::Failure,
                "there is no such element".to_owned(),
                place,
            )
        };
        match &object.kind {
            Kind::Dict(entries) => {
                for (key, value) in entries.borrow().iter() {
                    if key.equals(index) == Some(true) {
                        return Ok(value.clone());
                    }
                }
                Err(missing())
            }
            Kind::Container(container) if library::text_of(index).is_some() => {
                let members = container.members.borrow();
                let found = match index.as_int() {
                    Some(i) => position(i, members.len()).and_then(|at| members.get(at)),
                    None => {
                        let name = library::text_of(index).unwrap_or_default();
                        members.iter().find(|(known, _)| **known == *name)
                    }
                };
                found.map(|(_, value)| value.clone()).ok_or_else(missing)
            }
            Kind::Tuple(_)
            | Kind::List(_)
            | Kind::Range(..)
            | Kind::Str(_)
            | Kind::Container(_) => {
                let items = self.items(object, place)?.unwrap_or_default();
                match (&index.kind, index.as_int()) {
                    (_, Some(i)) => position(i, items.len())
                        .and_then(|at| items.get(at).cloned())
                        .ok_or_else(missing),
                    (Kind::Slice(start, stop, step), _) => {
                        let picked: Vec<Value> = slice_positions(*start, *stop, *step, items.len())
                            .filter_map(|at| items.get(at).cloned())
                            .collect();
                        let kind = match &object.kind {
                            Kind::Tuple(_) => Kind::Tuple(Rc::new(picked)),
                            Kind::Str(_) => Kind::Str(Arc::from(
                                picked
                                    .iter()
                                    .filter_map(library::text_of)
                                    .collect::<String>(),
                            )),
                            _ => Kind::list(picked),
                        };
                        Ok(Value::new(kind, place))
                    }
                    _ => Err(missing()),
                }
            }
            other => {
                let why = format!("an element of {} is not followed", describe(other));
                Ok(Value::new(self.unknown(why, place), place))
            }
        }
    }
}

pub(super) fn shape_value(tensor: &Tensor, place: Place) -> Kind {
    tensor.shape.as_ref().map_or_else(
        || Kind::unknown("the shape of a tensor"),
        |shape| {
            let sizes = shape.iter().map(|n| Value::new(Kind::Int(*n), place));
            Kind::Tuple(Rc::new(sizes.collect()))
        },
    )
}

/// A tensor that the model makes itself.
pub(super) fn constant_tensor(shape: Option<Vec<i64>>) -> Kind {
    let source = Source::new(SourceOf::Constant);
    Kind::tensor(Tensor::new(shape, vec![source]))
}

/// The number that the trainer's device setting has.
pub(super) const fn device_number(device: TrainingDevice) -> i64 {
    match device {
        TrainingDevice::Ai84 => 84,
        TrainingDevice::Ai85 => 85,
        TrainingDevice::Ai87 => 87,
    }
}

pub(super) fn set_entry(entries: &mut Vec<(Value, Value)>, key: Value, value: Value) {
    match entries
        .iter_mut()
        .find(|(known, _)| known.equals(&key) == Some(true))
    {
        Some((_, slot)) => *slot = value,
        None => entries.push((key, value)),
    }
}

/// A Python index as a position.
pub(super) fn position(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let at = if index < 0 { index + length } else { index };
    usize::try_from(at).ok().filter(|_| at < length)
}

/// The positions that a slice picks.
pub(super) fn slice_positions(
    start: Option<i64>,
    stop: Option<i64>,
    step: Option<i64>,
    length: usize,
) -> impl Iterator<Item = usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let step = match step.unwrap_or(1) {
        0 => 1,
        step => step,
    };
    let (low, high) = if step > 0 {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let bound = |given: Option<i64>, default: i64| match given {
        None => default,
        Some(x) if x < 0 => x.saturating_add(length).clamp(low, high),
        Some(x) => x.clamp(low, high),
    };
    let (first, last) = if step > 0 {
        (0, length)
    } else {
        (length - 1, -1)
    };
    let (start, stop) = (bound(start, first), bound(stop, last));
    (0..range_length(start, stop, step)).filter_map(move |i| usize::try_from(start + i * step).ok())
}

/// Number of values of a range.
pub(super) fn range_length(start: i64, stop: i64, step: i64) -> i64 {
    let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
    let length = match step {
        0 => 0,
        1.. => (stop - start + step - 1) / step,
        _ => (start - stop - step - 1) / -step,
    };
    i64::try_from(length.max(0)).unwrap_or(i64::MAX)
}

/// The plain names that the loops of a comprehension assign.
fn target_names(generators: &[Generator]) -> Vec<Arc<str>> {
    let mut names = Vec::new();
    let mut waiting: Vec<&Expr> = generators.iter().map(|g| &g.target).collect();
    while let Some(target) = waiting.pop() {
        match &target.kind {
            ExprKind::Name(name) => names.push(name.clone()),
            ExprKind::Tuple(items) | ExprKind::List(items) => waiting.extend(items),
            _ => {}
        }
    }
    names
}
