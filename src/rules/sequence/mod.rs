//! AX1: sequence and graph.

use super::Rule;

mod chw_on_inner_layer;
mod concat_impossible;
mod data_buffer_name_case;
mod data_format_not_first;
mod dead_output;
mod duplicate_in_sequences;
mod duplicate_sequence;
mod eltwise_read_gap;
mod eltwise_without_in_sequences;
mod eltwise_write_gap;
mod final_layer_not_output;
mod flatten_with_in_sequences;
mod hardware_layer_count;
mod in_sequences_beyond_end;
mod in_sequences_channels_differ;
mod in_sequences_forward;
mod in_sequences_gap_differs;
mod in_sequences_input_with_gap;
mod interleave_read_gap;
mod interleave_write_gap;
mod jump_with_in_sequences;
mod negative_snoop_sequence;
mod next_sequence_out_of_range;
mod next_sequence_unsupported;
mod no_input_channels;
mod read_gap_mismatch;
mod reference_across_hole;
mod references;
mod sequence_cycle;
mod too_many_layers;
mod unknown_layer_reference;
mod unreachable_layer;
mod weight_source_invalid;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &too_many_layers::RULE,
    &duplicate_sequence::RULE,
    &unknown_layer_reference::RULE,
    &next_sequence_unsupported::RULE,
    &next_sequence_out_of_range::RULE,
    &in_sequences_beyond_end::RULE,
    &in_sequences_forward::RULE,
    &final_layer_not_output::RULE,
    &chw_on_inner_layer::RULE,
    &no_input_channels::RULE,
    &in_sequences_channels_differ::RULE,
    &in_sequences_gap_differs::RULE,
    &eltwise_write_gap::RULE,
    &eltwise_read_gap::RULE,
    &interleave_write_gap::RULE,
    &interleave_read_gap::RULE,
    &read_gap_mismatch::RULE,
    &hardware_layer_count::RULE,
    &concat_impossible::RULE,
    &negative_snoop_sequence::RULE,
    &unreachable_layer::RULE,
    &sequence_cycle::RULE,
    &reference_across_hole::RULE,
    &data_buffer_name_case::RULE,
    &weight_source_invalid::RULE,
    &jump_with_in_sequences::RULE,
    &dead_output::RULE,
    &in_sequences_input_with_gap::RULE,
    &duplicate_in_sequences::RULE,
    &flatten_with_in_sequences::RULE,
    &eltwise_without_in_sequences::RULE,
    &data_format_not_first::RULE,
];

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::device::DeviceId;
    use crate::diagnostic::Severity;
    use crate::facts::Facts;

    /// A network of these lines below `layers:`.
    pub(super) fn network(layers: &str) -> String {
        format!("arch: demo\ndataset: demo\nlayers:\n{layers}")
    }

    /// What is loud about a network: code and message.
    pub(super) fn messages(text: &str, facts: &Facts) -> Vec<String> {
        check(text, facts)
            .into_iter()
            .filter(|finding| finding.severity <= Severity::Warning)
            .map(|finding| format!("{} {}", finding.code, finding.message))
            .collect()
    }

    /// The codes of all findings.
    pub(super) fn codes(text: &str, device: Option<DeviceId>) -> Vec<u16> {
        let facts = Facts {
            device,
            ..Facts::default()
        };
        check(text, &facts)
            .into_iter()
            .map(|finding| finding.code.0)
            .collect()
    }
}
