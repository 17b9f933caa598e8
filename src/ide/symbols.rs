//! The outline of a file: the network, its layers, their keys.

use crate::network::keys::{Domain, Scope};
use crate::rules::words::count;
use crate::text::Span;
use crate::yaml::{Entry, NodeKind};

use super::{Analyzed, words};

/// The longest detail of a key, in characters.
const LONGEST_DETAIL: usize = 40;

/// An entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// What else there is to say; may be empty.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of its text.
    pub span: Span,
    /// Where to go.
    pub selection: Span,
    /// What belongs to it.
    pub children: Vec<Symbol>,
}

/// What an entry of the outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// The network.
    Network,
    /// A layer.
    Layer,
    /// A block of `unload` or `data_buffer`.
    Block,
    /// A key with its value.
    Key,
}

/// The outline: one network with its keys and layers; nothing for a text without any.
pub fn symbols(analyzed: &Analyzed) -> Vec<Symbol> {
    let document = &analyzed.document;
    let Some(root) = document.root() else {
        return Vec::new();
    };
    let NodeKind::Mapping { entries, .. } = &document.raw(root).kind else {
        return Vec::new();
    };
    let mut children = Vec::new();
    for entry in entries {
        let Some(Domain::Blocks(scope)) = analyzed.key(Scope::Global, *entry).map(|key| key.domain)
        else {
            children.extend(key_symbol(analyzed, *entry));
            continue;
        };
        let blocks = blocks(analyzed, scope, *entry);
        if scope == Scope::Layer {
            // The layers stand directly below the network.
            children.extend(blocks);
        } else if let Some(mut list) = key_symbol(analyzed, *entry) {
            list.span = around(list.span, &blocks);
            list.children = blocks;
            children.push(list);
        }
    }
    let arch = &analyzed.network.arch;
    let span = around(document.span(root), &children);
    let layers = count(analyzed.network.layers.len() as i64, "layer");
    vec![Symbol {
        name: arch
            .get()
            .filter(|name| !name.trim().is_empty())
            .cloned()
            .unwrap_or_else(|| "network".to_owned()),
        detail: match analyzed.facts.device {
            Some(chip) => format!("{}, {layers}", chip.name()),
            None => layers,
        },
        kind: SymbolKind::Network,
        span,
        selection: arch
            .span()
            .filter(|place| span.contains(*place))
            .unwrap_or(Span::at(span.start)),
        children,
    }]
}

fn blocks(analyzed: &Analyzed, scope: Scope, list: Entry) -> Vec<Symbol> {
    let document = &analyzed.document;
    analyzed
        .own_items(list.value)
        .iter()
        .enumerate()
        .map(|(number, item)| {
            let layer = (scope == Scope::Layer)
                .then(|| analyzed.layer_of(item.value))
                .flatten();
            let children: Vec<Symbol> = match &document.raw(item.value).kind {
                NodeKind::Mapping { entries, .. } => entries
                    .iter()
                    .filter_map(|entry| key_symbol(analyzed, *entry))
                    .collect(),
                _ => Vec::new(),
            };
            let span = around(analyzed.item_span(item), &children);
            let name = layer.and_then(|layer| analyzed.network.layers.get(layer)?.name.span());
            Symbol {
                name: layer.map_or_else(
                    || format!("#{number}"),
                    |layer| words::title(analyzed, layer),
                ),
                detail: layer
                    .map(|layer| words::detail(analyzed, layer))
                    .unwrap_or_default(),
                kind: if scope == Scope::Layer {
                    SymbolKind::Layer
                } else {
                    SymbolKind::Block
                },
                span,
                selection: name
                    .filter(|place| span.contains(*place))
                    .unwrap_or_else(|| item.dash.unwrap_or(span)),
                children,
            }
        })
        .collect()
}

/// The span of what holds these symbols: in broken text they may reach beyond it.
fn around(span: Span, children: &[Symbol]) -> Span {
    children.iter().fold(span, |all, child| all.to(child.span))
}

fn key_symbol(analyzed: &Analyzed, entry: Entry) -> Option<Symbol> {
    let document = &analyzed.document;
    let key = document.span(entry.key);
    let name = key.text(&analyzed.text);
    // An outline has no place for what has no name.
    (!name.trim().is_empty()).then(|| Symbol {
        name: name.to_owned(),
        detail: document
            .span(entry.value)
            .text(&analyzed.text)
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(LONGEST_DETAIL)
            .collect(),
        kind: SymbolKind::Key,
        span: key.to(document.span(entry.value)),
        selection: key,
        children: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::ide::fixture;

    fn outline(symbols: &[Symbol], indent: usize, out: &mut String) {
        for symbol in symbols {
            let kind = format!("{:?}", symbol.kind).to_lowercase();
            out.push_str(&format!(
                "{:indent$}{kind} {} | {}\n",
                "", symbol.name, symbol.detail
            ));
            outline(&symbol.children, indent + 2, out);
        }
    }

    fn shown(analyzed: &Analyzed) -> String {
        let mut out = String::new();
        outline(&symbols(analyzed), 0, &mut out);
        out
    }

    #[test]
    fn layers_stand_below_the_network_with_their_shapes() {
        let (analyzed, _) = fixture::residual("");
        let layers: Vec<String> = shown(&analyzed)
            .lines()
            .filter(|line| !line.contains(" key ") || line.starts_with("  key"))
            .map(str::to_owned)
            .collect();
        insta::assert_snapshot!(layers.join("\n"), @r"
        network residual | MAX78000, 7 layers
          key arch | residual
          key dataset | pictures
          layer #0 stem | Conv2d 3x3  3x32x32 -> 16x32x32
          layer #1 body | Conv2d 3x3  16x32x32 -> 20x32x32
          layer #2 skip | passthrough  20x32x32 -> 20x32x32
          layer #3 branch | Conv2d 3x3  20x32x32 -> 20x32x32
          layer #4 join | add + Conv2d 3x3  2 x 20x32x32 -> 20x32x32
          layer #5 shrink | max pool 4x4 + Conv2d 3x3  20x32x32 -> 16x8x8
          layer #6 scores | Linear  16x8x8 -> 10x1x1
        ");
    }

    #[test]
    fn broken_and_empty_texts_have_what_can_be_read() {
        let unchosen = Analyzed::new("arch: a\nlayers:\n  - op: fc\n".into(), Facts::default());
        assert_eq!(symbols(&unchosen)[0].detail, "1 layer");
        insta::assert_snapshot!(shown(&fixture::plain("")), @"");
        insta::assert_snapshot!(shown(&fixture::plain("- a\n- b\n")), @"");
        insta::assert_snapshot!(shown(&fixture::plain("arch: a\nlayers:\n  - name: x\n    processors: [\n  - op: fc\n")), @r"
        network a | MAX78000, 2 layers
          key arch | a
          layer #0 x | Conv2d 3x3
            key name | x
            key processors | 
          layer #1 | Linear
            key op | fc
        ");
    }

    #[test]
    fn every_selection_lies_in_its_symbol() {
        fn check(symbols: &[Symbol]) {
            for symbol in symbols {
                assert!(symbol.span.contains(symbol.selection), "{symbol:?}");
                for child in &symbol.children {
                    assert!(symbol.span.contains(child.span), "{child:?}");
                }
                check(&symbol.children);
            }
        }
        let (analyzed, _) = fixture::residual("");
        check(&symbols(&analyzed));
        let broken = fixture::plain("arch: a\nlayers:\n  - op: fc\n    pad: 1:\n");
        check(&symbols(&broken));
    }
}
