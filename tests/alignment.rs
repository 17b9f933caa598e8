//! The vendor's networks beside the vendor's models: the pairs of layers and the verdict are those
//! that were found by hand, and a single changed setting is seen.

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use ai8x_lint::analysis::{Alignment, Analysis, DifferenceKind};
use ai8x_lint::device::DeviceId;
use ai8x_lint::diagnostic::Severity;
use ai8x_lint::facts::Facts;
use ai8x_lint::facts::model::{Model, ModelOperator};
use ai8x_lint::{check, network, yaml};
use serde_json::Value;

use support::trace::model;

#[test]
fn the_vendors_networks_agree_with_their_models() {
    let Some(shared) = support::shared() else {
        return;
    };
    let rows: Vec<Value> = json(&shared.join("golden/models-alignment.json"));
    let mut wrong = Vec::new();
    let (mut compared, mut agreeing) = (0, 0);
    for row in &rows {
        let (Some(golden), Some(file)) = (row["golden"].as_str(), row["yaml"].as_str()) else {
            continue;
        };
        let model = model(&json(&shared.join("golden/models").join(golden)));
        let text = std::fs::read_to_string(shared.join("corpus/vendor/networks").join(file))
            .expect("a network");
        let alignment = align(&text, &model, file);
        compared += 1;
        let mut pairs: Vec<String> = (0..alignment.modules.len())
            .filter_map(|layer| {
                let (module, call) = (alignment.modules[layer]?, alignment.calls[layer]?);
                Some(format!(
                    "{layer} {} {}",
                    model.modules[module].path, model.calls[call].number
                ))
            })
            .collect();
        let mut wanted: Vec<String> = row["pairs"]
            .as_array()
            .expect("pairs")
            .iter()
            .map(|pair| format!("{} {} {}", pair[0], pair[1].as_str().unwrap(), pair[2]))
            .collect();
        pairs.sort();
        wanted.sort();
        if pairs != wanted {
            let odd = |one: &[String], two: &[String]| {
                let odd = one.iter().filter(|pair| !two.contains(pair));
                odd.take(5).cloned().collect::<Vec<_>>().join(", ")
            };
            wrong.push(format!(
                "{file}: pairs: ours {} / theirs {}",
                odd(&pairs, &wanted),
                odd(&wanted, &pairs)
            ));
        }
        let found = verdict(&alignment);
        let by_hand = verdict_by_hand(row);
        if found != by_hand {
            wrong.push(format!("{file}: {found:?}, by hand {by_hand:?}"));
        }
        let agrees = found == Verdict::default();
        agreeing += usize::from(agrees);
        // Where both agree, a layer runs each sum and each pooling.
        let is_run = |call: &usize| alignment.runs.iter().any(|runs| runs.contains(call));
        let mut calls = (0..model.calls.len()).filter(|call| {
            let operator = model.modules[model.calls[*call].module].operator;
            matches!(operator, ModelOperator::Eltwise(_) | ModelOperator::Pool)
        });
        if agrees && let Some(call) = calls.find(|call| !is_run(call)) {
            let module = &model.modules[model.calls[call].module];
            wrong.push(format!("{file}: no layer runs `{}`", module.path));
        }
    }
    println!("{compared} networks, {agreeing} agree");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!((compared, agreeing), (46, 39));
}

/// Layers with other settings, layers with other inputs, and the number of outputs that lack.
#[derive(Debug, Default, PartialEq)]
struct Verdict {
    settings: BTreeSet<usize>,
    inputs: BTreeSet<usize>,
    outputs: usize,
}

fn verdict(alignment: &Alignment) -> Verdict {
    let mut verdict = Verdict::default();
    for difference in &alignment.differences {
        match (&difference.kind, difference.layer) {
            // Convolutions that hand on what they read were put into these checkpoints by hand.
            (DifferenceKind::SurplusLayer, _) => {}
            (DifferenceKind::Input(..) | DifferenceKind::Pooling(..), Some(layer)) => {
                verdict.inputs.insert(layer);
            }
            (_, Some(layer)) => {
                verdict.settings.insert(layer);
            }
            (_, None) => verdict.outputs += 1,
        }
    }
    verdict
}

fn verdict_by_hand(row: &Value) -> Verdict {
    let settings = row["attr_diffs"].as_object().unwrap().iter();
    // Too few processors are found by other rules.
    let settings = settings.filter(|(_, what)| !what[1].to_string().contains("processors"));
    let inputs = row["topo_diffs"].as_array().unwrap().iter();
    // What is in the rolling buffer is not compared.
    let inputs = inputs.filter(|what| what[3] != "buffer");
    Verdict {
        settings: settings.map(|(layer, _)| layer.parse().unwrap()).collect(),
        inputs: inputs
            .map(|what| what[0].as_u64().unwrap() as usize)
            .collect(),
        outputs: row["output_diff"]["model_only"]
            .as_array()
            .map_or(0, Vec::len),
    }
}

/// One setting of a network is changed.
#[test]
fn changed_settings_are_seen() {
    let Some(shared) = support::shared() else {
        return;
    };
    let rows: Vec<Value> = json(&shared.join("golden/models-alignment.json"));
    let (mut changed, mut unseen) = (0, Vec::new());
    for row in rows.iter().filter(|row| row["status"] == "OK") {
        let file = row["yaml"].as_str().unwrap();
        let golden = shared
            .join("golden/models")
            .join(row["golden"].as_str().unwrap());
        let model = model(&json(&golden));
        let path = shared.join("corpus/vendor/networks").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        let before = align(&text, &model, file).differences;
        let edits: Vec<(usize, String)> = text
            .lines()
            .enumerate()
            .filter_map(|(number, line)| Some((number, edited(line)?)))
            .collect();
        for (number, edit) in edits.iter().step_by(edits.len() / 60 + 1) {
            let lines = text.lines().enumerate();
            let lines = lines.map(|(at, line)| if at == *number { edit } else { line });
            let text = lines.collect::<Vec<&str>>().join("\n");
            changed += 1;
            let other_rules = || {
                let mut found = check(&text, &Facts::default()).into_iter();
                found.any(|finding| finding.severity == Severity::Error)
            };
            if align(&text, &model, file).differences == before && !other_rules() {
                unseen.push(format!("{file}:{}: {}", number + 1, edit.trim()));
            }
        }
    }
    println!("{} of {changed} changes are not seen", unseen.len());
    assert!(changed > 1000, "{changed}");
    assert!(unseen.len() * 100 <= changed, "{}", unseen.join("\n"));
}

/// A line with another value, for the keys that a model determines.
fn edited(line: &str) -> Option<String> {
    let (head, value) = line.split_once(": ")?;
    let key = head.trim_start_matches([' ', '-']);
    let (value, comment) = value.split_once('#').unwrap_or((value, ""));
    let value = value.trim();
    let new = match (key, value.to_lowercase().as_str()) {
        ("activate" | "activation", "relu") => "none",
        ("activate" | "activation", _) => "relu",
        ("kernel_size", "3x3") => "1x1",
        ("kernel_size", "1x1") => "3x3",
        ("kernel_size", "9") => "7",
        ("kernel_size", _) => "9",
        ("pad", "1") => "0",
        ("pad", _) => "1",
        ("max_pool" | "avg_pool", "2" | "[2, 2]") => "4",
        ("max_pool" | "avg_pool", _) => "2",
        ("pool_stride", "1") => "2",
        ("pool_stride", _) => "1",
        ("output_width", "32") => "8",
        ("flatten", "true") => "false",
        ("eltwise", "add") => "sub",
        ("groups" | "conv_groups", _) => "1",
        ("op" | "operation" | "operator", "conv2d") => "convtranspose2d",
        ("op" | "operation" | "operator", "conv1d") => "conv2d",
        ("op" | "operation" | "operator", "mlp" | "linear") => "conv2d",
        _ => return None,
    };
    Some(format!("{head}: {new} #{comment}"))
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON")
}

fn align(text: &str, model: &Arc<Model>, file: &str) -> Alignment {
    let document = yaml::parse(text);
    let network = network::lower(&document, text);
    let device = if file.starts_with("ai87") {
        DeviceId::Max78002
    } else {
        DeviceId::Max78000
    };
    let facts = Facts {
        device: Some(device),
        model: Some(Arc::clone(model)),
        ..Facts::default()
    };
    Analysis::new(&network, device.table(), &facts)
        .alignment
        .expect("a model was given")
}
