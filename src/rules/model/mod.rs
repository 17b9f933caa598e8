//! AX8: model and checkpoint.

use super::Rule;

mod arch_mismatch;
mod kernel_size_vs_weights;
mod layer_count;
mod surplus_weights;
mod weight_channels;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &layer_count::RULE,
    &arch_mismatch::RULE,
    &kernel_size_vs_weights::RULE,
    &surplus_weights::RULE,
    &weight_channels::RULE,
];
