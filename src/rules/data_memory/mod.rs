//! AX3: data memory.

mod stream_tail_unprotected;

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[&stream_tail_unprotected::RULE];
