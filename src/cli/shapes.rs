//! `ai8x-lint shapes`: the shapes file of a checkpoint.

use anyhow::Result;

use crate::workspace::shapes::Shapes;

use super::args::{FactArgs, ShapesArgs};
use super::complain;
use super::inputs::{checkpoint, network};

pub(super) fn run(args: &ShapesArgs) -> Result<String> {
    let trained = checkpoint(&args.checkpoint)?;
    let Some(path) = &args.network else {
        let weights = trained.weights(&trained.likely_usages());
        return Ok(Shapes::new(trained.arch.clone(), None, &weights).to_json()?);
    };
    let facts = FactArgs {
        checkpoint: Some(args.checkpoint.clone()),
        ..FactArgs::default()
    };
    let linted = network(path, None, &facts)?.linted;
    let facts = linted.assumptions.facts();
    if facts.input.is_none() {
        complain("the input is unknown: add it to the shapes file");
    }
    let weights = facts
        .weights
        .unwrap_or_else(|| trained.weights(&trained.likely_usages()));
    Ok(Shapes::new(trained.arch.clone(), facts.input, &weights).to_json()?)
}
