//! `ai8x-lint config`: what is in force for one network, and why.

use std::fmt::{Display, Write};

use anyhow::Result;

use crate::diagnostic::Severity;
use crate::rules::words::{count, list};
use crate::workspace::{Assumptions, Known, Modeled, Origin, shown};

use super::args::ConfigArgs;
use super::inputs::{Network, network};

pub(super) fn run(args: &ConfigArgs) -> Result<String> {
    let Network {
        file,
        config,
        linted,
    } = network(&args.file, args.config.as_deref(), &args.facts)?;

    let settings = &config.settings;
    let severities: Vec<String> = settings
        .severity
        .iter()
        .map(|(rule, severity)| format!("{rule} {severity}"))
        .collect();
    let severity = |given: Option<Severity>, usual: Severity| match given {
        Some(severity) => severity.to_string(),
        None => format!("{usual} (default)"),
    };
    let excluded = if config.excludes(&file.path) {
        "this file, when it is found in a folder"
    } else {
        "not this file"
    };
    let path_of_config = config.path.as_deref().map(shown);
    let selected = settings.select.as_ref();
    let rows = [
        (
            "configuration",
            path_of_config.unwrap_or_else(|| "none".to_owned()),
        ),
        ("device", device(&linted.assumptions)),
        ("izer-flags", flags(&linted.assumptions)),
        ("shapes", shapes(&linted.assumptions)),
        ("checkpoint", checkpoint(&linted.assumptions)),
        ("input", input(&linted.assumptions)),
        ("model", model(&linted.assumptions)),
        ("training", training(&linted.assumptions)),
        (
            "select",
            selected.map_or_else(|| "all rules".to_owned(), |rules| all(rules)),
        ),
        ("extend-select", all(&settings.extend_select)),
        ("ignore", all(&settings.ignore)),
        ("per-file-ignores", all(&config.ignored_in(&file.path))),
        ("severity", all(&severities)),
        ("exclude", excluded.to_owned()),
        (
            "min-severity",
            severity(settings.min_severity, Severity::Hint),
        ),
        ("fail-on", severity(settings.fail_on, Severity::Error)),
    ];
    let mut out = String::new();
    for (name, value) in rows {
        let _ = writeln!(out, "{name:<18}{value}");
    }
    Ok(out)
}

/// The chip, and why.
pub(super) fn device(assumptions: &Assumptions) -> String {
    match &assumptions.device {
        Some(known) => because(known.value.name(), known),
        None if assumptions.each_device => format!("either ({})", Origin::CommandLine),
        None => unknown("unknown, both are checked", "device", assumptions),
    }
}

/// The flags of the vendor's tool, and why.
pub(super) fn flags(assumptions: &Assumptions) -> String {
    match &assumptions.flags {
        Some(known) if known.value.0.is_empty() => because("none", known),
        Some(known) => because(&known.value.0, known),
        None => unknown("unknown", "izer-flags", assumptions),
    }
}

/// What the shapes file says, and why it is the one.
pub(super) fn shapes(assumptions: &Assumptions) -> String {
    let Some(known) = &assumptions.shapes else {
        return "unknown".to_owned();
    };
    let (path, shapes) = &known.value;
    let mut says = Vec::new();
    if let Some(input) = &shapes.input {
        let sizes: Vec<String> = input.iter().map(ToString::to_string).collect();
        says.push(format!("input {}", sizes.join("x")));
    }
    if let Some(weights) = &shapes.weights {
        says.push(count(weights.len() as i64, "weighted layer"));
    }
    format!("{}: {}", because(&shown(path), known), all(&says))
}

/// What the checkpoint says, and why it is the one.
pub(super) fn checkpoint(assumptions: &Assumptions) -> String {
    let Some(known) = &assumptions.checkpoint else {
        return unknown("unknown", "checkpoint", assumptions);
    };
    let checkpoint = &known.value.checkpoint;
    let mut says = vec![count(checkpoint.layers.len() as i64, "weighted layer")];
    says.extend(checkpoint.arch.as_ref().map(|arch| format!("arch {arch}")));
    says.extend(checkpoint.epoch.map(|epoch| format!("epoch {epoch}")));
    says.extend(checkpoint.quantized.map(|quantized| {
        let word = if quantized {
            "quantized"
        } else {
            "not quantized"
        };
        word.to_owned()
    }));
    if known.value.weights.is_none() {
        says.push("of another model, so its weights do not count".to_owned());
    }
    let path = because(&shown(&known.value.path), known);
    format!("{path}: {}", says.join(", "))
}

/// The input by a sample or the data set, and why.
pub(super) fn input(assumptions: &Assumptions) -> String {
    let shapes = assumptions.shapes.as_ref();
    if shapes.is_some_and(|known| known.value.1.input.is_some()) {
        return "as the shapes file says".to_owned();
    }
    let Some(known) = &assumptions.input else {
        return unknown("unknown", "input", assumptions);
    };
    let shape = known.value.shape.map(|size| size.to_string()).join("x");
    match &known.value.path {
        Some(path) => format!("{shape}: {}", because(&shown(path), known)),
        None => because(&shape, known),
    }
}

/// The model, and why it is the one.
pub(super) fn model(assumptions: &Assumptions) -> String {
    let Some(known) = &assumptions.model else {
        return unknown("unknown", "model", assumptions);
    };
    let Modeled { name, model, .. } = &known.value;
    let modules = model.modules.iter();
    let weighted = modules.filter(|module| module.operator.convolves()).count();
    let weighted = count(weighted as i64, "weighted layer");
    format!("{}: {weighted}", because(&name.show(), known))
}

/// How the model is trained, and who says so.
pub(super) fn training(assumptions: &Assumptions) -> String {
    match &assumptions.model {
        Some(known) if !known.value.training.known.is_empty() => {
            known.value.training.known.join(", ")
        }
        _ => "unknown".to_owned(),
    }
}

/// That something is unknown, and what speaks of it all the same.
fn unknown(word: &str, what: &str, assumptions: &Assumptions) -> String {
    match assumptions.unsettled(what) {
        Some(unsettled) => format!("{word}: {}", unsettled.why),
        None => word.to_owned(),
    }
}

fn because<T>(value: &str, known: &Known<T>) -> String {
    format!("{value} ({})", known.origin)
}

fn all(items: &[impl Display]) -> String {
    match items {
        [] => "none".to_owned(),
        _ => list(&items.iter().map(ToString::to_string).collect::<Vec<_>>()),
    }
}
