//! What several commands take from their arguments.

use std::path::{self, Path};

use anyhow::{Result, bail};

use crate::report::concise;
use crate::workspace::{Config, Configurations, Overrides, Selection, load_shapes};

use super::args::FactArgs;

/// What the command line says about the networks.
pub(super) fn overrides(args: &FactArgs, selection: Selection) -> Result<Overrides> {
    let shapes = match &args.shapes {
        None => None,
        Some(path) => match load_shapes(path) {
            Ok(shapes) => Some((path.clone(), shapes)),
            Err(fault) => bail!("{}", concise(&[fault]).trim_end()),
        },
    };
    Ok(Overrides {
        device: args.device,
        flags: args.izer_flags.clone(),
        shapes,
        selection,
    })
}

/// The configurations: the given one for all files, or each file's own.
pub(super) fn configurations(given: Option<&Path>) -> Result<Configurations> {
    let Some(path) = given else {
        return Ok(Configurations::default());
    };
    let config = Config::read(&path::absolute(path)?);
    match config.fault {
        Some(fault) => bail!("{}", concise(&[fault]).trim_end()),
        None => Ok(Configurations::fixed(config)),
    }
}
