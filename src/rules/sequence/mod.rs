//! AX1: sequence and graph.

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[];
