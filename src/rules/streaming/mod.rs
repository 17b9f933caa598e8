//! AX5: streaming and FIFO.

mod buffers;
mod fast_fifo_chw;
mod fast_fifo_conv;
mod fast_fifo_hwc;
mod fast_fifo_width;
mod fifo_channels;
mod fifo_processors;
mod fifo_start_layer;
mod final_stream_output_expansion;
mod rollover_exceeds_memory;
mod stream_buffer_overlap;
mod stream_delta2;
mod stream_io_overlap;
mod stream_layer_limit;
mod stream_output_hits_buffer;
mod stream_output_overlap;
mod stream_readahead_instance;
mod stream_register_range;
mod streaming_1x1_emulated;
mod streaming_after_normal;
mod streaming_chw_input;
mod streaming_final_pad;
mod streaming_flatten;
mod streaming_needed;
mod streaming_next_sequence;
mod streaming_passthrough;
mod streaming_start_layer;
mod streaming_with_bias;
mod streaming_without_fifo;

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &streaming_without_fifo::RULE,
    &streaming_after_normal::RULE,
    &streaming_next_sequence::RULE,
    &streaming_1x1_emulated::RULE,
    &streaming_final_pad::RULE,
    &streaming_passthrough::RULE,
    &streaming_flatten::RULE,
    &streaming_start_layer::RULE,
    &fifo_start_layer::RULE,
    &fifo_channels::RULE,
    &fifo_processors::RULE,
    &fast_fifo_chw::RULE,
    &fast_fifo_hwc::RULE,
    &fast_fifo_width::RULE,
    &fast_fifo_conv::RULE,
    &stream_io_overlap::RULE,
    &stream_output_overlap::RULE,
    &rollover_exceeds_memory::RULE,
    &stream_buffer_overlap::RULE,
    &stream_readahead_instance::RULE,
    &stream_output_hits_buffer::RULE,
    &stream_delta2::RULE,
    &stream_register_range::RULE,
    &streaming_with_bias::RULE,
    &stream_layer_limit::RULE,
    &streaming_needed::RULE,
    &final_stream_output_expansion::RULE,
    &streaming_chw_input::RULE,
];
