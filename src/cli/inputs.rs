//! What several commands take from their arguments.

use std::path::{self, Path};
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};

use crate::pytorch::checkpoint::Checkpoint;
use crate::report::concise;
use crate::workspace::{
    Config, Configurations, Linted, ModelName, Overrides, Selection, SourceFile, lint,
    load_checkpoint, load_shapes, shown,
};

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
    let checkpoint = match &args.checkpoint {
        None => None,
        Some(path) => Some((path.clone(), checkpoint(path)?)),
    };
    let model = match &args.model {
        None => None,
        Some(given) => {
            let mut name = ModelName::parse(given);
            name.path = path::absolute(name.path)?;
            Some(name)
        }
    };
    Ok(Overrides {
        device: args.device,
        flags: args.izer_flags.clone(),
        shapes,
        checkpoint,
        model,
        selection,
    })
}

/// Reads a checkpoint that somebody names.
pub(super) fn checkpoint(path: &Path) -> Result<Arc<Checkpoint>> {
    load_checkpoint(path).map_err(|fault| anyhow!("{}: {fault}", shown(path)))
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

/// One network, with what is in force for it.
pub(super) struct Network {
    /// The file.
    pub(super) file: SourceFile,
    /// Its configuration.
    pub(super) config: Arc<Config>,
    /// What linting it says.
    pub(super) linted: Linted,
}

/// Reads the one network that a command is about, as `check` does.
pub(super) fn network(path: &Path, config: Option<&Path>, facts: &FactArgs) -> Result<Network> {
    let path = path::absolute(path)?;
    let file = SourceFile::read(&path)
        .map_err(|trouble| anyhow!("{}: {}", trouble.name, trouble.message))?;
    let config = configurations(config)?.of_file(&path);
    let linted = lint(&file, &config, &overrides(facts, Selection::default())?);
    if let Some(fault) = config.fault.as_ref().or(linted.sidecar.as_ref()) {
        bail!("{}", concise(std::slice::from_ref(fault)).trim_end());
    }
    Ok(Network {
        file,
        config,
        linted,
    })
}
