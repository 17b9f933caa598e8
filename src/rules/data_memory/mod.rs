//! AX3: data memory.

mod concat_in_offset;
mod data_buffer_clobbered;
mod dilation_out_offset;
mod dilation_shadow_write;
mod free;
mod gap_extent_overflow;
mod in_offset_defaults_to_previous;
mod in_offset_without_in_sequences;
mod in_place_reader;
mod input_exceeds_memory;
mod input_loader;
mod interleave_in_offset;
mod linear_output_reshaped;
mod live_data_overwritten;
mod missing_in_sequences;
mod multi_pass_offset_mark;
mod network_input_overwritten;
mod next_input_dims;
mod out_offset_range;
mod output_exceeds_memory;
mod output_layer_write_gap;
mod output_overwrites_input;
mod overlap;
mod readahead_instance_conflict;
mod stream_tail_unprotected;
mod unaligned_offset;
mod uninitialised_read;
mod unload_not_written;
mod write_pointer_range;

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &out_offset_range::RULE,
    &input_exceeds_memory::RULE,
    &output_exceeds_memory::RULE,
    &output_overwrites_input::RULE,
    &in_offset_without_in_sequences::RULE,
    &concat_in_offset::RULE,
    &interleave_in_offset::RULE,
    &next_input_dims::RULE,
    &dilation_out_offset::RULE,
    &readahead_instance_conflict::RULE,
    &write_pointer_range::RULE,
    &live_data_overwritten::RULE,
    &in_place_reader::RULE,
    &network_input_overwritten::RULE,
    &gap_extent_overflow::RULE,
    &unaligned_offset::RULE,
    &stream_tail_unprotected::RULE,
    &uninitialised_read::RULE,
    &in_offset_defaults_to_previous::RULE,
    &output_layer_write_gap::RULE,
    &unload_not_written::RULE,
    &data_buffer_clobbered::RULE,
    &dilation_shadow_write::RULE,
    &multi_pass_offset_mark::RULE,
    &linear_output_reshaped::RULE,
    &missing_in_sequences::RULE,
];
