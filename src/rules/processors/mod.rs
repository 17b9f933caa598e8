//! AX2: processors.

mod bias_group_unused_quadrant;
mod chw_lane_check_complete;
mod concat_order;
mod concat_order_first;
mod concat_order_last;
mod concat_output_overlap;
mod counts;
mod depthwise_input_alignment;
mod depthwise_output_alignment;
mod disconnected_masks;
mod eltwise_output_maps_differ;
mod input_processor_count;
mod input_processor_count_quad;
mod inputs_do_not_cover_processors;
pub(in crate::rules) mod masks;
mod masks_gaps_cost_memory;
mod output_lands_in_unused_quadrant;
mod output_processor_count;
mod passthrough_processor_map;
mod processors_without_data;
mod quadrant_0_unused;

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &input_processor_count::RULE,
    &input_processor_count_quad::RULE,
    &output_processor_count::RULE,
    &passthrough_processor_map::RULE,
    &depthwise_output_alignment::RULE,
    &depthwise_input_alignment::RULE,
    &quadrant_0_unused::RULE,
    &bias_group_unused_quadrant::RULE,
    &inputs_do_not_cover_processors::RULE,
    &concat_output_overlap::RULE,
    &concat_order_first::RULE,
    &concat_order_last::RULE,
    &eltwise_output_maps_differ::RULE,
    &processors_without_data::RULE,
    &output_lands_in_unused_quadrant::RULE,
    &chw_lane_check_complete::RULE,
    &masks_gaps_cost_memory::RULE,
    &disconnected_masks::RULE,
];
