//! AX0: YAML and schema.

use super::{Context, Rule};

/// A complete network for an example: one convolution with these further lines.
macro_rules! convolution {
    ($lines:literal) => {
        concat!(
            "arch: demo\ndataset: demo\n\nlayers:\n",
            "  - op: Conv2d\n",
            "    in_dim: [8, 8]\n",
            "    in_channels: 4\n",
            "    out_channels: 4\n",
            "    processors: 0x000000000000000f\n",
            "    out_offset: 0x2000\n",
            $lines
        )
    };
}

mod alias_conflict;
mod both_pool_kinds;
mod buffer_insert_without_offset;
mod buffer_shift_without_source;
mod conv1d_default_pad_leak;
mod convtranspose_stride;
mod data_buffer_layer_keys;
mod decimal_offset;
mod default_activation;
mod default_operator;
mod default_out_offset;
mod default_pool_stride;
mod dilation_without_convolution;
mod duplicate_key;
mod duplicate_layer_name;
mod in_crop_shape;
mod kernel_size_ignored;
mod kernel_size_on_linear;
mod key_table;
mod literals;
mod mask_digit_count;
mod numeric_literal_trap;
mod operands_without_eltwise;
mod pool_dilation_without_pooling;
mod pool_first_needs_eltwise_and_pool;
mod pool_stride_without_pool;
mod problem_text;
mod reserved_layer_name;
mod snoop_length;
mod stride_with_pooling;
mod unhashable_key;
mod width_key_ignored;
mod yaml_syntax;

use key_table::*;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &yaml_syntax::RULE,
    &duplicate_key::RULE,
    &unhashable_key::RULE,
    &UNKNOWN_GLOBAL_KEY,
    &MISSING_GLOBAL_KEY,
    &UNKNOWN_LAYER_KEY,
    &alias_conflict::RULE,
    &WRONG_VALUE_TYPE,
    &MISSING_PROCESSORS,
    &INVALID_PROCESSORS,
    &INVALID_OUTPUT_PROCESSORS,
    &INVALID_QUANTIZATION,
    &INVALID_IN_DIM,
    &UNKNOWN_ACTIVATION,
    &UNKNOWN_OPERATOR,
    &NEGATIVE_PAD,
    &dilation_without_convolution::RULE,
    &UNKNOWN_ELTWISE,
    &operands_without_eltwise::RULE,
    &OPERANDS_RANGE,
    &UNKNOWN_DATA_FORMAT,
    &INVALID_OUTPUT_WIDTH,
    &kernel_size_on_linear::RULE,
    &INVALID_KERNEL_SIZE,
    &NON_SQUARE_STRIDE_KEY,
    &stride_with_pooling::RULE,
    &convtranspose_stride::RULE,
    &BOOLEAN_NOT_BOOLEAN,
    &pool_dilation_without_pooling::RULE,
    &NEGATIVE_OUTPUT_PAD,
    &duplicate_layer_name::RULE,
    &reserved_layer_name::RULE,
    &INVALID_BUFFER_SHIFT,
    &buffer_shift_without_source::RULE,
    &INVALID_BUFFER_INSERT,
    &buffer_insert_without_offset::RULE,
    &DATA_BUFFER_UNKNOWN_KEY,
    &DATA_BUFFER_MISSING_KEY,
    &data_buffer_layer_keys::RULE,
    &UNLOAD_UNKNOWN_KEY,
    &UNLOAD_MISSING_KEY,
    &pool_first_needs_eltwise_and_pool::RULE,
    &default_out_offset::RULE,
    &default_operator::RULE,
    &default_activation::RULE,
    &default_pool_stride::RULE,
    &snoop_length::RULE,
    &OUTPUT_MAP_TYPE,
    &numeric_literal_trap::RULE,
    &both_pool_kinds::RULE,
    &width_key_ignored::RULE,
    &conv1d_default_pad_leak::RULE,
    &in_crop_shape::RULE,
    &LIST_LENGTH,
    &pool_stride_without_pool::RULE,
    &NEGATIVE_INTEGER,
    &kernel_size_ignored::RULE,
    &POOL_WINDOW_RANGE,
    &mask_digit_count::RULE,
    &decimal_offset::RULE,
];

/// The layer in which a place of the text lies; `None` above the first and behind the last one.
fn layer_at(cx: &Context, offset: u32) -> Option<usize> {
    let list = cx.network.layers_field.span()?;
    if !list.touches(offset) {
        return None;
    }
    cx.layers()
        .filter(|(_, layer)| layer.head.start <= offset)
        .max_by_key(|(_, layer)| layer.head.start)
        .map(|(index, _)| index)
}
