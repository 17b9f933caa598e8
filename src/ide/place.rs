//! What stands at a place of the text.

use crate::network::keys::{self, Domain, Key, Scope};
use crate::text::Span;
use crate::yaml::{Entry, Item, NodeId, NodeKind};

use super::Analyzed;

/// A mapping of the file, and what of it the place is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// What the mapping is.
    pub(super) scope: Scope,
    /// The mapping.
    pub(super) mapping: NodeId,
    /// The layer, where it is one that is analysed.
    pub(super) layer: Option<usize>,
    /// What the place is on.
    pub(super) on: On,
}

/// What of a mapping a place is on.
#[derive(Clone, Copy, Debug)]
pub(super) enum On {
    /// The `-` before it.
    Dash(Span),
    /// A key.
    Key(Entry),
    /// The value of a key.
    Value(Entry),
    /// Nothing of it.
    Between,
}

impl Place {
    /// The entry that the place is on.
    pub(super) fn entry(&self) -> Option<Entry> {
        match self.on {
            On::Key(entry) | On::Value(entry) => Some(entry),
            On::Dash(_) | On::Between => None,
        }
    }
}

impl Analyzed {
    /// The innermost mapping with a meaning at an offset.
    pub(super) fn place(&self, offset: u32) -> Option<Place> {
        let root = self.document.root()?;
        let on = self.on(root, offset);
        if let On::Value(entry) | On::Key(entry) = on
            && let Some(Domain::Blocks(scope)) =
                self.key(Scope::Global, entry).map(|key| key.domain)
            && let Some(place) = self.block_at(scope, entry.value, offset)
        {
            return Some(place);
        }
        Some(Place {
            scope: Scope::Global,
            mapping: root,
            layer: None,
            on,
        })
    }

    /// The key of the table that an entry has.
    pub(super) fn key(&self, scope: Scope, entry: Entry) -> Option<&'static Key> {
        match &self.document.node(entry.key).kind {
            NodeKind::Scalar(scalar) => keys::find(scope, &scalar.text),
            _ => None,
        }
    }

    fn block_at(&self, scope: Scope, list: NodeId, offset: u32) -> Option<Place> {
        let item = self
            .own_items(list)
            .iter()
            .rev()
            .find(|item| self.item_span(item).touches(offset))?;
        let on = match item.dash {
            Some(dash) if dash.touches(offset) => On::Dash(dash),
            _ => self.on(item.value, offset),
        };
        Some(Place {
            scope,
            mapping: item.value,
            layer: (scope == Scope::Layer)
                .then(|| self.layer_of(item.value))
                .flatten(),
            on,
        })
    }

    /// The items of a list that is written here, not elsewhere.
    pub(super) fn own_items(&self, list: NodeId) -> &[Item] {
        match &self.document.raw(list).kind {
            NodeKind::Sequence { items, .. } => items,
            _ => &[],
        }
    }

    /// An item with its `-`.
    pub(super) fn item_span(&self, item: &Item) -> Span {
        let span = self.document.span(item.value);
        item.dash.map_or(span, |dash| dash.to(span))
    }

    fn on(&self, mapping: NodeId, offset: u32) -> On {
        let NodeKind::Mapping { entries, .. } = &self.document.raw(mapping).kind else {
            return On::Between;
        };
        let is_at = |node| self.document.span(node).touches(offset);
        if let Some(entry) = entries.iter().find(|entry| is_at(entry.key)) {
            return On::Key(*entry);
        }
        entries
            .iter()
            .find(|entry| is_at(entry.value))
            .map_or(On::Between, |entry| On::Value(*entry))
    }

    /// The layer that a mapping of `layers` is, where it is analysed.
    pub(super) fn layer_of(&self, mapping: NodeId) -> Option<usize> {
        let span = self.document.span(mapping);
        self.network
            .layers
            .iter()
            .position(|layer| layer.span == span)
    }

    /// The layer whose text, its `-` included, is around an offset.
    pub(super) fn layer_at(&self, offset: u32) -> Option<usize> {
        self.network
            .layers
            .iter()
            .position(|layer| layer.head.to(layer.span).touches(offset))
    }
}
