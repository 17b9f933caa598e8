//! AX9: style and performance.

mod channels_not_multiple_of_4;
mod consecutive_passthrough;
mod default_key_redundant;
mod depthwise_moves_data;
mod dilated_conv1d_uses_conv2d;
mod input_layer_pooling;
mod merge_with_pool_last;
mod mlator_ignored;
mod softmax_needs_wide;
mod use_mlator;
mod use_processor_notation;
mod wide_classifier;

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &channels_not_multiple_of_4::RULE,
    &depthwise_moves_data::RULE,
    &consecutive_passthrough::RULE,
    &merge_with_pool_last::RULE,
    &input_layer_pooling::RULE,
    &use_mlator::RULE,
    &mlator_ignored::RULE,
    &dilated_conv1d_uses_conv2d::RULE,
    &softmax_needs_wide::RULE,
    &default_key_redundant::RULE,
    &use_processor_notation::RULE,
    &wide_classifier::RULE,
];
