//! What the server offers beyond the protocol; `docs/protocol.md` describes it.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::ls_types::{SymbolInformation, TextDocumentIdentifier, Uri};

use crate::facts::Facts;
use crate::ide::Analyzed;
use crate::ide::symbols::{Symbol, symbols};
use crate::map::text;
use crate::workspace::{Configurations, ModelName, SourceFile, discover};

use super::address::{file_path, file_uri};
use super::features::symbol_information;
use super::position::{Encoding, Lines};
use super::snapshot::Snapshot;

/// Request: the memory map of a document.
pub(super) const MAP: &str = "ai8x/map";
/// Notification: the client's colours.
pub(super) const THEME: &str = "ai8x/theme";
/// Command: like [`MAP`].
pub(super) const MEMORY_MAP: &str = "ai8x.memoryMap";
/// Command: checks the networks of the workspace that are not open, too.
pub(super) const CHECK_WORKSPACE: &str = "ai8x.checkWorkspace";
/// Command: what this server is, and what it knows.
pub(super) const SERVER_INFORMATION: &str = "ai8x.serverInformation";

/// What [`MAP`] asks for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MapParams {
    pub(super) text_document: TextDocumentIdentifier,
}

/// The map as data and as a drawing.
pub(super) fn memory_map(snapshot: &Snapshot) -> Value {
    let analyzed = snapshot.analyzed();
    let map = analyzed.map();
    json!({ "map": map, "text": text(map, analyzed.device, None) })
}

/// What is known about a document.
pub(super) fn information(snapshot: &Snapshot) -> Value {
    let assumptions = &snapshot.linted.assumptions;
    let device = assumptions.device.as_ref();
    json!({
        "uri": snapshot.uri,
        "version": snapshot.version,
        "device": device.map(|known| known.value.name()),
        "deviceFrom": device.map(|known| known.origin.to_string()),
        "flags": assumptions.flags.as_ref().map(|known| known.value.0.as_str()),
        "shapes": assumptions.shapes.as_ref().map(|known| &known.value.0),
        "checkpoint": assumptions.checkpoint.as_ref().map(|known| &known.value.path),
        "input": assumptions.input.as_ref().map(|known| known.value.shape),
        "model": assumptions.model.as_ref().map(|known| known.value.name.show()),
        "modelFrom": assumptions.model.as_ref().map(|known| known.origin.to_string()),
        "modelCandidates": assumptions.candidates.iter().map(ModelName::show).collect::<Vec<_>>(),
        "training": assumptions.model.as_ref().map(|known| &known.value.training.known),
        "configuration": snapshot.config.path,
        "findings": snapshot.findings().len(),
    })
}

/// The networks and layers of these folders whose names have the query in them; those in `open` are
/// known better.
pub(super) fn workspace_symbols(
    folders: &[PathBuf],
    open: &[Uri],
    query: &str,
    encoding: Encoding,
) -> Vec<SymbolInformation> {
    let (candidates, _) = discover(folders, &Configurations::default(), false);
    // Clients write one address in several ways.
    let open: Vec<PathBuf> = open.iter().filter_map(file_path).collect();
    let mut found = Vec::new();
    for candidate in candidates {
        if open.contains(&candidate.path) {
            continue;
        }
        let Some(uri) = file_uri(&candidate.path) else {
            continue;
        };
        // What cannot be read has no symbols.
        let Ok(Some(file)) = SourceFile::read_found(&candidate.path) else {
            continue;
        };
        if file.is_python() {
            continue;
        }
        let lines = Lines::new(&file.text, encoding);
        let analyzed = Analyzed::of_document(
            file.text.as_str().into(),
            file.document,
            Facts::default(),
            Vec::new(),
        );
        found.extend(matching(&symbols(&analyzed), query).into_iter().map(
            |(symbol, container)| {
                let range = lines.range(&file.text, symbol.selection);
                symbol_information(symbol, container, &uri, range)
            },
        ));
    }
    found
}

/// The symbols of an open document that match.
pub(super) fn open_symbols(snapshot: &Snapshot, query: &str) -> Vec<SymbolInformation> {
    matching(&symbols(snapshot.analyzed()), query)
        .into_iter()
        .map(|(symbol, container)| {
            let range = snapshot.range(symbol.selection);
            symbol_information(symbol, container, &snapshot.uri, range)
        })
        .collect()
}

/// Networks and layers, not keys, with the name of what they belong to.
fn matching<'a>(all: &'a [Symbol], query: &str) -> Vec<(&'a Symbol, Option<&'a str>)> {
    use crate::ide::symbols::SymbolKind::{Layer, Network};
    let query = query.to_lowercase();
    let networks = all.iter().map(|network| (network, None));
    let layers = all.iter().flat_map(|network| {
        let layers = network
            .children
            .iter()
            .flat_map(|child| std::iter::once(child).chain(&child.children));
        layers.map(|layer| (layer, Some(network.name.as_str())))
    });
    networks
        .chain(layers)
        .filter(|(symbol, _)| matches!(symbol.kind, Network | Layer))
        .filter(|(symbol, _)| symbol.name.to_lowercase().contains(&query))
        .collect()
}
