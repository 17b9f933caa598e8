//! How long it takes to parse, analyse and check a network: the smallest, the median and the largest
//! of the vendor's, and the one next to 8 kB; the examples of this package where those are absent.
//!
//! The goal for `check`: at most 0.6 ms at 8 kB and 3 ms for the largest.

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ai8x_lint::analysis::Analysis;
use ai8x_lint::device::{Device, DeviceId};
use ai8x_lint::facts::{Facts, parse_flags};
use ai8x_lint::{check, network, yaml};
use divan::Bencher;
use serde_json::Value;

const SIZES: &[&str] = &["smallest", "median", "8 kB", "largest"];

struct Sample {
    text: String,
    facts: Facts,
}

impl Sample {
    fn device(&self) -> &'static Device {
        self.facts.device.unwrap_or(DeviceId::Max78000).table()
    }
}

static SAMPLES: LazyLock<HashMap<&str, Sample>> = LazyLock::new(|| {
    let mut samples = match support::shared() {
        Some(shared) => vendor_networks(&shared.join("corpus")),
        None => examples(),
    };
    samples.sort_by_key(|(path, sample)| (sample.text.len(), path.clone()));
    let last = samples.len() - 1;
    let near_8_kb = samples
        .iter()
        .enumerate()
        .min_by_key(|(_, (_, sample))| sample.text.len().abs_diff(8192))
        .map_or(last, |(index, _)| index);
    SIZES
        .iter()
        .zip([0, samples.len() / 2, near_8_kb, last])
        .map(|(size, index)| {
            let (path, sample) = &samples[index];
            println!("{size}: {} ({} bytes)", path.display(), sample.text.len());
            let sample = Sample {
                text: sample.text.clone(),
                facts: sample.facts.clone(),
            };
            (*size, sample)
        })
        .collect()
});

fn main() {
    LazyLock::force(&SAMPLES);
    divan::main();
}

#[divan::bench(args = SIZES)]
fn parse(bencher: Bencher, size: &str) {
    let sample = &SAMPLES[size];
    bencher.bench(|| yaml::parse(&sample.text));
}

/// As while a list is typed: a bracket in the middle is not closed yet.
#[divan::bench(args = SIZES)]
fn parse_with_an_open_bracket(bencher: Bencher, size: &str) {
    let text = &SAMPLES[size].text;
    let middle = text.len() / 2 + text[text.len() / 2..].find('\n').unwrap_or(0);
    let broken = format!("{}\n    in_dim: [1,{}", &text[..middle], &text[middle..]);
    bencher.bench(|| yaml::parse(&broken));
}

/// From the tree to the derived facts.
#[divan::bench(args = SIZES)]
fn analyse(bencher: Bencher, size: &str) {
    let sample = &SAMPLES[size];
    let document = yaml::parse(&sample.text);
    bencher.bench(|| {
        let network = network::lower(&document, &sample.text);
        Analysis::new(&network, sample.device(), &sample.facts)
    });
}

/// The whole flow, with the chip and the shapes known.
#[divan::bench(args = SIZES, name = "check")]
fn whole(bencher: Bencher, size: &str) {
    let sample = &SAMPLES[size];
    bencher.bench(|| check(&sample.text, &sample.facts));
}

/// The whole flow for a newcomer: for both chips, with nothing known.
#[divan::bench(args = SIZES)]
fn check_with_nothing_known(bencher: Bencher, size: &str) {
    let sample = &SAMPLES[size];
    bencher.bench(|| check(&sample.text, &Facts::default()));
}

/// The vendor's networks, with the facts of one run of the vendor's tool each.
fn vendor_networks(corpus: &Path) -> Vec<(PathBuf, Sample)> {
    let verdicts = std::fs::read_to_string(corpus.join("verdicts.jsonl")).expect("the verdicts");
    let mut samples: HashMap<PathBuf, Sample> = HashMap::new();
    for line in verdicts.lines() {
        let row: Value = serde_json::from_str(line).expect("a JSON row");
        if row["origin"] != "vendor-networks" {
            continue;
        }
        let path = corpus.join(row["file"].as_str().expect("a file"));
        let words = row["flags"].as_array().into_iter().flatten();
        let facts = Facts {
            device: row["device"].as_str().and_then(DeviceId::parse),
            flags: parse_flags(words.filter_map(Value::as_str)).ok(),
            ..support::shapes_facts(&row["facts"].to_string()).expect("right shapes")
        };
        let text = std::fs::read_to_string(&path).expect("a network");
        samples.insert(path, Sample { text, facts });
    }
    samples.into_iter().collect()
}

fn examples() -> Vec<(PathBuf, Sample)> {
    std::fs::read_dir(support::package_path("examples"))
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("an example");
            let shapes = std::fs::read_to_string(path.with_extension("shapes.json")).ok();
            let facts = support::facts(&text, shapes.as_deref(), None).expect("right facts");
            (path, Sample { text, facts })
        })
        .collect()
}
