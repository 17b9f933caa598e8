//! The whole flow for one file.

use crate::analysis::Analysis;
use crate::device::DeviceId;
use crate::diagnostic::Finding;
use crate::facts::Facts;
use crate::network;
use crate::rules::{self, Context};
use crate::yaml::{self, Document};

/// Lints the text of one network file with what is known from outside.
///
/// Suppression comments and the selection of rules are the caller's ([`crate::workspace`]):
/// this yields every finding, in order of the text. Where the chip is unknown both are checked,
/// and what is wrong on both is reported, as bad as where it is less bad.
pub fn check(text: &str, facts: &Facts) -> Vec<Finding> {
    check_document(text, &yaml::parse(text), facts)
}

/// [`check`] of a text whose tree is known.
pub(crate) fn check_document(text: &str, document: &Document, facts: &Facts) -> Vec<Finding> {
    let network = network::lower(document, text);
    let on = |device: DeviceId| {
        let analysis = Analysis::new(&network, device.table(), facts);
        rules::run(&Context {
            text,
            document,
            network: &network,
            facts,
            device: device.table(),
            analysis: &analysis,
        })
    };
    match facts.device {
        Some(device) => on(device),
        None => {
            let other = on(DeviceId::Max78002);
            let mut found = on(DeviceId::Max78000);
            found.retain_mut(|finding| {
                // As bad as on the chip where it is less bad.
                let twin = other
                    .iter()
                    .filter(|twin| twin.code == finding.code && twin.layer == finding.layer)
                    .map(|twin| twin.severity)
                    .min();
                finding.severity = finding.severity.max(twin.unwrap_or(finding.severity));
                twin.is_some()
            });
            found
        }
    }
}
