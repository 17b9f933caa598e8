//! New offsets in data memory: offered as code actions, and as a command.

use serde::Deserialize;
use serde_json::Value;
use tower_lsp::ls_types::{MessageType, Position, Range, Uri, WorkspaceEdit};

use crate::text::Span;
use crate::workspace::{Choices, allocate};

use super::client::Abilities;
use super::edits::workspace_edit;
use super::guard::legal;
use super::snapshot::Snapshot;

/// Command: new offsets for all outputs, or for that of the layer at a position.
pub(super) const ALLOCATE: &str = "ai8x.allocate";

/// What the command is given.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) uri: Uri,
    /// Where the layer stands; none is the whole network.
    position: Option<Position>,
}

/// New offsets, and what there is to say of them.
#[derive(Debug)]
pub(super) struct Allocation {
    /// None where all is well as it is.
    pub(super) edit: Option<WorkspaceEdit>,
    pub(super) summary: String,
}

impl Wanted {
    /// Reads the arguments of the command.
    pub(super) fn read(arguments: &[Value]) -> Option<Self> {
        let uri = legal(arguments.first()?.as_str()?).parse().ok()?;
        let position = arguments.get(1).cloned().unwrap_or_default();
        Some(Self {
            uri,
            position: Option::deserialize(position).ok()?,
        })
    }
}

/// What can be placed anew at a place, as the title of an action and the layer; none is the whole
/// network.
///
/// Where offsets stand, or with `everywhere` in the whole network: a light bulb in each line would
/// be none.
pub(super) fn offers(
    snapshot: &Snapshot,
    range: Range,
    everywhere: bool,
) -> Vec<(&'static str, Option<usize>)> {
    let network = &snapshot.analyzed().network;
    let within = snapshot.span(range);
    let meets = |span: Option<Span>| {
        span.is_some_and(|span| span.touches(within.start) || within.touches(span.start))
    };
    let layer = network.layers.iter().position(|layer| {
        let offsets = [&layer.out_offset, &layer.in_offset];
        let has_offset = offsets.iter().any(|field| {
            let entry = field.key().zip(field.span());
            meets(entry.map(|(key, value)| key.to(value)))
        });
        meets(Some(layer.head))
            || has_offset
            || everywhere && meets(Some(layer.head.to(layer.span)))
    });
    let mut found = Vec::new();
    if layer.is_some() || everywhere || meets(network.layers_field.key()) {
        found.push(("Re-allocate the data memory of this network", None));
    }
    if layer.is_some() {
        found.push(("Re-allocate the data memory of this layer", layer));
    }
    found
}

/// New offsets for a network, or for the output of `only`.
///
/// # Errors
/// A sentence that says why there are none.
pub(super) fn allocation(
    snapshot: &Snapshot,
    only: Option<usize>,
    abilities: Abilities,
) -> Result<Allocation, String> {
    let choices = Choices {
        only,
        ..Choices::default()
    };
    let allocated = allocate(
        &snapshot.file,
        &snapshot.config,
        &snapshot.overrides,
        &choices,
    )?;
    let edits = &allocated.edits;
    Ok(Allocation {
        edit: (!edits.is_empty()).then(|| workspace_edit(snapshot, abilities, edits)),
        summary: allocated.summary(),
    })
}

/// What the command is about.
///
/// # Errors
/// A sentence that says why there is nothing to place.
pub(super) fn commanded(
    snapshot: &Snapshot,
    wanted: &Wanted,
    abilities: Abilities,
) -> Result<Allocation, String> {
    let Some(position) = wanted.position else {
        return allocation(snapshot, None, abilities);
    };
    let offset = snapshot.offset(position);
    let layers = &snapshot.analyzed().network.layers;
    let layer = layers
        .iter()
        .rposition(|layer| layer.head.start <= offset)
        .ok_or("no layer stands here")?;
    allocation(snapshot, Some(layer), abilities)
}

/// What the user is told of an allocation that changes nothing.
pub(super) fn message(outcome: &Result<Allocation, String>) -> Option<(MessageType, String)> {
    match outcome {
        Ok(Allocation { edit: Some(_), .. }) => None,
        Ok(allocation) => Some((MessageType::INFO, allocation.summary.clone())),
        Err(reason) => Some((
            MessageType::WARNING,
            format!("the data memory cannot be re-allocated: {reason}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn the_command_takes_an_address_and_a_position() {
        let read = |arguments: Value| {
            let arguments: Vec<Value> = from_value(arguments).expect("a list");
            Wanted::read(&arguments).map(|wanted| (wanted.uri.to_string(), wanted.position))
        };
        let uri = "file:///a.yaml".to_owned();
        let position = json!({"line": 3, "character": 1});
        assert_eq!(read(json!([uri])), Some((uri.clone(), None)));
        assert_eq!(read(json!([uri, null])), Some((uri.clone(), None)));
        assert_eq!(
            read(json!([uri, position])),
            Some((uri.clone(), Some(Position::new(3, 1))))
        );
        for wrong in [
            json!([]),
            json!([1]),
            json!([uri, 4]),
            json!([uri, {"line": 1}]),
        ] {
            assert_eq!(read(wrong), None);
        }
    }
}
