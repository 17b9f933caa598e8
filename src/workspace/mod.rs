//! Touches the world: finds and reads networks, configuration and sidecars, fills the facts, and
//! lints whole files.

pub mod directives;
pub mod selection;
mod serde_error;
pub mod shapes;

pub use serde_error::Fault;
