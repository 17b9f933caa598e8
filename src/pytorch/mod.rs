//! What lies beside a network, read as text and bytes: models, checkpoints, samples, data sets,
//! policies, and the scripts that call the vendor's tools.
//!
//! A model's Python source becomes the facts of its layers without Python: an error-tolerant parse,
//! our own small form of the language, and a bounded interpreter that runs the model's construction
//! and its `forward` on shapes. Nothing is executed on data, and what is not known stays unknown.
//! Files that a model imports come from a [`Resolve`].

pub mod checkpoint;
pub mod dataset;
pub mod npy;
pub mod policy;
pub mod script;

mod calls;
mod expressions;
mod facts;
mod front;
mod functional;
mod interpreter;
mod layer_table;
mod library;
mod lists;
mod model;
mod operators;
mod outline;
mod statements;
mod syntax;
mod tensor;
mod torch;
mod training;
mod value;

pub use model::{
    Argument, Call, Defaults, Fact, Input, Layer, Literal, Model, Operation, Operator, Place, Pool,
    PoolKind, Problem, ProblemKind, Request, Resolve, Source, SourceOf, TrainingDevice,
};

pub use lists::{DataSet, Offer, data_sets, offers};
pub use outline::{Entry, Outline, is_model_file, outline};
pub use training::{Training, input_of_network};

use std::sync::Arc;

use interpreter::{Interpreter, Stop};
use value::{Kind, Source as TensorSource, Tensor, Value};

/// The names that a file offers: functions and classes defined at its top level, with their places.
pub fn definitions(text: &str) -> Vec<(String, crate::text::Span)> {
    front::parsed(text)
        .body
        .iter()
        .filter_map(|statement| match &statement.kind {
            syntax::StmtKind::Function(def) => Some((def.name.to_string(), statement.span)),
            syntax::StmtKind::Class(def) => Some((def.name.to_string(), statement.span)),
            _ => None,
        })
        .collect()
}

/// Builds the model that `request` names and follows its `forward`.
///
/// Total: a file that cannot be read, a model that fails, and one that is too large all give a
/// [`Model`] with what is known and the problems that stopped it.
pub fn read_model(request: &Request<'_>, resolve: &dyn Resolve) -> Model {
    on_own_stack(|| read_here(request, resolve))
        .unwrap_or_else(|| Model::failed("the model could not be read on a thread of its own"))
}

/// Works on a stack of its own: the budgets bound how deep code and values nest, but not to what the
/// caller's stack may hold.
fn on_own_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let handle = thread.spawn_scoped(scope, work).ok()?;
        handle.join().ok()
    })
}

/// Only what is used of it takes memory.
const STACK_BYTES: usize = 256 << 20;

fn read_here(request: &Request<'_>, resolve: &dyn Resolve) -> Model {
    let mut interpreter = Interpreter::new(request.device, resolve);
    let root = interpreter.load(request.file, request.text);
    let outcome = build_and_run(&mut interpreter, root, request);
    if let Err(stop) = outcome {
        interpreter.report(stop);
    }
    interpreter.finish()
}

fn build_and_run(
    interpreter: &mut Interpreter<'_>,
    root: usize,
    request: &Request<'_>,
) -> Result<(), Stop> {
    let Some(factory) = interpreter.global(root, request.factory) else {
        return Err(Stop::failure(
            ProblemKind::Missing,
            format!("`{}` defines no `{}`", request.file, request.factory),
            Place::start_of(0),
        ));
    };
    let place = factory.origin;
    let keywords = request
        .arguments
        .iter()
        .map(|(name, literal)| (Arc::from(name.as_str()), Value::literal(literal, place)))
        .collect();
    interpreter.restart_budget();
    let model = interpreter.apply(&factory, Vec::new(), keywords, place)?;
    interpreter.set_root(model.clone());
    let Some(shape) = &request.input else {
        return Ok(());
    };
    let source = TensorSource::new(SourceOf::Input);
    let input = Tensor::new(Some(shape.clone()), vec![source]);
    let input = Value::new(Kind::tensor(input), place);
    let output = interpreter.apply(&model, vec![input], Vec::new(), place)?;
    interpreter.set_output(&output);
    Ok(())
}
