//! The vendor's networks get new offsets: no rule has more to say of the result than before, the peak is
//! never above the hand-written one, and a second time nothing changes. A collision is mended by the first
//! fix.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ai8x_lint::diagnostic::Finding;
use ai8x_lint::facts::parse_flags;
use ai8x_lint::network;
use ai8x_lint::text::{Edit, Span, apply_edits};
use ai8x_lint::workspace::shapes::Shapes;
use ai8x_lint::workspace::{Config, DeviceChoice, Overrides, SourceFile, allocate, lint};
use serde_json::Value;

/// The masks of this network are those of an older model than the vendor's tool is run with: these are the
/// shapes that they were made for.
const CATS_AND_DOGS: &str = r#"{
    "input": [3, 64, 64],
    "weights": [
        {"in": 3, "out": 15, "kernel": [3, 3], "bits": 8, "bias": false},
        {"in": 15, "out": 30, "kernel": [3, 3], "bits": 8, "bias": false},
        {"in": 30, "out": 60, "kernel": [3, 3], "bits": 8, "bias": false},
        {"in": 60, "out": 30, "kernel": [3, 3], "bits": 8, "bias": false},
        {"in": 30, "out": 30, "kernel": [3, 3], "bits": 8, "bias": false},
        {"in": 30, "out": 30, "kernel": [3, 3], "bits": 8, "bias": false},
        {"in": 480, "out": 2, "kernel": [1], "bits": 8, "bias": true}
    ]
}"#;

/// The vendor's networks with the facts of one run of the vendor's tool each.
fn vendor_networks(shared: &Path) -> Vec<(SourceFile, Overrides)> {
    let corpus = shared.join("corpus");
    let verdicts = std::fs::read_to_string(corpus.join("verdicts.jsonl")).expect("the verdicts");
    let mut seen = BTreeSet::new();
    let mut networks = Vec::new();
    for line in verdicts.lines() {
        let row: Value = serde_json::from_str(line).expect("a JSON row");
        let file = row["file"].as_str().expect("a file");
        if row["origin"] != "vendor-networks" || !seen.insert(file.to_owned()) {
            continue;
        }
        let words: Vec<&str> = row["flags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let device = row["device"].as_str().expect("a device");
        let device = ai8x_lint::device::DeviceId::parse(device).expect("a device");
        let facts = match file.ends_with("/cats-dogs-chw.yaml") {
            true => CATS_AND_DOGS.to_owned(),
            false => row["facts"].to_string(),
        };
        let shapes = Shapes::parse(&facts).expect("right shapes");
        let overrides = Overrides {
            device: Some(DeviceChoice::One(device)),
            flags: Some((words.join(" "), parse_flags(words).expect("flags"))),
            shapes: Some((PathBuf::from("shapes.json"), shapes)),
            ..Overrides::default()
        };
        let path = corpus.join(file);
        networks.push((SourceFile::read(&path).expect("a network"), overrides));
    }
    networks
}

#[test]
fn the_vendors_networks_get_new_offsets() {
    let Some(shared) = support::shared() else {
        return;
    };
    let (mut placed, mut at_bound, mut ratios) = (0, 0, Vec::new());
    let networks = vendor_networks(&shared);
    let mut wrong = Vec::new();
    for (file, overrides) in &networks {
        let name = file.path.file_name().expect("a name").to_string_lossy();
        let allocated = match allocate(file, &Config::default(), overrides, None) {
            Ok(allocated) => allocated,
            Err(reason) => {
                wrong.push(format!("{name}: {reason}"));
                continue;
            }
        };
        let [before, after] = allocated.peak;
        println!(
            "{name:50} {before:#7x} -> {after:#7x}  bound {:#x}",
            allocated.bound
        );
        placed += 1;
        at_bound += usize::from(after == allocated.bound);
        ratios.push(after as f64 / before as f64);
        if after > before {
            wrong.push(format!("{name}: {after:#x} is above {before:#x}"));
        }
        let again = file.with_text(allocated.text.clone());
        match allocate(&again, &Config::default(), overrides, None) {
            Ok(again) if again.edits.is_empty() => {}
            other => wrong.push(format!("{name}: a second time changes {other:?}")),
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "{placed} of {} placed, {at_bound} at the bound, median {:.2} of the hand-written peak",
        networks.len(),
        ratios[ratios.len() / 2]
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(placed, networks.len());
    assert!(at_bound >= 48, "{at_bound} at the bound");
}

/// One network fits only where layers may write over what they read; without that there is a proof.
#[test]
fn what_cannot_fit_is_refused_by_counting() {
    let Some(shared) = support::shared() else {
        return;
    };
    let networks = vendor_networks(&shared);
    let kinetics = networks
        .iter()
        .find(|(file, _)| file.name.contains("kinetics"));
    let (file, overrides) = kinetics.expect("the network");
    let mut strict = overrides.clone();
    strict.flags = Some((String::new(), parse_flags([]).expect("no flags")));
    let refused = allocate(file, &Config::default(), &strict, None).expect_err("no room");
    insta::assert_snapshot!(refused, @"layer 0 at its time: instance 8 needs 0xa8fc bytes, has 0x8000: the network's input 0x7080, output of layer 0 0x3840, the data buffer 0x003c");
    let allowed = allocate(file, &Config::default(), overrides, None);
    assert!(allowed.is_ok(), "{allowed:?}");
}

/// The same bytes each time, and comments and keys that say nothing about memory change nothing.
#[test]
fn the_same_network_gets_the_same_offsets() {
    let Some(shared) = support::shared() else {
        return;
    };
    let networks = vendor_networks(&shared);
    for part in ["faceid.yaml", "unet-large.yaml", "svhn"] {
        let found = networks.iter().find(|(file, _)| file.name.contains(part));
        let (file, overrides) = found.expect("the network");
        let of = |text: &str| {
            let file = file.with_text(text.to_owned());
            allocate(&file, &Config::default(), overrides, None).expect("offsets")
        };
        let first = of(&file.text);
        for _ in 0..RUNS {
            assert_eq!(of(&file.text).text, first.text, "{part}");
        }
        // Neither a remark at the top nor at the end, nor another name.
        let other = format!(
            "# A remark\n{}\n# The end\n",
            file.text.replace("arch: ", "arch: x")
        );
        assert_eq!(of(&other).moved, first.moved, "{part}");
    }
}

/// How often each of three networks gets its offsets once more.
const RUNS: usize = 34;

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
