//! Faults put into the vendor's networks are mended by the first fix.

mod support;

use ai8x_lint::diagnostic::Finding;
use ai8x_lint::network;
use ai8x_lint::text::{Edit, Span, apply_edits};
use ai8x_lint::workspace::{Config, lint};
use support::networks::vendor_networks;

/// An output is moved onto another one that lives at the same time; where only one key has to change
/// for that, one fix must put it right.
#[test]
fn injected_collisions_are_mended_by_one_move() {
    let Some(shared) = support::shared() else {
        return;
    };
    let (mut injected, mut mended, mut wrong) = (0, 0, Vec::new());
    for (file, overrides) in vendor_networks(&shared) {
        let linted = |text: &str| {
            lint(
                &file.with_text(text.to_owned()),
                &Config::default(),
                &overrides,
            )
            .report
            .findings
        };
        let before = linted(&file.text);
        let network = network::lower(&file.document, &file.text);
        let offsets: Vec<Span> = network
            .layers
            .iter()
            .filter_map(|layer| layer.out_offset.span())
            .collect();
        for (number, span) in offsets.iter().enumerate().take(8) {
            for other in offsets.iter().take(number).rev().take(2) {
                let edit = Edit::replace(*span, other.text(&file.text));
                let Some(text) = apply_edits(&file.text, &[edit]) else {
                    continue;
                };
                let found = linted(&text);
                let is_new =
                    |finding: &&Finding| !before.iter().any(|old| old.code == finding.code);
                let fresh: Vec<&Finding> = found
                    .iter()
                    .filter(is_new)
                    .filter(|finding| support::is_loud(finding))
                    .collect();
                let overlaps = |finding: &&Finding| OVERLAPS.contains(&finding.code.0);
                if fresh.is_empty() || !fresh.iter().all(overlaps) {
                    continue;
                }
                injected += 1;
                let Some(fix) = fresh[0].fixes.first() else {
                    wrong.push(format!(
                        "{}: no fix: {}",
                        file.name,
                        support::show(&text, fresh[0])
                    ));
                    continue;
                };
                let fixed = apply_edits(&text, &fix.edits).expect("edits that apply");
                let left = linted(&fixed);
                match left
                    .iter()
                    .filter(is_new)
                    .find(|finding| support::is_loud(finding))
                {
                    None => mended += 1,
                    Some(left) => wrong.push(format!(
                        "{}: after {:?}: {}",
                        file.name,
                        fix.title,
                        support::show(&fixed, left)
                    )),
                }
            }
        }
    }
    println!("{mended} of {injected} collisions mended by the first fix");
    assert!(injected > 100, "{injected} injected");
    assert!(
        mended * 100 >= injected * 99,
        "{mended} of {injected}:\n{}",
        wrong.join("\n")
    );
}

/// The rules on data that is written over.
const OVERLAPS: &[u16] = &[301, 304, 351, 352, 353, 355, 356];
