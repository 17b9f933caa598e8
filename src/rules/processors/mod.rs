//! AX2: processors.

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[];
