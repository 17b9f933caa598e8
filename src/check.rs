//! The whole flow for one file.

use crate::analysis::Analysis;
use crate::device::DeviceId;
use crate::diagnostic::Finding;
use crate::facts::Facts;
use crate::rules::{self, Context};
use crate::{network, yaml};

/// Lints the text of one network file with what is known from outside.
///
/// Suppression comments and the selection of rules are the caller's ([`crate::workspace`]):
/// this yields every finding, in order of the text. Where the chip is unknown both are checked,
/// and what is wrong on both is reported.
pub fn check(text: &str, facts: &Facts) -> Vec<Finding> {
    let document = yaml::parse(text);
    let network = network::lower(&document, text);
    let on = |device: DeviceId| {
        let analysis = Analysis::new(&network, device.table(), facts);
        rules::run(&Context {
            text,
            document: &document,
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
            found.retain(|finding| {
                other
                    .iter()
                    .any(|twin| twin.code == finding.code && twin.layer == finding.layer)
            });
            found
        }
    }
}
