//! The whole flow for one file.

use crate::analysis::Analysis;
use crate::device::DeviceId;
use crate::diagnostic::Finding;
use crate::facts::Facts;
use crate::network::{self, Network};
use crate::rules::{self, Context};
use crate::yaml::{self, Document};

/// Lints the text of one network file with what is known from outside.
///
/// Suppression comments and the selection of rules are the caller's ([`crate::workspace`]):
/// this yields every finding, in order of the text. Where the chip is unknown both are checked,
/// and what is wrong on both is reported, as bad as where it is less bad.
pub fn check(text: &str, facts: &Facts) -> Vec<Finding> {
    let document = yaml::parse(text);
    let network = network::lower(&document, text);
    check_network(text, &document, &network, facts, false)
}

/// [`check`] of a text whose tree and network are known. A trial only looks what is wrong, not for
/// fixes, which cost more than all else.
pub(crate) fn check_network(
    text: &str,
    document: &Document,
    network: &Network,
    facts: &Facts,
    is_trial: bool,
) -> Vec<Finding> {
    let on = |device, is_trial| run(device, text, document, network, facts, is_trial);
    match facts.device {
        Some(device) => on(device, is_trial),
        None => {
            let other = on(DeviceId::Max78002, true);
            let mut found = on(DeviceId::Max78000, is_trial);
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

/// Like [`check_network`], but yields what is wrong on either chip, whatever the facts say of it.
/// A finding that only one of the chips has names it.
pub(crate) fn check_each_device(
    text: &str,
    document: &Document,
    network: &Network,
    facts: &Facts,
    is_trial: bool,
) -> Vec<Finding> {
    let (one, other) = (DeviceId::Max78000, DeviceId::Max78002);
    let named = |device: DeviceId, message: &str| format!("on the {}: {message}", device.name());
    let on = |device| {
        let facts = Facts {
            device: Some(device),
            ..facts.clone()
        };
        run(device, text, document, network, &facts, is_trial)
    };
    let (mut found, mut others) = (on(one), on(other));
    for finding in &mut found {
        let twin = others
            .iter()
            .enumerate()
            .filter(|(_, twin)| same_fault(finding, twin))
            .min_by_key(|(_, twin)| twin.message != finding.message)
            .map(|(at, _)| at);
        match twin.map(|at| others.remove(at)) {
            Some(twin) if twin.message == finding.message => {}
            // The limits of the chips differ.
            Some(twin) => finding.notes.push(named(other, &twin.message)),
            None => finding.message = named(one, &finding.message),
        }
    }
    found.extend(others.into_iter().map(|finding| Finding {
        message: named(other, &finding.message),
        ..finding
    }));
    found.sort_by_key(|finding| (finding.span, finding.code));
    found
}

/// Whether findings on two chips are about one fault.
fn same_fault(one: &Finding, other: &Finding) -> bool {
    let key = |finding: &Finding| (finding.code, finding.severity, finding.layer, finding.span);
    key(one) == key(other)
}

fn run(
    device: DeviceId,
    text: &str,
    document: &Document,
    network: &Network,
    facts: &Facts,
    is_trial: bool,
) -> Vec<Finding> {
    let analysis = Analysis::new(network, device.table(), facts);
    rules::run(&Context {
        text,
        document,
        network,
        facts,
        device: device.table(),
        analysis: &analysis,
        is_trial,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;

    fn on_each_device(layers: &str) -> Vec<String> {
        let text = format!("arch: a\ndataset: a\nlayers:\n{layers}");
        let facts = Facts {
            flags: Some(crate::facts::Flags::default()),
            ..Facts::default()
        };
        let document = yaml::parse(&text);
        let network = network::lower(&document, &text);
        check_each_device(&text, &document, &network, &facts, false)
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .flat_map(|finding| {
                let message = format!("{} {}", finding.code, finding.message);
                let notes = finding
                    .notes
                    .iter()
                    .filter(|note| note.starts_with("on the"));
                std::iter::once(message).chain(notes.cloned())
            })
            .collect()
    }

    /// One layer of 16 channels that writes to this offset.
    fn layer(more: &str) -> String {
        format!(
            "  - op: conv2d\n    kernel_size: 3x3\n    pad: 1\n    activate: none\n    in_dim: [8, 8]\n    \
             processors: 0x000000000000ffff\n    output_processors: 0x000000000000ffff\n{more}"
        )
    }

    /// Each fix of an unknown key reads the text again; a trial of each of many must not.
    #[test]
    fn a_trial_looks_for_no_spelling() {
        let text = "arch: a\ndataset: a\nlayers:\n  - op: none\n    procesors: 1\n";
        let document = yaml::parse(text);
        let network = network::lower(&document, text);
        let fixes = |is_trial| {
            let found = check_network(text, &document, &network, &Facts::default(), is_trial);
            let unknown = found.iter().find(|finding| finding.code.0 == 6);
            unknown.expect("an unknown key").fixes.len()
        };
        assert_eq!([false, true].map(fixes), [1, 0]);
    }

    #[test]
    fn what_is_wrong_on_one_chip_names_it() {
        insta::assert_snapshot!(on_each_device(&layer("    out_offset: 0x9000\n")).join("\n"), @"AX303 on the MAX78000: the output of layer 0 takes 256 bytes from 0x9000 on and runs past the 0x8000 of an instance");
        insta::assert_snapshot!(on_each_device(&layer("    out_offset: 0x2000\n    groups: 16\n")).join("\n"), @"AX438 on the MAX78000: `groups` is 16, but the MAX78000 has full convolutions only");
    }

    #[test]
    fn what_is_wrong_on_both_is_said_once() {
        insta::assert_snapshot!(on_each_device(&layer("    outoffset: 0x2000\n")).join("\n"), @"AX006 unknown key `outoffset` in a layer; did you mean `out_offset`?");
    }

    #[test]
    fn limits_that_differ_are_both_said() {
        insta::assert_snapshot!(on_each_device(&layer("    out_offset: 0x60000\n")).join("\n"), @r"
        AX301 `out_offset` 0x60000 is outside the data memory, 0 to 0x1ffff
        on the MAX78002: `out_offset` 0x60000 is outside the data memory, 0 to 0x4ffff
        ");
    }
}
