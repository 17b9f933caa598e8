//! Kernel and bias memory against what the vendor's tool allocated for its networks and tests.

mod support;

use std::collections::HashMap;
use std::path::Path;

use ai8x_lint::analysis::{Analysis, BiasMemory, KernelMemory};
use ai8x_lint::device::{DeviceId, QUADRANTS};
use ai8x_lint::facts::{Facts, parse_flags};
use ai8x_lint::network::{self, Field, Operation, Reference};
use ai8x_lint::text::Span;
use ai8x_lint::yaml;
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
    let runs = read("golden/kernels.jsonl");
    let outcomes: Vec<(&str, bool, Vec<String>)> = runs
        .par_iter()
        .map(|golden| {
            let id = golden["id"].as_str().expect("an id");
            let run = Run::read(&shared.join("corpus"), &verdicts[id], golden);
            let wrong = run.compare(&Equal::default());
            if wrong.is_empty() {
                return (id, false, wrong);
            }
            (id, true, run.compare(&run.equal_by_value()))
        })
        .collect();
    let count = |by_value: bool| {
        let agree = |run: &&(&str, bool, Vec<String>)| run.1 == by_value && run.2.is_empty();
        outcomes.iter().filter(agree).count()
    };
    println!(
        "{} of {} runs agree, {} more when told whose weights or bias are equal by value",
        count(false),
        runs.len(),
        count(true),
    );
    let wrong: Vec<String> = outcomes
        .iter()
        .filter(|(_, _, wrong)| !wrong.is_empty())
        .map(|(id, _, wrong)| format!("  {id}\n{}", wrong.join("\n")))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What only the values of weights and bias tell: the vendor's tool stores equal ones once.
#[derive(Default)]
struct Equal {
    /// Layers with the weights of an earlier one.
    weights: Vec<(usize, usize)>,
    /// Layers with the bias of an earlier one.
    bias: Vec<usize>,
}

/// One run of the vendor's tool.
struct Run<'a> {
    text: String,
    facts: Facts,
    golden: &'a Value,
}

impl<'a> Run<'a> {
    fn read(corpus: &Path, row: &Value, golden: &'a Value) -> Self {
        let path = corpus.join(row["file"].as_str().expect("a file"));
        let words = row["flags"].as_array().expect("flags");
        Self {
            text: String::from_utf8_lossy(&std::fs::read(path).expect("a network")).into_owned(),
            facts: Facts {
                device: row["device"].as_str().and_then(DeviceId::parse),
                flags: Some(parse_flags(words.iter().filter_map(Value::as_str)).expect("flags")),
                ..support::shapes_facts(&row["facts"].to_string()).expect("right shapes")
            },
            golden,
        }
    }

    fn analyse(&self, equal: &Equal) -> Analysis {
        let mut network = network::lower(&yaml::parse(&self.text), &self.text);
        let mut facts = self.facts.clone();
        let weights = facts.weights.as_mut().expect("weights");
        let weighted: Vec<usize> = (0..network.layers.len())
            .filter(|&layer| {
                let layer = &network.layers[layer];
                let passes = matches!(
                    layer.op.value(),
                    Some(Operation::Passthrough | Operation::Eltwise(_))
                );
                !passes && layer.bypass.value() != Some(true) && layer.weight_source.is_absent()
            })
            .collect();
        let weight_of = |layer: usize| weighted.iter().position(|&weighted| weighted == layer);
        for &layer in &equal.bias {
            weights[weight_of(layer).expect("weights")].bias = Some(false);
        }
        for &(layer, source) in equal.weights.iter().rev() {
            weights.remove(weight_of(layer).expect("weights"));
            network.layers[layer].weight_source = Field::Given {
                value: Reference::Number(source as i64),
                key: Span::at(0),
                span: Span::at(0),
            };
        }
        let device = facts.device.expect("a device").table();
        Analysis::new(&network, device, &facts)
    }

    /// The layers that the vendor's tool did not store, though an earlier one needs the same.
    fn equal_by_value(&self) -> Equal {
        let analysis = self.analyse(&Equal::default());
        let kernels = |layer: usize| {
            let kernels = analysis.kernels.layers[layer].ok().flatten()?;
            Some((
                kernels.processors,
                kernels.kernel,
                kernels.bits,
                kernels.count,
            ))
        };
        let layers = self.golden["kernel_rows"].as_array().expect("a list");
        let groups = self.golden["bias_group"].as_array().expect("a list");
        let missing = |layer: &usize| layers[*layer] == 0 && kernels(*layer).is_some();
        Equal {
            weights: (0..layers.len())
                .filter(missing)
                .filter_map(|layer| {
                    let same = |source: &usize| kernels(*source) == kernels(layer);
                    Some((layer, (0..layer).find(same)?))
                })
                .collect(),
            bias: (0..groups.len())
                .filter(|&layer| {
                    groups[layer].is_null() && matches!(analysis.bias.layers[layer], Ok(Some(_)))
                })
                .collect(),
        }
    }

    /// Where our allocation differs; a line a list.
    fn compare(&self, equal: &Equal) -> Vec<String> {
        let analysis = self.analyse(equal);
        let length = |key: &str| self.golden[key].as_array().expect("a list").len();
        // Layers behind the last one that runs are left out there.
        let layers = length("kernel_start");
        let quadrants = length("bias_bytes_per_quadrant");
        let [start, rows, count] = kernels(&analysis.kernels, layers, analysis.flags.weight_start);
        let (groups, bytes) = bias(&analysis.bias, layers, quadrants);
        [
            ("kernel_start", start),
            ("kernel_rows", rows),
            ("kernel_count", count),
            ("bias_group", groups),
            ("bias_bytes_per_quadrant", bytes),
        ]
        .into_iter()
        .filter(|(key, ours)| self.golden[key] != *ours)
        .map(|(key, ours)| {
            format!(
                "    {key}\n      is     {ours}\n      wanted {}",
                self.golden[key]
            )
        })
        .collect()
    }
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
