//! Changes of a document in the protocol's words.

use std::collections::HashMap;

use tower_lsp::ls_types::{
    AnnotatedTextEdit, ChangeAnnotation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, WorkspaceEdit,
};

use crate::text::{Edit, Span};

use super::client::Abilities;
use super::snapshot::Snapshot;

pub(super) fn text_edit(snapshot: &Snapshot, edit: &Edit) -> TextEdit {
    TextEdit::new(snapshot.range(edit.span), edit.new_text.clone())
}

/// The changes of this version of a document; a client that can is told the version.
pub(super) fn workspace_edit(
    snapshot: &Snapshot,
    abilities: Abilities,
    edits: &[Edit],
) -> WorkspaceEdit {
    let edits = edits.iter().map(|edit| text_edit(snapshot, edit));
    let uri = snapshot.uri.clone();
    if abilities.document_changes {
        let text_document = OptionalVersionedTextDocumentIdentifier {
            uri,
            version: Some(snapshot.version),
        };
        let edits = edits.map(OneOf::Left).collect();
        let change = TextDocumentEdit {
            text_document,
            edits,
        };
        WorkspaceEdit {
            document_changes: Some(DocumentChanges::Edits(vec![change])),
            ..WorkspaceEdit::default()
        }
    } else {
        WorkspaceEdit::new(HashMap::from([(uri, edits.collect())]))
    }
}

/// The same changes, for the user to confirm; `why` says what there is to think of.
pub(super) fn to_confirm(mut edit: WorkspaceEdit, why: &str) -> WorkspaceEdit {
    let annotation_id = "confirm".to_owned();
    if let Some(DocumentChanges::Edits(changes)) = &mut edit.document_changes {
        for change in changes.iter_mut().flat_map(|change| &mut change.edits) {
            if let OneOf::Left(plain) = change {
                *change = OneOf::Right(AnnotatedTextEdit {
                    text_edit: plain.clone(),
                    annotation_id: annotation_id.clone(),
                });
            }
        }
    }
    let annotation = ChangeAnnotation {
        label: why.to_owned(),
        needs_confirmation: Some(true),
        description: None,
    };
    edit.change_annotations = Some(HashMap::from([(annotation_id, annotation)]));
    edit
}

/// The one change that makes one text of another; `None` where they are equal.
pub(super) fn difference(old: &str, new: &str) -> Option<Edit> {
    if old == new {
        return None;
    }
    let same = |(a, b): &(char, char)| a == b;
    let bytes = |(c, _): (char, char)| c.len_utf8();
    let start: usize = old
        .chars()
        .zip(new.chars())
        .take_while(same)
        .map(bytes)
        .sum();
    let (old_rest, new_rest) = (old.get(start..)?, new.get(start..)?);
    let backwards = old_rest.chars().rev().zip(new_rest.chars().rev());
    let end: usize = backwards.take_while(same).map(bytes).sum();
    let span = Span::new(start as u32, (old.len() - end) as u32);
    Some(Edit::replace(span, new_rest.get(..new_rest.len() - end)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::apply_edits;

    #[test]
    fn the_difference_is_what_differs() {
        let cases = [
            ("abc", "abc", None),
            ("abc", "axc", Some((1, 2, "x"))),
            ("aaa", "aaaa", Some((3, 3, "a"))),
            ("aaaa", "aaa", Some((3, 4, ""))),
            ("äö", "äü", Some((2, 4, "ü"))),
            ("", "x", Some((0, 0, "x"))),
        ];
        for (old, new, expected) in cases {
            let edit = difference(old, new);
            let parts = edit.as_ref().map(|edit| {
                let span = edit.span;
                (span.start, span.end, edit.new_text.as_str())
            });
            assert_eq!(parts, expected, "{old} {new}");
            let applied = apply_edits(old, edit.as_slice());
            assert_eq!(applied.as_deref(), Some(new));
        }
    }
}
