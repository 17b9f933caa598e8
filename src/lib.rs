//! ai8x-lint: a linter for the network YAML files of the MAX78000 and MAX78002.
//!
//! Data flows one way: text, syntax tree ([`yaml`]), typed network ([`network`]), derived facts
//! ([`analysis`]), findings ([`rules`]), and then to a report or an editor. Everything up to the
//! findings is pure and total: no I/O, no clock, no panic.
//!
//! The stable surface is [`check`], [`Facts`], [`Finding`], [`Fix`] and [`Edit`]; the modules are
//! public for tests and benchmarks.

pub mod allocate;
pub mod analysis;
pub mod cli;
pub mod device;
pub mod diagnostic;
pub mod facts;
pub mod generate;
pub mod ide;
pub mod lsp;
pub mod map;
pub mod network;
pub mod pytorch;
pub mod report;
pub mod rules;
pub mod text;
pub mod workspace;
pub mod yaml;

mod check;

pub use check::check;
pub use diagnostic::{Finding, Fix};
pub use facts::Facts;
pub use text::Edit;
