//! AX9: style and performance.

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[];
