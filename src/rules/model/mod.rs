//! AX8: model and checkpoint.

use super::Rule;

mod arch_mismatch;
mod kernel_size_vs_weights;
mod layer_count;
mod model_input;
mod model_layer_missing;
mod model_layer_surplus;
mod model_operator;
mod model_output;
mod model_pooling;
mod model_setting;
mod sides;
mod surplus_weights;
mod weight_channels;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &layer_count::RULE,
    &arch_mismatch::RULE,
    &kernel_size_vs_weights::RULE,
    &surplus_weights::RULE,
    &weight_channels::RULE,
    &model_operator::RULE,
    &model_setting::RULE,
    &model_pooling::RULE,
    &model_input::RULE,
    &model_layer_missing::RULE,
    &model_layer_surplus::RULE,
    &model_output::RULE,
];
