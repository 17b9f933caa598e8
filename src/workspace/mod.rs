//! Touches the world: finds and reads networks, configuration and sidecars, fills the facts, and
//! lints whole files.

mod allocate;
mod assume;
mod beside;
pub mod config;
mod counterpart;
pub mod directives;
mod discover;
mod fix;
mod generate;
mod lint;
mod memo;
mod models;
mod offers;
pub mod selection;
mod serde_error;
pub mod shapes;
mod source;
mod training;

pub use allocate::{Allocated, Choices, allocate};
pub use assume::{
    Assumptions, DeviceChoice, Known, Origin, Overrides, Sample, Trained, load_shapes,
};
pub use beside::{Unsettled, load_checkpoint};
pub use config::{Config, Configurations};
pub use counterpart::{ModelName, Modeled, edit_python};
pub use directives::Directives;
pub use discover::{Candidate, discover};
pub use fix::{Fixed, fix, write};
pub use generate::{Order, begin, beginnings, complete, generate_network};
pub use lint::{Linted, lint, lint_once, lint_trial, tried};
pub use offers::offered;
pub use selection::{Selection, Selector};
pub use serde_error::Fault;
pub use source::{SourceFile, Trouble};
pub use training::TrainingRun;

use std::path::Path;

/// A path as people know it: relative to the current folder where it lies below.
pub fn shown(path: &Path) -> String {
    std::env::current_dir()
        .ok()
        .and_then(|current| path.strip_prefix(current).ok())
        .unwrap_or(path)
        .display()
        .to_string()
}
