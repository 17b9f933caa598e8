//! What `ide` knows of a document, in the protocol's words.

use serde_json::json;
use tower_lsp::ls_types::*;

use crate::ide::hints::hints;
use crate::ide::hover;
use crate::ide::lens::{LensCommand, lenses};
use crate::ide::navigation::{self, CallItem};
use crate::ide::structure::{self, FoldKind, LinkTarget};
use crate::ide::symbols::{self, Symbol};
use crate::ide::tokens::{TokenKind, tokens};
use crate::map::Theme;
use crate::text::Span;

use super::address::file_uri;
use super::client::Abilities;
use super::edits::workspace_edit;
use super::pages::Pages;
use super::snapshot::Snapshot;

/// Commands that the client has: they show something.
const SHOW_MAP: &str = "ai8x-lint.showMap";
const SHOW_READERS: &str = "ai8x-lint.showReaders";

fn location(snapshot: &Snapshot, span: Span) -> Location {
    Location::new(snapshot.uri.clone(), snapshot.range(span))
}

/// With a theme the memory map is a picture.
pub(super) fn hover(
    snapshot: &Snapshot,
    position: Position,
    abilities: Abilities,
    theme: Option<Theme>,
) -> Option<Hover> {
    let hover = hover::hover(snapshot.analyzed(), snapshot.offset(position), theme)?;
    let kind = if abilities.markdown {
        MarkupKind::Markdown
    } else {
        MarkupKind::PlainText
    };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind,
            value: hover.markdown,
        }),
        range: Some(snapshot.range(hover.span)),
    })
}

pub(super) fn inlay_hints(snapshot: &Snapshot, range: Range) -> Vec<InlayHint> {
    hints(
        snapshot.analyzed(),
        snapshot.span(range),
        &snapshot.settings.hints,
    )
    .into_iter()
    .map(|hint| InlayHint {
        position: snapshot.position(hint.offset),
        label: hint.label.into(),
        kind: None,
        text_edits: None,
        tooltip: Some(hint.tooltip)
            .filter(|tooltip| !tooltip.is_empty())
            .map(Into::into),
        padding_left: Some(!hint.before),
        padding_right: Some(hint.before),
        data: None,
    })
    .collect()
}

pub(super) fn code_lenses(snapshot: &Snapshot) -> Vec<CodeLens> {
    if !snapshot.settings.lenses {
        return Vec::new();
    }
    lenses(snapshot.analyzed())
        .into_iter()
        .map(|lens| {
            let (command, arguments) = match lens.command {
                LensCommand::ShowMap { layer } => {
                    (SHOW_MAP, vec![json!(snapshot.uri), json!(layer)])
                }
                LensCommand::ShowReaders { layer } => {
                    let readers: Vec<Location> = navigation::outgoing(snapshot.analyzed(), layer)
                        .into_iter()
                        .flat_map(|(_, places)| places)
                        .map(|span| location(snapshot, span))
                        .collect();
                    let here = snapshot.position(lens.span.start);
                    (
                        SHOW_READERS,
                        vec![json!(snapshot.uri), json!(here), json!(readers)],
                    )
                }
            };
            CodeLens {
                range: snapshot.range(lens.span),
                command: Some(Command::new(
                    lens.title,
                    command.to_owned(),
                    Some(arguments),
                )),
                data: None,
            }
        })
        .collect()
}

pub(super) fn document_symbols(
    snapshot: &Snapshot,
    abilities: Abilities,
) -> DocumentSymbolResponse {
    let symbols = symbols::symbols(snapshot.analyzed());
    if abilities.nested_symbols {
        let nested = symbols.iter().map(|symbol| nested(snapshot, symbol));
        DocumentSymbolResponse::Nested(nested.collect())
    } else {
        let mut all = Vec::new();
        for symbol in &symbols {
            flatten(snapshot, symbol, None, &mut all);
        }
        DocumentSymbolResponse::Flat(all)
    }
}

#[expect(deprecated, reason = "the protocol's structure has a field of old")]
fn nested(snapshot: &Snapshot, symbol: &Symbol) -> DocumentSymbol {
    let children = symbol.children.iter().map(|child| nested(snapshot, child));
    DocumentSymbol {
        name: symbol.name.clone(),
        detail: Some(symbol.detail.clone()).filter(|detail| !detail.is_empty()),
        kind: symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: snapshot.range(symbol.span),
        selection_range: snapshot.range(symbol.selection),
        children: Some(children.collect()),
    }
}

/// A symbol and what belongs to it, one after the other.
fn flatten(
    snapshot: &Snapshot,
    symbol: &Symbol,
    container: Option<&str>,
    out: &mut Vec<SymbolInformation>,
) {
    let range = snapshot.range(symbol.selection);
    out.push(symbol_information(symbol, container, &snapshot.uri, range));
    for child in &symbol.children {
        flatten(snapshot, child, Some(&symbol.name), out);
    }
}

#[expect(deprecated, reason = "the protocol's structure has a field of old")]
pub(super) fn symbol_information(
    symbol: &Symbol,
    container: Option<&str>,
    uri: &Uri,
    range: Range,
) -> SymbolInformation {
    SymbolInformation {
        name: symbol.name.clone(),
        kind: symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        location: Location::new(uri.clone(), range),
        container_name: container.map(str::to_owned),
    }
}

fn symbol_kind(kind: symbols::SymbolKind) -> SymbolKind {
    match kind {
        symbols::SymbolKind::Network => SymbolKind::MODULE,
        symbols::SymbolKind::Layer => SymbolKind::FUNCTION,
        symbols::SymbolKind::Block => SymbolKind::STRUCT,
        symbols::SymbolKind::Key => SymbolKind::PROPERTY,
    }
}

pub(super) fn definition(
    snapshot: &Snapshot,
    position: Position,
    abilities: Abilities,
) -> GotoDefinitionResponse {
    let target = navigation::definition(snapshot.analyzed(), snapshot.offset(position));
    if abilities.links_with_origin {
        let links = target.into_iter().map(|target| LocationLink {
            origin_selection_range: Some(snapshot.range(target.origin)),
            target_uri: snapshot.uri.clone(),
            target_range: snapshot.range(target.span),
            target_selection_range: snapshot.range(target.selection),
        });
        GotoDefinitionResponse::Link(links.collect())
    } else {
        let locations = target
            .into_iter()
            .map(|target| location(snapshot, target.selection));
        GotoDefinitionResponse::Array(locations.collect())
    }
}

pub(super) fn references(
    snapshot: &Snapshot,
    position: Position,
    declaration: bool,
) -> Vec<Location> {
    let offset = snapshot.offset(position);
    navigation::references(snapshot.analyzed(), offset, declaration)
        .into_iter()
        .map(|span| location(snapshot, span))
        .collect()
}

pub(super) fn highlights(snapshot: &Snapshot, position: Position) -> Vec<DocumentHighlight> {
    navigation::highlights(snapshot.analyzed(), snapshot.offset(position))
        .into_iter()
        .map(|(span, write)| DocumentHighlight {
            range: snapshot.range(span),
            kind: Some(if write {
                DocumentHighlightKind::WRITE
            } else {
                DocumentHighlightKind::READ
            }),
        })
        .collect()
}

pub(super) fn prepare_rename(
    snapshot: &Snapshot,
    position: Position,
) -> Option<PrepareRenameResponse> {
    let (span, name) = navigation::prepare_rename(snapshot.analyzed(), snapshot.offset(position))?;
    Some(PrepareRenameResponse::RangeWithPlaceholder {
        range: snapshot.range(span),
        placeholder: name.to_owned(),
    })
}

/// # Errors
/// Why the name cannot be changed so.
pub(super) fn rename(
    snapshot: &Snapshot,
    position: Position,
    new: &str,
    abilities: Abilities,
) -> Result<WorkspaceEdit, String> {
    let offset = snapshot.offset(position);
    let edits = navigation::rename(snapshot.analyzed(), offset, new)?;
    Ok(workspace_edit(snapshot, abilities, &edits))
}

pub(super) fn call_items(snapshot: &Snapshot, position: Position) -> Vec<CallHierarchyItem> {
    let item = navigation::call_item(snapshot.analyzed(), snapshot.offset(position));
    item.map(|item| call_item(snapshot, item))
        .into_iter()
        .collect()
}

fn call_item(snapshot: &Snapshot, item: CallItem) -> CallHierarchyItem {
    CallHierarchyItem {
        name: item.name,
        kind: SymbolKind::FUNCTION,
        tags: None,
        detail: Some(item.detail),
        uri: snapshot.uri.clone(),
        range: snapshot.range(item.span),
        selection_range: snapshot.range(item.selection),
        data: Some(json!(item.layer)),
    }
}

/// The layer that an item of ours is about.
fn layer(item: &CallHierarchyItem) -> Option<usize> {
    usize::try_from(item.data.as_ref()?.as_u64()?).ok()
}

/// The layers that a layer reads.
pub(super) fn incoming(
    snapshot: &Snapshot,
    item: &CallHierarchyItem,
) -> Option<Vec<CallHierarchyIncomingCall>> {
    let calls = navigation::incoming(snapshot.analyzed(), layer(item)?);
    let calls = calls
        .into_iter()
        .map(|(from, places)| CallHierarchyIncomingCall {
            from: call_item(snapshot, from),
            from_ranges: places.iter().map(|span| snapshot.range(*span)).collect(),
        });
    Some(calls.collect())
}

/// The layers that read a layer.
pub(super) fn outgoing(
    snapshot: &Snapshot,
    item: &CallHierarchyItem,
) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let calls = navigation::outgoing(snapshot.analyzed(), layer(item)?);
    let calls = calls
        .into_iter()
        .map(|(to, places)| CallHierarchyOutgoingCall {
            to: call_item(snapshot, to),
            from_ranges: places.iter().map(|span| snapshot.range(*span)).collect(),
        });
    Some(calls.collect())
}

pub(super) fn folding(snapshot: &Snapshot) -> Vec<FoldingRange> {
    structure::folding(snapshot.analyzed())
        .into_iter()
        .map(|fold| {
            let range = snapshot.range(fold.span);
            FoldingRange {
                start_line: range.start.line,
                end_line: range.end.line,
                kind: match fold.kind {
                    FoldKind::Comment => Some(FoldingRangeKind::Comment),
                    // The protocol's regions are those that an author marks.
                    FoldKind::Region => None,
                },
                ..FoldingRange::default()
            }
        })
        .collect()
}

pub(super) fn selections(snapshot: &Snapshot, positions: &[Position]) -> Vec<SelectionRange> {
    positions
        .iter()
        .map(|position| {
            let offset = snapshot.offset(*position);
            let whole = Span::new(0, snapshot.file.text.len() as u32);
            let outermost = SelectionRange {
                range: snapshot.range(whole),
                parent: None,
            };
            structure::selection(snapshot.analyzed(), offset)
                .into_iter()
                .rev()
                .skip(1)
                .fold(outermost, |parent, span| SelectionRange {
                    range: snapshot.range(span),
                    parent: Some(Box::new(parent)),
                })
        })
        .collect()
}

pub(super) fn links(snapshot: &Snapshot, pages: &Pages) -> Vec<DocumentLink> {
    let folder = snapshot.file.path.parent();
    structure::links(snapshot.analyzed())
        .into_iter()
        .filter_map(|link| {
            let target = match link.target {
                LinkTarget::Rule(code) => pages.of(code),
                LinkTarget::File(name) => file_uri(&folder?.join(name)),
            };
            Some(DocumentLink {
                range: snapshot.range(link.span),
                target: Some(target?),
                tooltip: Some(link.tooltip),
                data: None,
            })
        })
        .collect()
}

/// The kinds of semantic token; `token_type` refers to them by number.
pub(super) const LEGEND: [SemanticTokenType; 7] = [
    SemanticTokenType::PROPERTY,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::ENUM_MEMBER,
    SemanticTokenType::NUMBER,
    SemanticTokenType::KEYWORD,
    SemanticTokenType::STRING,
    SemanticTokenType::DECORATOR,
];
/// Their modifiers: what names something.
pub(super) const MODIFIERS: [SemanticTokenModifier; 1] = [SemanticTokenModifier::DECLARATION];

fn token_type(kind: TokenKind) -> u32 {
    match kind {
        TokenKind::Key => 0,
        TokenKind::Layer => 1,
        TokenKind::Word => 2,
        TokenKind::Mask | TokenKind::Offset | TokenKind::Number => 3,
        TokenKind::Boolean => 4,
        TokenKind::Text => 5,
        TokenKind::Rule => 6,
    }
}

pub(super) fn semantic_tokens(snapshot: &Snapshot, within: Option<Range>) -> SemanticTokens {
    let within = within.map(|range| snapshot.span(range));
    let mut last = Position::default();
    let mut data = Vec::new();
    for token in tokens(snapshot.analyzed(), within) {
        let range = snapshot.range(token.span);
        let delta_line = range.start.line.saturating_sub(last.line);
        let before = if delta_line == 0 { last.character } else { 0 };
        data.push(SemanticToken {
            delta_line,
            delta_start: range.start.character.saturating_sub(before),
            length: range.end.character.saturating_sub(range.start.character),
            token_type: token_type(token.kind),
            token_modifiers_bitset: token.declaration.into(),
        });
        last = range.start;
    }
    SemanticTokens {
        result_id: None,
        data,
    }
}
