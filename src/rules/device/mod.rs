//! AX7: limits of the chip.

use super::Rule;

mod binary_and_1bit;
mod binary_unsupported;
mod bypass_unsupported;
mod calcx4_unsupported;
mod channels_doc;
mod eltwise_channel_limit;
mod feature;
mod max_input_channels;
mod max_output_channels;
mod readahead_unsupported;
mod snoop_unsupported;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &readahead_unsupported::RULE,
    &calcx4_unsupported::RULE,
    &snoop_unsupported::RULE,
    &bypass_unsupported::RULE,
    &binary_unsupported::RULE,
    &binary_and_1bit::RULE,
    &max_input_channels::RULE,
    &max_output_channels::RULE,
    &channels_doc::RULE,
    &eltwise_channel_limit::RULE,
];
