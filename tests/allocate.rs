//! Offsets of the vendor's networks, found anew.

mod support;

use ai8x_lint::allocate::{Problem, Relation, bound, place};
use ai8x_lint::analysis::Analysis;
use ai8x_lint::device::DeviceId;
use ai8x_lint::facts::{Facts, parse_flags};
use ai8x_lint::{network, yaml};
use serde_json::Value;

#[test]
fn the_vendors_networks_are_placed_anew() {
    let Some(shared) = support::shared() else {
        return;
    };
    let corpus = shared.join("corpus");
    let verdicts = std::fs::read_to_string(corpus.join("verdicts.jsonl")).expect("the verdicts");
    let mut seen = std::collections::BTreeSet::new();
    for line in verdicts.lines() {
        let row: Value = serde_json::from_str(line).expect("a JSON row");
        let file = row["file"].as_str().expect("a file").to_owned();
        if row["origin"] != "vendor-networks" || !seen.insert(file.clone()) {
            continue;
        }
        let words = row["flags"].as_array().into_iter().flatten();
        let facts = Facts {
            device: row["device"].as_str().and_then(DeviceId::parse),
            flags: parse_flags(words.filter_map(Value::as_str)).ok(),
            ..support::shapes_facts(&row["facts"].to_string()).expect("right shapes")
        };
        let text = std::fs::read_to_string(corpus.join(&file)).expect("a network");
        let network = network::lower(&yaml::parse(&text), &text);
        let device = facts.device.expect("a device").table();
        let analysis = Analysis::new(&network, device, &facts);
        for relation in [Relation::AsRead, Relation::AsWritten] {
            let problem = match Problem::new(&network, &analysis, device, relation) {
                Ok(problem) => problem,
                Err(error) => {
                    println!("{file}: {error:?}");
                    continue;
                }
            };
            let bases: Vec<i64> = problem.bundles.iter().map(|bundle| bundle.base).collect();
            let hand = problem
                .bundles
                .iter()
                .flat_map(|bundle| bundle.members.iter().map(|member| bundle.base + member.end))
                .max()
                .unwrap_or(0);
            let valid = problem.is_valid(&bases);
            let placed = place(&problem);
            println!(
                "{file}: {} bundles, hand {hand:#x} valid {valid}, bound {:#x}, placed {}",
                problem.bundles.len(),
                bound(&problem),
                placed.map_or("none".to_owned(), |placed| format!("{:#x}", placed.peak))
            );
        }
    }
}
