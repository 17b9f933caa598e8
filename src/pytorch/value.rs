//! The values of the interpreter.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::model::{Literal, Place, SourceOf};
use super::syntax::FunctionDef;

/// Names and their values in order of first assignment.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    entries: Vec<Option<(Arc<str>, Value)>>,
    index: HashMap<Arc<str>, usize>,
}

impl Names {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let at = *self.index.get(name)?;
        self.entries.get(at)?.as_ref().map(|(_, value)| value)
    }

    pub(super) fn set(&mut self, name: Arc<str>, value: Value) {
        let at = self.index.get(&name).copied();
        match at.and_then(|at| self.entries.get_mut(at)) {
            Some(entry) => *entry = Some((name, value)),
            None => {
                self.index.insert(name.clone(), self.entries.len());
                self.entries.push(Some((name, value)));
            }
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        let at = self.index.remove(name);
        if let Some(entry) = at.and_then(|at| self.entries.get_mut(at)) {
            *entry = None;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Arc<str>, Value)> {
        self.entries.iter().flatten()
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.index.clear();
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) kind: Kind,
    pub(super) origin: Place,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    Tuple(Rc<Vec<Value>>),
    List(Rc<RefCell<Vec<Value>>>),
    Dict(Rc<RefCell<Vec<(Value, Value)>>>),
    Range(i64, i64, i64),
    Slice(Option<i64>, Option<i64>, Option<i64>),
    Function(Rc<Function>),
    Bound(Rc<Function>, Box<Value>),
    Class(Rc<Class>),
    Object(Rc<Object>),
    /// `super()`: where the search starts behind, and the object.
    Super(Rc<Class>, Rc<Object>),
    /// Index into the interpreter's layers.
    Layer(usize),
    /// A module that is no layer of the trainer (dropout, identity, one of PyTorch's own), with the
    /// name that it leaves behind.
    Transparent(Arc<str>),
    Container(Rc<Container>),
    Tensor(Rc<RefCell<Tensor>>),
    /// Something of a library, by its dotted path.
    Library(Arc<str>),
    /// A file that was read, by its index.
    Module(usize),
    /// A method of a built-in value.
    Method(Box<Value>, Arc<str>),
    Unknown(Arc<str>),
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) def: Arc<FunctionDef>,
    /// The file whose names it sees.
    pub(super) module: usize,
    /// The names around a nested function.
    pub(super) closure: Option<Names>,
    /// Defaults by the parameter's name.
    pub(super) defaults: Names,
    /// The class whose body holds it, for `super()`.
    pub(super) owner: RefCell<Option<Rc<Class>>>,
}

#[derive(Debug)]
pub(super) struct Class {
    pub(super) name: Arc<str>,
    pub(super) bases: Vec<Value>,
    pub(super) attributes: RefCell<Names>,
}

impl Class {
    /// The classes in which an attribute is looked for, in order.
    pub(super) fn ancestry(self: &Rc<Self>) -> Vec<Rc<Self>> {
        let mut line = vec![self.clone()];
        for base in &self.bases {
            if let Kind::Class(base) = &base.kind {
                for class in base.ancestry() {
                    if !line.iter().any(|known| Rc::ptr_eq(known, &class)) {
                        line.push(class);
                    }
                }
            }
        }
        line
    }

    pub(super) fn find(self: &Rc<Self>, name: &str) -> Option<Value> {
        self.ancestry()
            .iter()
            .find_map(|class| class.attributes.borrow().get(name).cloned())
    }
}

#[derive(Debug)]
pub(super) struct Object {
    pub(super) class: Rc<Class>,
    pub(super) attributes: RefCell<Names>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContainerKind {
    Sequential,
    List,
    Dict,
}

/// `nn.Sequential`, `nn.ModuleList`, `nn.ModuleDict`.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) kind: ContainerKind,
    pub(super) members: RefCell<Vec<(Arc<str>, Value)>>,
}

/// A tensor without its numbers.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    pub(super) shape: Option<Vec<i64>>,
    pub(super) sources: Vec<Source>,
    /// The interpreter's operations since the last layer, by index.
    pub(super) operations: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) of: SourceOf,
    pub(super) via: Vec<Arc<str>>,
}

impl Source {
    pub(super) const fn new(of: SourceOf) -> Self {
        Self {
            of,
            via: Vec::new(),
        }
    }
}

impl Tensor {
    /// The tensor after an operation that is no layer.
    pub(super) fn after(&self, operation: &str, shape: Option<Vec<i64>>) -> Self {
        let mut sources = self.sources.clone();
        for source in &mut sources {
            source.via.push(Arc::from(operation));
        }
        Self {
            shape,
            sources,
            operations: self.operations.clone(),
        }
    }

    /// A tensor of these sources.
    pub(super) const fn new(shape: Option<Vec<i64>>, sources: Vec<Source>) -> Self {
        Self {
            shape,
            sources,
            operations: Vec::new(),
        }
    }

    /// Takes the operations of another tensor that goes into this one.
    pub(super) fn take_operations(&mut self, other: &Self) {
        for operation in &other.operations {
            if !self.operations.contains(operation) {
                self.operations.push(*operation);
            }
        }
    }
}

impl Kind {
    pub(super) fn tensor(tensor: Tensor) -> Self {
        Self::Tensor(Rc::new(RefCell::new(tensor)))
    }

    pub(super) fn list(values: Vec<Value>) -> Self {
        Self::List(Rc::new(RefCell::new(values)))
    }

    pub(super) fn unknown(why: &str) -> Self {
        Self::Unknown(Arc::from(why))
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Whether assigning it to an attribute registers a sub-module.
    pub(super) fn is_module(&self) -> bool {
        matches!(
            self,
            Self::Layer(_) | Self::Object(_) | Self::Container(_) | Self::Transparent(_)
        )
    }

    /// What a message calls it.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "a truth value",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Str(_) => "a string",
            Self::Tuple(_) => "a tuple",
            Self::List(_) => "a list",
            Self::Dict(_) => "a dictionary",
            Self::Range(..) => "a range",
            Self::Slice(..) => "a slice",
            Self::Function(_) | Self::Bound(..) | Self::Method(..) => "a function",
            Self::Class(_) => "a class",
            Self::Object(_) | Self::Super(..) => "an object",
            Self::Layer(_) | Self::Transparent(_) | Self::Container(_) => "a module",
            Self::Tensor(_) => "a tensor",
            Self::Library(_) | Self::Module(_) => "a library",
            Self::Unknown(_) => "an unknown value",
        }
    }
}

impl Value {
    pub(super) const fn new(kind: Kind, origin: Place) -> Self {
        Self { kind, origin }
    }

    pub(super) fn literal(literal: &Literal, origin: Place) -> Self {
        let kind = match literal {
            Literal::None => Kind::None,
            Literal::Bool(x) => Kind::Bool(*x),
            Literal::Int(x) => Kind::Int(*x),
            Literal::Float(x) => Kind::Float(*x),
            Literal::Str(x) => Kind::Str(Arc::from(x.as_str())),
            Literal::Tuple(items) => Kind::Tuple(Rc::new(
                items
                    .iter()
                    .map(|item| Self::literal(item, origin))
                    .collect(),
            )),
        };
        Self { kind, origin }
    }

    /// As a plain value, if it is one. Lists in lists are followed two levels, as deep as any
    /// argument of a layer.
    pub(super) fn to_literal(&self) -> Option<Literal> {
        self.plain(2)
    }

    fn plain(&self, depth: usize) -> Option<Literal> {
        let items = |items: &[Self]| {
            let depth = depth.checked_sub(1)?;
            items
                .iter()
                .map(|item| item.plain(depth))
                .collect::<Option<Vec<_>>>()
                .map(Literal::Tuple)
        };
        Some(match &self.kind {
            Kind::None => Literal::None,
            Kind::Bool(x) => Literal::Bool(*x),
            Kind::Int(x) => Literal::Int(*x),
            Kind::Float(x) => Literal::Float(*x),
            Kind::Str(x) => Literal::Str(x.to_string()),
            Kind::Tuple(x) => items(x)?,
            Kind::List(x) => items(&x.borrow())?,
            _ => return None,
        })
    }

    pub(super) fn as_int(&self) -> Option<i64> {
        match self.kind {
            Kind::Int(x) => Some(x),
            Kind::Bool(x) => Some(i64::from(x)),
            _ => None,
        }
    }

    pub(super) fn as_float(&self) -> Option<f64> {
        match self.kind {
            Kind::Float(x) => Some(x),
            // Exact up to 2^53, far above any dimension.
            _ => self.as_int().map(|x| x as f64),
        }
    }

    /// Python's truth; `None` where it is not known.
    pub(super) fn truth(&self) -> Option<bool> {
        Some(match &self.kind {
            Kind::None => false,
            Kind::Bool(x) => *x,
            Kind::Int(x) => *x != 0,
            Kind::Float(x) => *x != 0.0,
            Kind::Str(x) => !x.is_empty(),
            Kind::Tuple(x) => !x.is_empty(),
            Kind::List(x) => !x.borrow().is_empty(),
            Kind::Dict(x) => !x.borrow().is_empty(),
            Kind::Container(x) => {
                x.kind == ContainerKind::Sequential || !x.members.borrow().is_empty()
            }
            Kind::Range(start, stop, step) => {
                (*step > 0 && start < stop) || (*step < 0 && start > stop)
            }
            Kind::Unknown(_) | Kind::Tensor(_) | Kind::Library(_) => return None,
            _ => true,
        })
    }

    /// Whether two values are equal; `None` where it is not known.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        self.equals_within(other, 32)
    }

    fn equals_within(&self, other: &Self, depth: usize) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        let all = |a: &[Self], b: &[Self]| {
            if a.len() != b.len() {
                return Some(false);
            }
            for (a, b) in a.iter().zip(b) {
                if !a.equals_within(b, depth)? {
                    return Some(false);
                }
            }
            Some(true)
        };
        match (&self.kind, &other.kind) {
            (Kind::Unknown(_) | Kind::Tensor(_) | Kind::Library(_), _)
            | (_, Kind::Unknown(_) | Kind::Tensor(_) | Kind::Library(_)) => None,
            (Kind::Str(a), Kind::Str(b)) => Some(a == b),
            (Kind::None, Kind::None) => Some(true),
            (Kind::Tuple(a), Kind::Tuple(b)) => all(a, b),
            (Kind::List(a), Kind::List(b)) => all(&a.borrow(), &b.borrow()),
            (Kind::Class(a), Kind::Class(b)) => Some(Rc::ptr_eq(a, b)),
            (Kind::Object(a), Kind::Object(b)) => Some(Rc::ptr_eq(a, b)),
            (Kind::Layer(a), Kind::Layer(b)) => Some(a == b),
            _ => match (self.as_float(), other.as_float()) {
                (Some(a), Some(b)) => Some(a == b),
                _ => Some(false),
            },
        }
    }
}
