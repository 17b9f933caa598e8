//! `ai8x-lint map`: what lies where in the memory of the chip while a network runs.

use anyhow::{Result, bail};

use crate::analysis::Analysis;
use crate::device::DeviceId;
use crate::diagnostic::Severity;
use crate::map::{MemoryMap, json, text};
use crate::network::{self, Network, Reference, Source};
use crate::rules::words::count;

use super::args::{MapArgs, MapFormat};
use super::{complain, inputs};

pub(super) fn run(args: &MapArgs) -> Result<String> {
    let inputs::Network { file, linted, .. } =
        inputs::network(&args.file, args.config.as_deref(), &args.facts)?;
    if !file.is_network() {
        bail!(
            "{}: it has neither `layers` nor `arch`, so it is no network",
            file.name
        );
    }
    let errors = linted
        .report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    if errors > 0 {
        complain(&format!(
            "{}: {}; `ai8x-lint check` says more, and what depends on a fault is missing here",
            file.name,
            count(errors as i64, "error")
        ));
    }
    let network = network::lower(&file.document, &file.text);
    let only = match &args.layer {
        Some(layer) => Some(number(&network, layer)?),
        None => None,
    };
    let facts = linted.assumptions.facts();
    let devices = facts
        .device
        .map_or_else(|| DeviceId::ALL.to_vec(), |device| vec![device]);
    let maps: Vec<(DeviceId, MemoryMap)> = devices
        .into_iter()
        .map(|device| {
            let analysis = Analysis::new(&network, device.table(), &facts);
            (device, MemoryMap::new(&network, device.table(), &analysis))
        })
        .collect();
    if let Some((_, map)) = maps.first()
        && let Some(hint) = hint(map)
    {
        complain(&format!("{}: {hint}", file.name));
    }
    Ok(match args.format {
        MapFormat::Text => {
            let drawings = maps
                .iter()
                .map(|(device, map)| text(map, device.table(), only));
            drawings.collect::<Vec<_>>().join("\n")
        }
        MapFormat::Json => {
            let maps = maps.into_iter().map(|(_, mut map)| {
                map.steps
                    .retain(|step| only.is_none_or(|layer| step.layer == layer));
                map
            });
            json(&maps.collect::<Vec<_>>())
        }
    })
}

/// What would make more of a map known.
fn hint(map: &MemoryMap) -> Option<&'static str> {
    let first = map.steps.first()?;
    if first.input.is_none() {
        Some(
            "what the network's input looks like is not known, so little else is; a file \
             NAME.shapes.json beside NAME.yaml, or `--shapes`, says it",
        )
    } else if map.steps.iter().any(|step| step.output.is_none()) {
        Some(
            "what some layers put out is not known; a file NAME.shapes.json beside NAME.yaml, or \
             `--shapes`, says it",
        )
    } else {
        None
    }
}

/// The number of the layer that a user means: a number as the vendor's tool prints it, or a name.
pub(super) fn number(network: &Network, layer: &str) -> Result<usize> {
    let found = match layer.parse::<usize>() {
        Ok(number) => Some(number).filter(|&number| number < network.layers.len()),
        Err(_) => match network.resolve(&Reference::Name(layer.to_owned())) {
            Ok(Source::Layer(index)) => Some(index),
            _ => None,
        },
    };
    match (found, network.layers.len()) {
        (Some(number), _) => Ok(number),
        (None, 0) => bail!("the network has no layers"),
        (None, layers) => bail!(
            "there is no layer `{layer}`; the layers are 0 to {}, or go by their names",
            layers - 1
        ),
    }
}
