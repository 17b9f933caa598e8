//! AX1: sequence and graph.

use super::Rule;

mod duplicate_sequence;
mod in_sequences_beyond_end;
mod in_sequences_forward;
mod next_sequence_out_of_range;
mod next_sequence_unsupported;
mod references;
mod too_many_layers;
mod unknown_layer_reference;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &too_many_layers::RULE,
    &duplicate_sequence::RULE,
    &unknown_layer_reference::RULE,
    &next_sequence_unsupported::RULE,
    &next_sequence_out_of_range::RULE,
    &in_sequences_beyond_end::RULE,
    &in_sequences_forward::RULE,
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
