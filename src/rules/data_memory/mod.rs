//! AX3: data memory.

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[];
