//! The vendor's networks beside the vendor's models, as the tool finds and reads them itself: the
//! verdicts are those that were found by hand.
//!
//! The networks are in `../shared/corpus/vendor/networks`, the models in the folder that
//! `AI8X_TRAINING` names, or in `../ai8x-training`. Where one of them is missing, the test says so and
//! does nothing.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ai8x_lint::diagnostic::{Finding, Severity};
use ai8x_lint::workspace::{Config, Linted, Overrides, SourceFile, lint_once};
use serde_json::Value;

fn training() -> Option<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::var_os("AI8X_TRAINING")
        .map_or_else(|| package.join("../ai8x-training"), PathBuf::from);
    if folder.join("models").is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: {} is absent", folder.display());
    None
}

#[test]
fn the_vendors_networks_agree_with_the_vendors_models() {
    let (Some(shared), Some(training)) = (support::shared(), training()) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("ai8x-lint.toml");
    std::fs::write(
        &config,
        format!("training-dir = '{}'\n", training.display()),
    )
    .unwrap();
    let config = Config::read(&config);
    let text = std::fs::read_to_string(shared.join("golden/models-alignment.json")).unwrap();
    let rows: Vec<Value> = serde_json::from_str(&text).expect("the verdicts");
    let mut wrong = Vec::new();
    let (mut compared, mut agreeing, mut without) = (0, 0, 0);
    for row in &rows {
        let Some(file) = row["yaml"].as_str() else {
            continue;
        };
        let path = shared.join("corpus/vendor/networks").join(file);
        let source = SourceFile::read(&path).expect("a network");
        let linted = lint_once(&source, &config, &Overrides::default());
        if row["golden"].as_str().is_none() {
            without += 1;
            if linted.assumptions.model.is_some() {
                wrong.push(format!("{file}: there is no model of this name"));
            }
            continue;
        }
        if linted.assumptions.model.is_none() {
            wrong.push(format!("{file}: {:?}", linted.assumptions.unsettled));
            continue;
        }
        compared += 1;
        let findings = linted.report.findings.iter();
        let own: Vec<&Finding> = findings
            .filter(|finding| finding.code.0 / 10 == 86)
            .collect();
        let found = verdict(&own);
        // Other rules judge by the channels of the model; in one file they are not the file's.
        let before = errors(&lint_once(
            &source,
            &Config::default(),
            &Overrides::default(),
        ));
        let more: BTreeSet<String> = errors(&linted).difference(&before).cloned().collect();
        let is_known = file == "cats-dogs-chw.yaml";
        if more.is_empty() == is_known {
            wrong.push(format!("{file}: other errors {more:?}"));
        }
        agreeing += usize::from(found == Verdict::default() && more.is_empty());
        if found != by_hand(row) {
            let messages = own
                .iter()
                .map(|finding| support::show(&source.text, finding));
            wrong.push(format!(
                "{file}: {found:?}, by hand {:?}\n  {}",
                by_hand(row),
                messages.collect::<Vec<_>>().join("\n  ")
            ));
        }
    }
    println!("{compared} networks compared, {agreeing} agree, {without} have no model");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!((compared, agreeing, without), (46, 38, 3));
}

fn errors(linted: &Linted) -> BTreeSet<String> {
    let findings = linted.report.findings.iter();
    let errors = findings.filter(|finding| finding.severity == Severity::Error);
    errors
        .map(|finding| format!("{} {:?}", finding.code, finding.layer))
        .collect()
}

/// Layers with other settings, layers with other inputs, the number of outputs that lack, and that
/// of layers which are missing or too many.
#[derive(Debug, Default, PartialEq)]
struct Verdict {
    settings: BTreeSet<usize>,
    inputs: BTreeSet<usize>,
    outputs: usize,
    unpaired: usize,
}

fn verdict(findings: &[&Finding]) -> Verdict {
    let mut verdict = Verdict::default();
    for finding in findings {
        match (finding.code.0, finding.layer) {
            (861 | 862, Some(layer)) => {
                verdict.settings.insert(layer);
            }
            (863 | 864, Some(layer)) => {
                verdict.inputs.insert(layer);
            }
            (867, _) => verdict.outputs += 1,
            // Convolutions that hand on what they read were put into some checkpoints by hand.
            (866, _) if finding.severity == Severity::Information => {}
            _ => verdict.unpaired += 1,
        }
    }
    verdict
}

fn by_hand(row: &Value) -> Verdict {
    let settings = row["attr_diffs"].as_object().unwrap().iter();
    // Too few processors are found by other rules.
    let settings = settings.filter(|(_, what)| !what[1].to_string().contains("processors"));
    let inputs = row["topo_diffs"].as_array().unwrap().iter();
    // What is in the rolling buffer is not compared.
    let inputs = inputs.filter(|what| what[3] != "buffer");
    let outputs = row["output_diff"]["model_only"].as_array();
    Verdict {
        settings: settings.map(|(layer, _)| layer.parse().unwrap()).collect(),
        inputs: inputs
            .map(|what| what[0].as_u64().unwrap() as usize)
            .collect(),
        outputs: outputs.map_or(0, Vec::len),
        unpaired: 0,
    }
}
