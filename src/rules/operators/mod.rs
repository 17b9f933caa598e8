//! AX4: shapes and operators.

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[];
