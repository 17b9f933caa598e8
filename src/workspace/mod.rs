//! Touches the world: finds and reads networks, configuration and sidecars, fills the facts, and
//! lints whole files.

pub mod directives;
pub mod selection;
