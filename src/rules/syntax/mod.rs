//! AX0: YAML and schema.

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[];
