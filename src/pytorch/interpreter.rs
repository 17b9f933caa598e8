//! The interpreter: state, budgets, and the model that it collects.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::front;
use super::layer_table::ArgumentPlaces;
use super::model::{
    Call, Defaults, Input, Layer, Model, Operation, Place, Problem, ProblemKind, Resolve, Source,
    SourceOf, TrainingDevice,
};
use super::value::{self, Class, Function, Kind, Names, Object, Tensor, Value};
use crate::text::{Span, TextFile};

/// Steps of a whole run; the vendor's largest model takes 5000.
const MAX_STEPS: usize = 200_000;
/// Steps of a helper function that builds no layer; then its result is unknown.
const MAX_HELPER_STEPS: usize = 2_000;
/// Calls within calls.
const MAX_CALL_DEPTH: usize = 100;
/// Layers, and calls of layers.
const MAX_LAYERS: usize = 4_096;
/// Files that a model imports.
const MAX_FILES: usize = 64;
/// Problems that are kept: the first ones say most.
const MAX_PROBLEMS: usize = 64;
/// Bytes of the path of a layer.
const MAX_PATH: usize = 1_024;
/// Elements of a list or range, and of its kin.
pub(super) const MAX_LIST: usize = 10_000;
/// Bytes of a string.
pub(super) const MAX_STRING: usize = 64 << 10;

/// Why the interpreter leaves the code that it runs.
#[derive(Debug)]
pub(super) enum Stop {
    /// The code would fail.
    Failure(Box<Problem>),
    /// Too much work.
    Budget(Box<Problem>),
    /// Too much work for a helper; caught at its call.
    Helper,
}

impl Stop {
    pub(super) fn failure(kind: ProblemKind, message: String, place: Place) -> Self {
        Self::Failure(Box::new(Problem {
            kind,
            message,
            place,
            calls: Vec::new(),
        }))
    }

    /// Adds the call that is left by it.
    pub(super) fn leaving(mut self, call: Place) -> Self {
        if let Self::Failure(problem) | Self::Budget(problem) = &mut self {
            problem.calls.push(call);
        }
        self
    }
}

/// How a statement ends.
pub(super) enum Flow {
    Next,
    Return(Value),
    Break,
    Continue,
}

/// Where names are looked up and assigned.
pub(super) struct Frame {
    pub(super) locals: Names,
    pub(super) closure: Option<Names>,
    /// The file whose names are global.
    pub(super) module: usize,
    /// Assignments go to the file itself.
    pub(super) is_global: bool,
    /// The body of a class, whose names its functions do not see.
    pub(super) is_class: bool,
    /// For `super()`: the class that holds the method, and the object.
    pub(super) this: Option<(Rc<Class>, Rc<Object>)>,
}

impl Frame {
    fn global(module: usize) -> Self {
        Self {
            locals: Names::default(),
            closure: None,
            module,
            is_global: true,
            is_class: false,
            this: None,
        }
    }
}

pub(super) struct Interpreter<'a> {
    resolve: &'a dyn Resolve,
    pub(super) device: TrainingDevice,
    files: Vec<Arc<TextFile>>,
    globals: Vec<Names>,
    loaded: HashMap<String, Option<usize>>,
    steps: usize,
    /// Where the running helper has to end, and what was built when it began.
    helper: Option<(usize, usize)>,
    depth: usize,
    /// The calls that led here, outermost first.
    pub(super) trail: Vec<Place>,
    /// Where the arguments of the current call stand.
    pub(super) argument_places: ArgumentPlaces,
    pub(super) layers: Vec<Layer>,
    pub(super) call_counts: Vec<usize>,
    pub(super) calls: Vec<Call>,
    root: Option<Value>,
    outputs: Vec<Input>,
    /// Operations, and whether a layer is called with the result.
    operations: Vec<(Operation, bool)>,
    pub(super) defaults: Defaults,
    problems: Vec<Problem>,
    /// All objects, to break their cycles at the end.
    pub(super) objects: Vec<Rc<Object>>,
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(device: TrainingDevice, resolve: &'a dyn Resolve) -> Self {
        Self {
            resolve,
            device,
            files: Vec::new(),
            globals: Vec::new(),
            loaded: HashMap::new(),
            steps: 0,
            helper: None,
            depth: 0,
            trail: Vec::new(),
            argument_places: Vec::new(),
            layers: Vec::new(),
            call_counts: Vec::new(),
            calls: Vec::new(),
            root: None,
            outputs: Vec::new(),
            operations: Vec::new(),
            defaults: Defaults::default(),
            problems: Vec::new(),
            objects: Vec::new(),
        }
    }

    /// Reads a file and runs its top level; a statement that fails there is skipped.
    pub(super) fn load(&mut self, name: &str, text: &str) -> usize {
        let module = self.files.len();
        self.files.push(Arc::new(TextFile {
            path: name.to_owned(),
            text: text.to_owned(),
        }));
        self.globals.push(Names::default());
        let source = front::parsed(text);
        for (span, message) in &source.errors {
            let place = self.place(module, *span);
            self.note(ProblemKind::Syntax, message.clone(), place);
        }
        let mut frame = Frame::global(module);
        for statement in &source.body {
            match self.statement(statement, &mut frame) {
                Ok(_) | Err(Stop::Helper) => {}
                Err(stop @ Stop::Budget(_)) => {
                    self.report(stop);
                    break;
                }
                // What a model needs of it will be missing there.
                Err(Stop::Failure(problem)) => {
                    self.note(ProblemKind::Unknown, problem.message, problem.place);
                }
            }
        }
        module
    }

    /// The file behind an import, read once.
    pub(super) fn import(&mut self, name: &str) -> Kind {
        let first = name.split('.').next().unwrap_or_default();
        if matches!(first, "ai8x" | "ai8x_nas" | "torch" | "math" | "numpy") {
            return Kind::Library(Arc::from(name));
        }
        if let Some(known) = self.loaded.get(name) {
            return known.map_or_else(|| Kind::Library(Arc::from(name)), Kind::Module);
        }
        if self.files.len() >= MAX_FILES {
            return Kind::unknown("too many files");
        }
        // Entered first: files that import each other see what is there so far.
        self.loaded.insert(name.to_owned(), None);
        let Some((file, text)) = self.resolve.module(name) else {
            return Kind::Library(Arc::from(name));
        };
        self.loaded.insert(name.to_owned(), Some(self.files.len()));
        self.depth += 1;
        let module = if self.depth > MAX_CALL_DEPTH {
            None
        } else {
            Some(self.load(&file, &text))
        };
        self.depth -= 1;
        module.map_or_else(|| Kind::unknown("too many files"), Kind::Module)
    }

    pub(super) fn global(&self, module: usize, name: &str) -> Option<Value> {
        self.globals.get(module)?.get(name).cloned()
    }

    /// What imports cost does not count for the model.
    pub(super) fn restart_budget(&mut self) {
        self.steps = 0;
    }

    pub(super) fn place(&self, module: usize, span: Span) -> Place {
        Place {
            file: u32::try_from(module).unwrap_or(u32::MAX),
            span,
        }
    }

    /// Counts work.
    pub(super) fn spend(&mut self, steps: usize, place: Place) -> Result<(), Stop> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS {
            return Err(budget(format!("more than {MAX_STEPS} steps"), place));
        }
        if let Some((end, built)) = self.helper
            && self.steps > end
        {
            if self.built() == built {
                return Err(Stop::Helper);
            }
            // It builds the model: no mere helper.
            self.helper = None;
        }
        Ok(())
    }

    fn built(&self) -> usize {
        self.layers.len() + self.calls.len()
    }

    /// Checks the length of a list that is about to be, and counts it as work.
    pub(super) fn spend_list(&mut self, length: usize, place: Place) -> Result<(), Stop> {
        if length > MAX_LIST {
            return Err(budget(format!("a list of more than {MAX_LIST}"), place));
        }
        self.spend(length / 4, place)
    }

    /// Checks that there is room for one more layer or call.
    pub(super) fn spend_layer(&mut self, place: Place) -> Result<(), Stop> {
        if self.built() >= MAX_LAYERS {
            let message = format!("more than {MAX_LAYERS} layers and calls");
            return Err(budget(message, place));
        }
        Ok(())
    }

    /// Keeps a problem that does not stop the run.
    pub(super) fn note(&mut self, kind: ProblemKind, message: String, place: Place) {
        self.keep(Problem {
            kind,
            message,
            place,
            calls: self.trail.iter().rev().copied().collect(),
        });
    }

    /// Keeps a problem that is not known yet.
    fn keep(&mut self, problem: Problem) {
        let is_known = self.problems.iter().any(|known| {
            (known.kind, &known.message, known.place)
                == (problem.kind, &problem.message, problem.place)
        });
        if self.problems.len() < MAX_PROBLEMS && !is_known {
            self.problems.push(problem);
        }
    }

    /// An unknown value, with a note why.
    pub(super) fn unknown(&mut self, why: String, place: Place) -> Kind {
        let kind = Kind::unknown(&why);
        self.note(ProblemKind::Unknown, why, place);
        kind
    }

    /// An unknown value, with a note why: code that may make layers or use them was not followed.
    pub(super) fn lost(&mut self, why: String, place: Place) -> Kind {
        let kind = Kind::unknown(&why);
        self.note(ProblemKind::Lost, why, place);
        kind
    }

    /// Keeps an operation that the accelerator does not run, and notes it on its result. What is done
    /// to the model's input, whoever makes that can do.
    pub(super) fn operation(
        &mut self,
        name: &str,
        reshape: Option<(Vec<i64>, Vec<i64>)>,
        result: &mut Tensor,
        place: Place,
    ) {
        let is_of_layer = |source: &value::Source| matches!(source.of, SourceOf::Call(_));
        if !result.sources.iter().any(is_of_layer) {
            return;
        }
        let known = self.operations.iter().position(|(known, _)| {
            known.name == name && known.places.first() == Some(&place) && known.reshape == reshape
        });
        let index = known.unwrap_or(self.operations.len());
        if known.is_none() {
            if index >= MAX_PROBLEMS {
                return;
            }
            let outside = self.trail.iter().rev().copied().filter(|at| *at != place);
            let operation = Operation {
                name: name.to_owned(),
                reshape,
                places: std::iter::once(place).chain(outside).collect(),
            };
            self.operations.push((operation, false));
        }
        if !result.operations.contains(&index) {
            result.operations.push(index);
        }
    }

    /// A layer is called with a tensor: its operations stand before a layer.
    pub(super) fn precede_layer(&mut self, tensor: &Tensor) {
        for index in &tensor.operations {
            if let Some((_, precedes)) = self.operations.get_mut(*index) {
                *precedes = true;
            }
        }
    }

    pub(super) fn report(&mut self, stop: Stop) {
        let problem = match stop {
            Stop::Failure(problem) | Stop::Budget(problem) => *problem,
            // Caught at the call of the helper.
            Stop::Helper => return,
        };
        // The one that stopped the run must not be lost behind mere notes.
        self.problems.truncate(MAX_PROBLEMS - 1);
        self.keep(problem);
    }

    // ---- functions -----------------------------------------------------------------------------

    /// Runs the body of a function whose arguments are bound.
    pub(super) fn run(
        &mut self,
        function: &Rc<Function>,
        frame: &mut Frame,
        place: Place,
    ) -> Result<Value, Stop> {
        if self.depth >= MAX_CALL_DEPTH {
            let message = format!("more than {MAX_CALL_DEPTH} calls within calls");
            return Err(budget(message, place));
        }
        let name = &*function.def.name;
        let is_helper =
            self.helper.is_none() && self.depth > 0 && !matches!(name, "__init__" | "forward");
        if is_helper {
            self.helper = Some((self.steps + MAX_HELPER_STEPS, self.built()));
        }
        self.depth += 1;
        let flow = self.block(&function.def.body, frame);
        self.depth -= 1;
        if is_helper {
            self.helper = None;
        }
        match flow {
            Ok(Flow::Return(value)) => Ok(value),
            Ok(_) => Ok(Value::new(Kind::None, place)),
            Err(Stop::Helper) if is_helper => {
                let why = format!("`{name}` takes more than {MAX_HELPER_STEPS} steps");
                Ok(Value::new(self.unknown(why, place), place))
            }
            Err(stop) => Err(stop),
        }
    }

    pub(super) fn set_root(&mut self, model: Value) {
        self.root = Some(model);
    }

    pub(super) fn set_output(&mut self, value: &Value) {
        let mut tensors = Vec::new();
        collect_tensors(value, &mut tensors, 8);
        self.outputs = tensors.iter().map(input).collect();
    }

    /// The model, with its layers in order of registration.
    pub(super) fn finish(mut self) -> Model {
        let mut found = Vec::new();
        let is_built = self.root.is_some();
        if let Some(root) = self.root.take() {
            collect_layers(&root, &mut found);
        }
        let mut order: Vec<usize> = Vec::new();
        for (path, index) in found {
            if let Some(layer) = self.layers.get_mut(index) {
                layer.path = path;
                order.push(index);
            }
        }
        let held: HashSet<usize> = order.iter().copied().collect();
        order.extend((0..self.layers.len()).filter(|index| !held.contains(index)));
        let mut new_index = vec![0; order.len()];
        let mut layers = Vec::with_capacity(order.len());
        for (new, old) in order.into_iter().enumerate() {
            if let (Some(slot), Some(layer)) = (new_index.get_mut(old), self.layers.get(old)) {
                *slot = new;
                layers.push(layer.clone());
            }
        }
        for call in &mut self.calls {
            call.layer = new_index.get(call.layer).copied().unwrap_or_default();
        }
        for object in &self.objects {
            object.attributes.borrow_mut().clear();
        }
        Model {
            files: self.files,
            layers,
            calls: self.calls,
            outputs: self.outputs,
            operations: self
                .operations
                .into_iter()
                .filter_map(|(operation, precedes)| precedes.then_some(operation))
                .collect(),
            problems: self.problems,
            is_built,
            defaults: self.defaults,
        }
    }

    // ---- names ---------------------------------------------------------------------------------

    pub(super) fn store(&mut self, name: Arc<str>, value: Value, frame: &mut Frame) {
        if !frame.is_global {
            frame.locals.set(name, value);
        } else if let Some(globals) = self.globals.get_mut(frame.module) {
            globals.set(name, value);
        }
    }

    pub(super) fn lookup(&self, name: &Arc<str>, frame: &Frame) -> Option<Value> {
        frame
            .locals
            .get(name)
            .or_else(|| frame.closure.as_ref()?.get(name))
            .or_else(|| self.globals.get(frame.module)?.get(name))
            .cloned()
    }
}

pub(super) fn budget(message: String, place: Place) -> Stop {
    Stop::Budget(Box::new(Problem {
        kind: ProblemKind::Budget,
        message: format!("not followed to the end: {message}"),
        place,
        calls: Vec::new(),
    }))
}

/// The plain form of a tensor.
pub(super) fn input(tensor: &Tensor) -> Input {
    let mut sources: Vec<Source> = Vec::new();
    let mut seen = HashSet::new();
    for source in &tensor.sources {
        let source = Source {
            of: source.of,
            via: source.via.iter().map(ToString::to_string).collect(),
        };
        if seen.insert(source.clone()) {
            sources.push(source);
        }
    }
    Input {
        shape: tensor.shape.clone(),
        sources,
    }
}

fn collect_tensors(value: &Value, tensors: &mut Vec<Tensor>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match &value.kind {
        Kind::Tensor(tensor) => tensors.push(tensor.borrow().clone()),
        Kind::Tuple(items) => {
            for item in items.iter() {
                collect_tensors(item, tensors, depth);
            }
        }
        Kind::List(items) => {
            for item in items.borrow().iter() {
                collect_tensors(item, tensors, depth);
            }
        }
        Kind::Dict(items) => {
            for (_, item) in items.borrow().iter() {
                collect_tensors(item, tensors, depth);
            }
        }
        _ => {}
    }
}

/// The layers that a module holds, each with the first path that leads to it, in order of
/// registration.
fn collect_layers(root: &Value, found: &mut Vec<(String, usize)>) {
    let mut layers_seen = HashSet::new();
    let mut modules_seen = HashSet::new();
    // A stack of modules still to visit; the next one is last.
    let mut waiting = vec![(String::new(), root.clone())];
    while let Some((path, value)) = waiting.pop() {
        let join = |name: &str| {
            if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            }
        };
        // Longer paths come only of containers that nest without end.
        if path.len() > MAX_PATH {
            continue;
        }
        let members: Vec<(String, Value)> = match &value.kind {
            Kind::Layer(index) => {
                if layers_seen.insert(*index) {
                    found.push((path, *index));
                }
                continue;
            }
            Kind::Object(object) if modules_seen.insert(Rc::as_ptr(object).cast::<u8>()) => object
                .attributes
                .borrow()
                .iter()
                .filter(|(_, value)| value.kind.is_module())
                .map(|(name, value)| (join(name), value.clone()))
                .collect(),
            Kind::Container(container)
                if modules_seen.insert(Rc::as_ptr(container).cast::<u8>()) =>
            {
                let members = container.members.borrow();
                members
                    .iter()
                    .map(|(name, value)| (join(name), value.clone()))
                    .collect()
            }
            _ => continue,
        };
        waiting.extend(members.into_iter().rev());
    }
}

/// The name of a class that a value is made by, for messages.
pub(super) fn describe(kind: &Kind) -> String {
    match kind {
        Kind::Library(path) => format!("`{path}`"),
        Kind::Class(class) => format!("`{}`", class.name),
        Kind::Object(object) => format!("an object of `{}`", object.class.name),
        Kind::Unknown(why) => format!("an unknown value ({why})"),
        other => other.noun().to_owned(),
    }
}
