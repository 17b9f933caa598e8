//! `ai8x-lint allocate`: where in data memory each layer writes.

use anyhow::{Result, anyhow, bail};

use crate::network;
use crate::text::unified_diff;
use crate::workspace::{self, Selection};

use super::args::AllocateArgs;
use super::{complain, inputs, map};

pub(super) fn run(args: &AllocateArgs) -> Result<String> {
    let inputs::Network { file, config, .. } =
        inputs::network(&args.file, args.config.as_deref(), &args.facts)?;
    if !file.is_network() {
        bail!(
            "{}: it has neither `layers` nor `arch`, so it is no network",
            file.name
        );
    }
    let only = match &args.layer {
        Some(layer) => Some(map::number(
            &network::lower(&file.document, &file.text),
            layer,
        )?),
        None => None,
    };
    let overrides = inputs::overrides(&args.facts, Selection::default())?;
    let allocated = workspace::allocate(&file, &config, &overrides, only)
        .map_err(|reason| anyhow!("{}: {reason}", file.name))?;
    complain(&format!("{}: {}", file.name, allocated.summary()));
    if args.write {
        if !allocated.edits.is_empty() {
            workspace::write(&args.file, &allocated.text)?;
        }
        return Ok(String::new());
    }
    Ok(unified_diff(&file.name, &file.text, &allocated.text))
}
