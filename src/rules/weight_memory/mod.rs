//! AX6: weight and bias memory.

mod bias_memory_exhausted;
mod bias_outputs;
mod calcx4_output_channels;
mod calcx4_partial_quad;
mod input_expansion_limit;
mod kernel_collision;
mod kernel_memory_exhausted;
mod low_bit_unaligned_output;
mod quad_output_channels;
mod tram_overflow;

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &kernel_memory_exhausted::RULE,
    &low_bit_unaligned_output::RULE,
    &bias_memory_exhausted::RULE,
    &input_expansion_limit::RULE,
    &calcx4_partial_quad::RULE,
    &calcx4_output_channels::RULE,
    &kernel_collision::RULE,
    &quad_output_channels::RULE,
    &tram_overflow::RULE,
    &bias_outputs::RULE,
];
