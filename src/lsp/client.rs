//! What the client can do.

use tower_lsp::ls_types::{ClientCapabilities, MarkupKind};

use super::position::Encoding;

/// What the client can do, of that which matters to us.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Abilities {
    /// What columns count.
    pub(super) encoding: Encoding,
    /// It asks for diagnostics; nothing is published then.
    pub(super) pulls: bool,
    pub(super) related_places: bool,
    pub(super) document_changes: bool,
    /// It asks the user before it makes changes that are marked so.
    pub(super) confirms_edits: bool,
    /// It asks for the edit of an action when the action is chosen.
    pub(super) resolves_edits: bool,
    pub(super) snippets: bool,
    pub(super) nested_symbols: bool,
    pub(super) markdown: bool,
    pub(super) links_with_origin: bool,
    /// It watches files for us.
    pub(super) watches: bool,
    /// It tells settings when asked.
    pub(super) tells_settings: bool,
    /// It applies changes that the server makes.
    pub(super) applies_edits: bool,
    pub(super) shows_progress: bool,
    pub(super) refreshes_diagnostics: bool,
    pub(super) refreshes_hints: bool,
    pub(super) refreshes_lenses: bool,
}

impl Abilities {
    pub(super) fn of(client: &ClientCapabilities) -> Self {
        let text = client.text_document.clone().unwrap_or_default();
        let workspace = client.workspace.clone().unwrap_or_default();
        let general = client.general.clone().unwrap_or_default();
        let offers = general.position_encodings.unwrap_or_default();
        let action = text.code_action.unwrap_or_default();
        let resolvable = action.resolve_support.unwrap_or_default().properties;
        let completion = text.completion.unwrap_or_default();
        let item = completion.completion_item.unwrap_or_default();
        let watched = workspace.did_change_watched_files.unwrap_or_default();
        let formats = text.hover.unwrap_or_default().content_format;
        let pull = text.diagnostic;
        let push = text.publish_diagnostics.unwrap_or_default();
        let edit = workspace.workspace_edit.unwrap_or_default();
        let yes = |flag: Option<bool>| flag == Some(true);
        Self {
            encoding: Encoding::negotiate(&offers),
            pulls: pull.is_some(),
            related_places: yes(push.related_information)
                || yes(pull.and_then(|pull| pull.related_information)),
            document_changes: yes(edit.document_changes),
            confirms_edits: yes(edit.document_changes) && edit.change_annotation_support.is_some(),
            resolves_edits: yes(action.data_support)
                && resolvable.iter().any(|property| property == "edit"),
            snippets: yes(item.snippet_support),
            nested_symbols: yes(text
                .document_symbol
                .unwrap_or_default()
                .hierarchical_document_symbol_support),
            markdown: formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            links_with_origin: yes(text.definition.unwrap_or_default().link_support),
            watches: yes(watched.dynamic_registration),
            tells_settings: yes(workspace.configuration),
            applies_edits: yes(workspace.apply_edit),
            shows_progress: yes(client
                .window
                .as_ref()
                .and_then(|window| window.work_done_progress)),
            refreshes_diagnostics: yes(workspace
                .diagnostics
                .and_then(|diagnostics| diagnostics.refresh_support)),
            refreshes_hints: yes(workspace.inlay_hint.and_then(|hints| hints.refresh_support)),
            refreshes_lenses: yes(workspace
                .code_lens
                .and_then(|lenses| lenses.refresh_support)),
        }
    }
}
