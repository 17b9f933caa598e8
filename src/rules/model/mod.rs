//! AX8: model and checkpoint.

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[];
