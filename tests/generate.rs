//! The vendor's models become networks that no rule has anything to say against, and that are the model.

mod support;

use ai8x_lint::analysis::Analysis;
use ai8x_lint::device::DeviceId;
use ai8x_lint::facts::model::Model;
use ai8x_lint::generate::{Generated, Refusal, Request, generate};
use ai8x_lint::{network, yaml};
use serde_json::Value;
use std::sync::Arc;

/// Traces that are no network of the MAX78000 or MAX78002, or the same model once more.
fn is_of_the_table(name: &str) -> bool {
    !name.starts_with("ai84") && !name.contains('@') && !name.starts_with('_')
}

#[test]
fn the_vendors_models_become_networks() {
    let Some(shared) = support::shared() else {
        return;
    };
    let mut files: Vec<_> = std::fs::read_dir(shared.join("golden/models"))
        .expect("the traces")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    let only = std::env::var("ONLY").ok();
    let (mut total, mut clean, mut wrong) = (0, 0, Vec::new());
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !is_of_the_table(&name) || only.as_ref().is_some_and(|only| !name.contains(only)) {
            continue;
        }
        total += 1;
        let trace: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).expect("JSON");
        let start = std::time::Instant::now();
        let outcome = of_trace(&trace);
        let time = start.elapsed().as_millis();
        match outcome {
            Ok(generated) => {
                clean += 1;
                let facts = &generated.facts;
                let own = network::lower(&yaml::parse(&generated.text), &generated.text);
                let device = facts.device.unwrap().table();
                let alignment = Analysis::new(&own, device, facts).alignment.unwrap();
                if !alignment.differences.is_empty() {
                    wrong.push(format!("{name}: {:?}", alignment.differences));
                }
                println!(
                    "{name:36} {:3} layers, {time} ms",
                    generated.plan.layers.len()
                );
                if let Ok(folder) = std::env::var("GENERATED") {
                    let file = std::path::Path::new(&folder).join(format!("{name}.yaml"));
                    std::fs::write(file, &generated.text).unwrap();
                }
            }
            Err(refusal) => {
                println!(
                    "{name:36} {} ({} more), {time} ms",
                    refusal.reasons[0],
                    refusal.reasons.len() - 1
                );
                if only.is_some() {
                    println!("{}", refusal.reasons.join("\n"));
                }
            }
        }
    }
    println!("{clean} of {total} are clean");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn of_trace(trace: &Value) -> Result<Generated, Refusal> {
    let model: Arc<Model> = support::trace::model(trace);
    let shape: Vec<i64> = trace["input_shape"]
        .as_array()
        .unwrap()
        .iter()
        .map(|size| size.as_i64().unwrap())
        .collect();
    let input = match shape[1..] {
        [channels, length] => [channels, length, 1],
        [channels, height, width] => [channels, height, width],
        [_, channels, height, width] => [channels, height, width],
        _ => panic!("{shape:?}"),
    };
    let bits: Vec<Option<i64>> = model
        .modules
        .iter()
        .map(|module| bits(&model.name, &module.path))
        .collect();
    generate(&Request {
        model,
        device: match trace["config"]["device"].as_i64() {
            Some(87) => DeviceId::Max78002,
            _ => DeviceId::Max78000,
        },
        dataset: trace["config"]["dataset"].as_str().unwrap_or("example"),
        input,
        bits: &bits,
    })
}

/// Weight bits of the policies with which the vendor trains these two models.
fn bits(model: &str, layer: &str) -> Option<i64> {
    match (model, layer) {
        ("ai85simplenetwide2x", "conv1") => None,
        ("ai85simplenetwide2x", "conv2" | "conv11" | "conv12" | "conv13" | "conv14") => Some(4),
        ("ai85simplenetwide2x", _) => Some(2),
        ("ai85faceidnet_112", "pre_stage" | "pre_stage_2" | "linear") => None,
        (
            "ai85faceidnet_112",
            "feature_stage.1.0.conv2" | "feature_stage.2.0.conv2" | "feature_stage.4.0.conv2",
        ) => Some(2),
        ("ai85faceidnet_112", _) => Some(4),
        _ => None,
    }
}
