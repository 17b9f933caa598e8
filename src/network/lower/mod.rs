//! Tree to network. Total: a wrong value becomes [`Field::Invalid`] plus a [`Problem`], and what
//! cannot be read at all is left out.

mod layer;
mod read;

use std::collections::HashSet;

use crate::text::Span;
use crate::yaml::{Document, Item, NodeId, NodeKind};

use self::read::{Fault, Occurrence, Reader};
use super::keys::{Domain, Scope};
use super::problem::{Found, ProblemKind};
use super::{DataBuffer, Field, Layer, Network, Unload};

/// Reads the network out of the tree.
pub fn lower(document: &Document, text: &str) -> Network {
    let Some(root) = document.root() else {
        return Network::default();
    };
    let mut reader = Reader {
        document,
        text,
        position: None,
        problems: Vec::new(),
    };
    let mut network = Network {
        span: document.span(root),
        ..Network::default()
    };
    if !reader.is_mapping(root, None) {
        network.problems = reader.problems;
        return network;
    }
    let head = document.entries(root).first();
    let head = head.map_or(network.span, |entry| document.span(entry.key));
    for at in reader.occurrences(root, Scope::Global, head) {
        match at.entry.key.name {
            "arch" => network.arch = reader.text(&at),
            "dataset" => network.dataset = reader.text(&at),
            "layers" => {
                network.layers_field = reader.list(&at, 1);
                let blocks = reader.blocks(&at);
                let layers = blocks.iter().map(|block| layer::layer(&mut reader, block));
                (network.layers, network.duplicates) = in_sequence(layers.collect());
                reader.position = None;
            }
            "output_map" => network.output_map = reader.mask(&at),
            "snoop" => network.snoop = reader.numbered(&at),
            "unload" => {
                reader.list(&at, 0);
                let blocks = reader.blocks(&at);
                network.unload = blocks
                    .iter()
                    .map(|block| unload(&mut reader, block))
                    .collect();
            }
            "data_buffer" => {
                reader.list(&at, 0);
                let blocks = reader.blocks(&at);
                network.data_buffer = blocks
                    .iter()
                    .map(|block| data_buffer(&mut reader, block))
                    .collect();
            }
            // Only tests of the vendor's tool read them, and it takes any value.
            "weights" | "bias" => {}
            other => unreachable_key(other),
        }
    }
    network.has_holes = network
        .layers
        .iter()
        .enumerate()
        .any(|(index, layer)| layer.number != index as i64);
    network.problems = reader.problems;
    network
}

/// A mapping in a list of blocks.
struct Block {
    node: NodeId,
    span: Span,
    head: Span,
    /// Position in the file, for layers.
    position: Option<usize>,
}

impl Reader<'_> {
    /// Whether a key holds a list of at least so many blocks; says so where it does not.
    fn list(&mut self, at: &Occurrence, least: usize) -> Field<()> {
        self.judged(at, |reader| match reader.found(at.value) {
            Found::List if reader.document.items(at.value).len() >= least => Ok(()),
            found => Err((at.entry.key.wrong_type, ProblemKind::NotAList { found })),
        })
    }

    /// The mappings of a list of blocks; says which items are none.
    fn blocks(&mut self, at: &Occurrence) -> Vec<Block> {
        let layers = matches!(at.entry.key.domain, Domain::Blocks(Scope::Layer));
        let mut blocks = Vec::new();
        for item in self.document.items(at.value) {
            self.position = layers.then_some(blocks.len());
            if self.is_mapping(item.value, Some(at)) {
                blocks.push(Block {
                    node: item.value,
                    span: self.document.span(item.value),
                    head: self.head(item),
                    position: self.position,
                });
            }
        }
        self.position = None;
        blocks
    }

    /// The `-` of an item and its first key.
    fn head(&self, item: &Item) -> Span {
        let span = self.document.span(item.value);
        let start = item.dash.unwrap_or(span);
        match &self.document.raw(item.value).kind {
            NodeKind::Mapping { entries, .. } if !entries.is_empty() => {
                Span::new(start.start, self.document.span(entries[0].key).end)
            }
            _ => start.to(span),
        }
    }

    fn is_mapping(&mut self, node: NodeId, list: Option<&Occurrence>) -> bool {
        let found = self.found(node);
        if found == Found::Mapping {
            return true;
        }
        let code = if list.is_some() { 8 } else { 1 };
        let fault = Fault::new(
            code,
            self.document.span(node),
            ProblemKind::NotAMapping { found },
        );
        self.report(fault, list.map(|at| at.entry));
        false
    }
}

fn unload(reader: &mut Reader, block: &Block) -> Unload {
    let mut unload = Unload {
        span: block.span,
        head: block.head,
        ..Unload::default()
    };
    for at in reader.occurrences(block.node, Scope::Unload, block.head) {
        match at.entry.key.name {
            "processors" => unload.processors = reader.mask(&at),
            "channels" => unload.channels = reader.integer(&at),
            "dim" => unload.dim = reader.dimensions(&at),
            "offset" => unload.offset = reader.integer(&at),
            "width" => unload.width = reader.choice(&at),
            "write_gap" => unload.write_gap = reader.integer(&at),
            other => unreachable_key(other),
        }
    }
    unload
}

fn data_buffer(reader: &mut Reader, block: &Block) -> DataBuffer {
    let mut buffer = DataBuffer {
        span: block.span,
        head: block.head,
        ..DataBuffer::default()
    };
    for at in reader.occurrences(block.node, Scope::DataBuffer, block.head) {
        match at.entry.key.name {
            "processors" => buffer.processors = reader.mask(&at),
            "dim" => buffer.dim = reader.dimensions(&at),
            "channels" => buffer.channels = reader.integer(&at),
            "offset" => buffer.offset = reader.integer(&at),
            "name" => buffer.name = reader.text(&at),
            "width" => buffer.width = reader.choice(&at),
            other => unreachable_key(other),
        }
    }
    buffer
}

/// A key of the table that lowering does not read: a slip of ours, which a test finds.
fn unreachable_key(name: &str) {
    debug_assert!(false, "the key `{name}` of the table is not read");
}

/// Layers in order of their numbers, and those whose number an earlier one has.
fn in_sequence(layers: Vec<Layer>) -> (Vec<Layer>, Vec<Layer>) {
    let mut number = -1;
    let mut taken = HashSet::new();
    let mut kept = Vec::with_capacity(layers.len());
    let mut duplicates = Vec::new();
    for mut layer in layers {
        number = layer.sequence.value().unwrap_or(number + 1);
        layer.number = number;
        if taken.insert(number) {
            kept.push(layer);
        } else {
            duplicates.push(layer);
        }
    }
    kept.sort_by_key(|layer| layer.number);
    (kept, duplicates)
}
