//! AX7: limits of the chip.

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[];
