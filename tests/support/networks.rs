//! The vendor's networks, with what is known of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ai8x_lint::facts::parse_flags;
use ai8x_lint::workspace::shapes::Shapes;
use ai8x_lint::workspace::{DeviceChoice, Overrides, SourceFile};
use serde_json::{Value, json};

/// The vendor's networks with the facts of one run of the vendor's tool each.
pub(crate) fn vendor_networks(shared: &Path) -> Vec<(SourceFile, Overrides)> {
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
        let facts = match file.ends_with("networks/cats-dogs-chw.yaml") {
            true => cats_dogs(),
            false => row["facts"].clone(),
        };
        let shapes = Shapes::parse(&facts.to_string()).expect("right shapes");
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

/// The shapes that the masks of a file say, whose model has grown since it was written.
fn cats_dogs() -> Value {
    let channels = [3, 15, 30, 60, 30, 30, 30];
    let convolutions = channels.windows(2).map(
        |pair| json!({"in": pair[0], "out": pair[1], "kernel": [3, 3], "bits": 8, "bias": false}),
    );
    let last = json!({"in": 30 * 4 * 4, "out": 2, "kernel": [1], "bits": 8, "bias": true});
    let weights: Vec<Value> = convolutions.chain([last]).collect();
    json!({"input": [3, 64, 64], "weights": weights})
}

/// A network without masks and offsets.
pub(crate) fn stripped(text: &str) -> String {
    const KEYS: [&str; 4] = ["processors", "output_processors", "in_offset", "out_offset"];
    let mut result = String::new();
    let mut in_layers = false;
    // The dash of an item whose first key is gone.
    let mut dash = None;
    for line in text.lines() {
        let body = line.trim_start();
        if !body.starts_with(['#', '-']) && body.len() == line.len() && !body.is_empty() {
            in_layers = line.starts_with("layers");
        }
        let entry = body.strip_prefix("- ").unwrap_or(body).trim_start();
        let key = entry.split(':').next().unwrap_or_default().trim();
        if in_layers && KEYS.contains(&key) {
            if entry.len() < body.len() {
                dash = Some(line.len() - entry.len());
            }
            continue;
        }
        match dash.filter(|_| !entry.is_empty() && !entry.starts_with('#')) {
            Some(width) => {
                dash = None;
                result += &format!("{:width$}{entry}", "  - ", width = width);
            }
            None => result += line,
        }
        result.push('\n');
    }
    result
}
