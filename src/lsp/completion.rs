//! Completions in the protocol's words.

use tower_lsp::ls_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, InsertTextFormat,
    InsertTextMode, MarkupContent, MarkupKind, Position,
};

use crate::ide::completion::{Completion, CompletionKind, complete_with};
use crate::workspace::offered;

use super::client::Abilities;
use super::edits::text_edit;
use super::snapshot::Snapshot;

/// What makes a client ask without being told to: the start of a key, of a value, of an item.
pub(super) const TRIGGERS: [&str; 5] = [" ", "[", ",", "#", "="];

pub(super) fn completions(
    snapshot: &Snapshot,
    position: Position,
    abilities: Abilities,
) -> Vec<CompletionItem> {
    let analyzed = snapshot.analyzed();
    let offered = || offered(&snapshot.file, &snapshot.config, &analyzed.network);
    complete_with(analyzed, snapshot.offset(position), offered)
        .into_iter()
        .enumerate()
        .map(|(rank, completion)| item(snapshot, abilities, rank, completion))
        .collect()
}

fn item(
    snapshot: &Snapshot,
    abilities: Abilities,
    rank: usize,
    mut completion: Completion,
) -> CompletionItem {
    let is_snippet = completion.snippet && abilities.snippets;
    if completion.snippet && !is_snippet {
        completion.edit.new_text = filled(&completion.edit.new_text);
    }
    // Clients compare with all of the text that is replaced, blanks at its start included.
    let replaced = completion.edit.span.text(&snapshot.file.text);
    let blanks = &replaced[..replaced.len() - replaced.trim_start().len()];
    CompletionItem {
        kind: Some(kind(completion.kind)),
        detail: some(completion.detail),
        documentation: some(completion.documentation).map(|value| {
            Documentation::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value,
            })
        }),
        // Clients sort by letters; the order here is that of likelihood.
        sort_text: Some(format!("{rank:04}")),
        filter_text: (!blanks.is_empty() || !completion.aliases.is_empty()).then(|| {
            let spellings = [&[completion.label.as_str()], completion.aliases].concat();
            format!("{blanks}{}", spellings.join(" "))
        }),
        insert_text_format: is_snippet.then_some(InsertTextFormat::SNIPPET),
        insert_text_mode: Some(InsertTextMode::AS_IS),
        text_edit: Some(CompletionTextEdit::Edit(text_edit(
            snapshot,
            &completion.edit,
        ))),
        label: completion.label,
        ..CompletionItem::default()
    }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Key => CompletionItemKind::PROPERTY,
        CompletionKind::Word => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Number => CompletionItemKind::VALUE,
        CompletionKind::Layer => CompletionItemKind::VARIABLE,
        CompletionKind::Snippet => CompletionItemKind::SNIPPET,
        CompletionKind::Rule => CompletionItemKind::REFERENCE,
        CompletionKind::Directive => CompletionItemKind::KEYWORD,
    }
}

/// A snippet with its places filled by what they propose: `${1:this}`, the first of
/// `${1|these,words|}`, nothing for `$0`.
fn filled(snippet: &str) -> String {
    let mut out = String::new();
    let mut rest = snippet;
    while let Some((before, place)) = rest.split_once('$') {
        out.push_str(before);
        let braced = place
            .strip_prefix('{')
            .and_then(|place| place.split_once('}'));
        rest = match braced {
            Some((inside, after)) => {
                let proposal = inside.trim_start_matches(|c: char| c.is_ascii_digit());
                let proposal = match proposal.strip_prefix('|') {
                    Some(words) => words.split([',', '|']).next().unwrap_or_default(),
                    None => proposal.strip_prefix(':').unwrap_or_default(),
                };
                out.push_str(proposal);
                after
            }
            None => place.trim_start_matches(|c: char| c.is_ascii_digit()),
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_for_clients_without_snippets() {
        assert_eq!(filled("plain"), "plain");
        assert_eq!(filled("name: ${1:conv}\nop: $0"), "name: conv\nop: ");
        assert_eq!(
            filled("device=${1|MAX78000,MAX78002|}$0"),
            "device=MAX78000"
        );
        assert_eq!(filled("${2}x${3:a b}"), "xa b");
    }
}
