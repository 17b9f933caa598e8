//! AX4: shapes and operators.

/// A complete network for an example, from its layers.
macro_rules! network {
    ($device:literal, $layers:literal) => {
        concat!(
            "# ai8x-lint: device=",
            $device,
            "\narch: demo\ndataset: demo\n\nlayers:\n",
            $layers
        )
    };
}

mod activation_on_passthrough;
mod buffer_insert_shape;
mod buffer_shift_operator;
mod conv1d_needs_1d;
mod conv1d_pad_multipass;
mod conv1d_with_eltwise;
mod convtranspose_output_pad;
mod counter_range;
mod delivery;
mod depthwise_bias_group;
mod dilation;
mod dilation_kernel_one;
mod dilation_kernel_too_long;
mod dilation_needs_conv1d;
mod dilation_too_large;
mod dilation_with_modes;
mod dilation_with_pad;
mod dilation_with_pool;
mod dim_limit_doc;
mod eltwise_conv_bias;
mod eltwise_multipass_combined;
mod flatten_channels;
mod flatten_expansion;
mod flatten_limits;
mod flatten_not_needed;
mod flatten_on_passthrough;
mod flatten_too_large;
mod flatten_with_pool;
mod frame_size;
mod groups;
mod groups_not_depthwise;
mod groups_not_dividing;
mod groups_unsupported;
mod groups_with_flatten;
mod in_dim_pixel_count;
mod input_dim_too_large;
mod input_shape_mismatch;
mod inputs_dims_differ;
mod no_input_dims;
mod non_square_pool_stride;
#[path = "1d_data_into_2d_op.rs"]
mod one_d_data_into_2d_op;
mod operator_vs_weights_rank;
mod output_dim_too_large;
mod output_dim_zero;
mod output_pad_on_other_op;
mod output_shift_on_passthrough;
mod output_shift_range;
mod pad_not_smaller_than_kernel;
mod pad_on_passthrough;
mod pad_too_large;
mod passthrough_multipass_pool;
mod place;
mod pool_1d_passthrough;
mod pool_dilation_range;
mod pool_dilation_shape;
mod pool_last_operands;
mod pool_size_range;
mod pooled_dim_zero;
mod read_gap_multipass;
mod read_gap_unsupported;
mod stride_not_one;
mod timeslot_range;
mod wide_output_not_last;
mod wide_output_passthrough;
mod wide_output_with_activation;

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &inputs_dims_differ::RULE,
    &no_input_dims::RULE,
    &one_d_data_into_2d_op::RULE,
    &in_dim_pixel_count::RULE,
    &non_square_pool_stride::RULE,
    &pooled_dim_zero::RULE,
    &stride_not_one::RULE,
    &flatten_too_large::RULE,
    &flatten_not_needed::RULE,
    &pad_too_large::RULE,
    &pad_on_passthrough::RULE,
    &pad_not_smaller_than_kernel::RULE,
    &input_dim_too_large::RULE,
    &output_dim_too_large::RULE,
    &output_dim_zero::RULE,
    &activation_on_passthrough::RULE,
    &buffer_shift_operator::RULE,
    &conv1d_with_eltwise::RULE,
    &conv1d_pad_multipass::RULE,
    &pool_last_operands::RULE,
    &dilation_needs_conv1d::RULE,
    &dilation_kernel_one::RULE,
    &dilation_with_pool::RULE,
    &dilation_with_pad::RULE,
    &dilation_with_modes::RULE,
    &dilation_too_large::RULE,
    &dilation_kernel_too_long::RULE,
    &output_shift_on_passthrough::RULE,
    &passthrough_multipass_pool::RULE,
    &convtranspose_output_pad::RULE,
    &output_pad_on_other_op::RULE,
    &groups_not_dividing::RULE,
    &flatten_on_passthrough::RULE,
    &flatten_with_pool::RULE,
    &groups_unsupported::RULE,
    &groups_not_depthwise::RULE,
    &groups_with_flatten::RULE,
    &depthwise_bias_group::RULE,
    &read_gap_unsupported::RULE,
    &read_gap_multipass::RULE,
    &pool_dilation_range::RULE,
    &wide_output_passthrough::RULE,
    &wide_output_with_activation::RULE,
    &wide_output_not_last::RULE,
    &output_shift_range::RULE,
    &eltwise_multipass_combined::RULE,
    &eltwise_conv_bias::RULE,
    &input_shape_mismatch::RULE,
    &buffer_insert_shape::RULE,
    &pool_size_range::RULE,
    &frame_size::RULE,
    &counter_range::RULE,
    &flatten_channels::RULE,
    &conv1d_needs_1d::RULE,
    &timeslot_range::RULE,
    &pool_dilation_shape::RULE,
    &flatten_limits::RULE,
    &flatten_expansion::RULE,
    &dim_limit_doc::RULE,
    &operator_vs_weights_rank::RULE,
    &pool_1d_passthrough::RULE,
];
