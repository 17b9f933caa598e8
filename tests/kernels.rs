//! Kernel and bias memory against what the vendor's tool allocated for its networks and tests.

mod support;

use std::collections::HashMap;

use ai8x_lint::analysis::{Analysis, BiasMemory, KernelMemory};
use ai8x_lint::device::{DeviceId, QUADRANTS};
use ai8x_lint::facts::{Facts, parse_flags};
use ai8x_lint::{network, yaml};
use rayon::prelude::*;
use serde_json::{Value, json};

/// Every layer of every run: first row, rows, count, bias quadrant; and the bias bytes.
#[test]
fn placed_as_the_vendors_tool_places() {
    let Some(shared) = support::shared() else {
        return;
    };
    let read = |name: &str| -> Vec<Value> {
        std::fs::read_to_string(shared.join(name))
            .expect("a readable file")
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON row"))
            .collect()
    };
    let verdicts: HashMap<String, Value> = read("corpus/verdicts.jsonl")
        .into_iter()
        .map(|row| (row["id"].as_str().expect("an id").to_owned(), row))
        .collect();
    let golden = read("golden/kernels.jsonl");
    let wrong: Vec<String> = golden
        .par_iter()
        .filter_map(|golden| {
            let id = golden["id"].as_str().expect("an id");
            let row = &verdicts[id];
            let path = shared
                .join("corpus")
                .join(row["file"].as_str().expect("a file"));
            let text = std::fs::read(path).expect("a network");
            let ours = place(&String::from_utf8_lossy(&text), row, golden);
            let differ: Vec<String> = ours
                .into_iter()
                .filter(|(key, value)| golden[key] != *value)
                .map(|(key, value)| {
                    format!(
                        "    {key}\n      is     {value}\n      wanted {}",
                        golden[key]
                    )
                })
                .collect();
            (!differ.is_empty()).then(|| format!("  {id}\n{}", differ.join("\n")))
        })
        .collect();
    println!(
        "{} of {} runs agree",
        golden.len() - wrong.len(),
        golden.len()
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Our allocation as the golden file writes it.
fn place(text: &str, row: &Value, golden: &Value) -> Vec<(&'static str, Value)> {
    let device = DeviceId::parse(row["device"].as_str().expect("a device")).expect("a device");
    let words = row["flags"].as_array().expect("flags");
    let facts = Facts {
        device: Some(device),
        flags: Some(parse_flags(words.iter().filter_map(Value::as_str)).expect("flags")),
        ..support::shapes_facts(&row["facts"].to_string()).expect("right shapes")
    };
    let document = yaml::parse(text);
    let network = network::lower(&document, text);
    let analysis = Analysis::new(&network, device.table(), &facts);
    // Layers behind the last one that runs are left out there.
    let layers = golden["kernel_start"].as_array().expect("a list").len();
    let quadrants = golden["bias_bytes_per_quadrant"]
        .as_array()
        .expect("a list")
        .len();
    let [start, rows, count] = kernels(&analysis.kernels, layers, analysis.flags.weight_start);
    let (groups, bytes) = bias(&analysis.bias, layers, quadrants);
    vec![
        ("kernel_start", start),
        ("kernel_rows", rows),
        ("kernel_count", count),
        ("bias_group", groups),
        ("bias_bytes_per_quadrant", bytes),
    ]
}

/// Start, rows and count; layers that store nothing themselves have the default start.
fn kernels(memory: &KernelMemory, layers: usize, default: i64) -> [Value; 3] {
    let places: Vec<[Value; 3]> = memory
        .layers
        .iter()
        .take(layers)
        .map(|kernels| match kernels {
            Ok(Some(kernels)) if kernels.shared.is_none() => [
                kernels.start.map_or_else(
                    |missing| json!(format!("{missing:?}")),
                    |start| json!(start),
                ),
                json!(kernels.rows),
                json!(kernels.count),
            ],
            Ok(_) => [json!(default), json!(0), json!(0)],
            Err(missing) => [json!(format!("{missing:?}")), json!(0), json!(0)],
        })
        .collect();
    [0, 1, 2].map(|column| places.iter().map(|place| place[column].clone()).collect())
}

/// The quadrant of each layer, and the bytes of each quadrant.
fn bias(memory: &BiasMemory, layers: usize, quadrants: usize) -> (Value, Value) {
    let groups = memory
        .layers
        .iter()
        .take(layers)
        .map(|bias| match bias {
            Ok(Some(bias)) if bias.shared.is_none() => bias
                .quadrant
                .map_or(json!("all"), |quadrant| json!(quadrant)),
            Ok(_) => Value::Null,
            Err(missing) => json!(format!("{missing:?}")),
        })
        .collect();
    assert!(quadrants <= QUADRANTS as usize);
    let bytes = match memory.used {
        Ok(used) => json!(&used[..quadrants]),
        Err(missing) => json!(format!("{missing:?}")),
    };
    (groups, bytes)
}
