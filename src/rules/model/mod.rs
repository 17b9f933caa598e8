//! AX8: model and checkpoint.

mod kernel_size_vs_weights;
mod layer_count;
mod surplus_weights;

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &layer_count::RULE,
    &kernel_size_vs_weights::RULE,
    &surplus_weights::RULE,
];
