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
    let map = |device: DeviceId| {
        let analysis = Analysis::new(&network, device.table(), &facts);
        MemoryMap::new(&network, device.table(), &analysis)
    };
    Ok(match args.format {
        MapFormat::Text => {
            let drawings = devices
                .iter()
                .map(|&device| text(&map(device), device.table(), only));
            drawings.collect::<Vec<_>>().join("\n")
        }
        MapFormat::Json => {
            let maps = devices.iter().map(|&device| {
                let mut map = map(device);
                map.steps
                    .retain(|step| only.is_none_or(|layer| step.layer == layer));
                map
            });
            json(&maps.collect::<Vec<_>>())
        }
    })
}

/// The number of the layer that a user means: a number as the vendor's tool prints it, or a name.
fn number(network: &Network, layer: &str) -> Result<usize> {
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
