//! Tree to typed network: the key table, lowering, the JSON Schema.

pub mod keys;
mod lower;
mod model;
mod names;
mod problem;
pub mod schema;

pub use lower::lower;
pub use model::{
    Activation, DataBuffer, DataFormat, Eltwise, Field, Layer, Network, Operation, Reference,
    References, Source, Spanned, Target, Unload,
};
pub use names::Unresolved;
pub use problem::{Found, KeyEntry, Problem, ProblemKind};
