//! Code actions. A client that can asks for the edit of an action only when it is chosen.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse, Command, Diagnostic,
    MessageType, Range, Uri, WorkspaceEdit,
};

use crate::analysis::DifferenceKind;
use crate::diagnostic::{Applicability, Finding};
use crate::ide::actions::{Action, ActionKind, actions};
use crate::rules::words::list;
use crate::text::Span;
use crate::workspace::{ModelName, begin, beginnings, complete, fix};

use super::allocation::{ALLOCATE, allocation, message, offers};
use super::client::Abilities;
use super::diagnostics::diagnostic;
use super::edits::{difference, to_confirm, workspace_edit};
use super::pages::Pages;
use super::snapshot::Snapshot;

/// Applies the safe fixes of the whole file.
pub(super) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.ai8x");

/// Adds the layers that the model has, but the network lacks.
pub(super) const GENERATE: CodeActionKind = CodeActionKind::new("source.generate.ai8x");

/// Models that are offered to a file without layers; `arch` completes to all of them.
const MOST_MODELS: usize = 12;

/// What tells an action apart from the others, to find it again when it is chosen.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Chosen {
    pub(super) uri: Uri,
    version: i32,
    what: What,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum What {
    /// The action with this index among those at a place.
    Nth(Range, usize),
    /// New offsets for a layer, or for the network.
    Allocation(Option<usize>),
    /// [`FIX_ALL`].
    FixAll,
    /// [`GENERATE`]; in a file without layers, from this model.
    Generate(Option<ModelName>),
}

/// What can be done at a place.
pub(super) fn code_actions(
    snapshot: &Snapshot,
    params: &CodeActionParams,
    abilities: Abilities,
    pages: &Pages,
) -> CodeActionResponse {
    let only = params.context.only.as_deref();
    let wanted =
        |kind: &CodeActionKind| only.is_none_or(|only| only.iter().any(|one| covers(one, kind)));
    let chosen = |what| {
        json!(Chosen {
            uri: snapshot.uri.clone(),
            version: snapshot.version,
            what,
        })
    };
    // An editor that asks for `source` at each save does not wait for fixes to be tried.
    let kinds = [ActionKind::QuickFix, ActionKind::Refactor].map(kind);
    let findings = if kinds.iter().any(wanted) {
        tried_findings(snapshot, snapshot.span(params.range))
    } else {
        Vec::new()
    };
    let mut found = Vec::new();
    for (index, action) in at(snapshot, params.range, findings.clone())
        .into_iter()
        .enumerate()
    {
        let kind = kind(action.kind);
        if !wanted(&kind) {
            continue;
        }
        let about: Vec<Diagnostic> = action
            .findings
            .iter()
            .filter_map(|index| findings.get(*index))
            .map(|finding| diagnostic(snapshot, finding, abilities, pages))
            .collect();
        let lazy = abilities.resolves_edits;
        found.push(CodeAction {
            title: action.title,
            kind: Some(kind),
            diagnostics: (!about.is_empty()).then_some(about),
            is_preferred: action.preferred.then_some(true),
            edit: (!lazy).then(|| workspace_edit(snapshot, abilities, &action.edits)),
            data: lazy.then(|| chosen(What::Nth(params.range, index))),
            ..CodeAction::default()
        });
    }
    if snapshot.is_network && wanted(&CodeActionKind::REFACTOR_REWRITE) {
        for (title, layer) in offers(snapshot, params.range, only.is_some()) {
            let mut action = CodeAction {
                title: title.to_owned(),
                kind: Some(CodeActionKind::REFACTOR_REWRITE),
                ..CodeAction::default()
            };
            if abilities.resolves_edits {
                action.data = Some(chosen(What::Allocation(layer)));
            } else if abilities.applies_edits {
                let position = layer.map(|_| params.range.start);
                let arguments = vec![json!(snapshot.uri), json!(position)];
                let title = title.to_owned();
                action.command = Some(Command::new(title, ALLOCATE.to_owned(), Some(arguments)));
            } else {
                continue;
            }
            found.push(action);
        }
    }
    // Mending everything takes a while: it is not done for who might not want it.
    if wanted(&FIX_ALL) && (abilities.resolves_edits || only.is_some()) && has_safe_fix(snapshot) {
        let mut all = CodeAction {
            title: "Apply all safe fixes of ai8x-lint".to_owned(),
            kind: Some(FIX_ALL),
            data: Some(chosen(What::FixAll)),
            ..CodeAction::default()
        };
        if !abilities.resolves_edits {
            all.edit = fix_all(snapshot, abilities);
            all.data = None;
        }
        found.push(all);
    }
    let is_asked_for = only.is_some_and(|only| only.iter().any(|one| covers(one, &GENERATE)));
    if wanted(&GENERATE) && (abilities.resolves_edits || is_asked_for) {
        for (title, model) in completions(snapshot) {
            let mut action = CodeAction {
                title,
                kind: Some(GENERATE),
                ..CodeAction::default()
            };
            if abilities.resolves_edits {
                action.data = Some(chosen(What::Generate(model)));
            } else if let Ok(completed) = completed(snapshot, model.as_ref(), abilities) {
                action.edit = completed.edit;
                if let Some(loss) = completed.loss {
                    action.title = format!("{}: {loss}", action.title);
                }
            }
            if action.edit.is_some() || action.data.is_some() {
                found.push(action);
            }
        }
    }
    found.into_iter().map(Into::into).collect()
}

/// The edit of an action that was chosen, and what is to be told.
///
/// # Errors
/// Where the document has changed since.
pub(super) fn resolve(
    snapshot: &Snapshot,
    chosen: &Chosen,
    abilities: Abilities,
    mut action: CodeAction,
) -> Result<(CodeAction, Option<(MessageType, String)>)> {
    if chosen.version != snapshot.version {
        return Err(Error::content_modified());
    }
    let mut told = None;
    action.edit = match chosen.what {
        What::FixAll => fix_all(snapshot, abilities),
        What::Allocation(layer) => {
            let outcome = allocation(snapshot, layer, abilities);
            told = message(&outcome);
            outcome.ok().and_then(|allocation| allocation.edit)
        }
        What::Generate(ref model) => {
            let outcome = completed(snapshot, model.as_ref(), abilities);
            told = match &outcome {
                Ok(completed) => completed.loss.clone().filter(|_| !abilities.confirms_edits),
                Err(why) => Some(why.clone()),
            }
            .map(|text| (MessageType::WARNING, text));
            outcome.ok().and_then(|completed| completed.edit)
        }
        What::Nth(range, index) => {
            let findings = tried_findings(snapshot, snapshot.span(range));
            let found = at(snapshot, range, findings);
            let edits = found.get(index).map(|action| action.edits.as_slice());
            edits.map(|edits| workspace_edit(snapshot, abilities, edits))
        }
    };
    Ok((action, told))
}

fn at(snapshot: &Snapshot, range: Range, findings: Vec<Finding>) -> Vec<Action> {
    actions(&snapshot.analyzed_with(findings), snapshot.span(range))
}

/// The findings; those that an action in the span may mend with their fixes tried.
fn tried_findings(snapshot: &Snapshot, span: Span) -> Vec<Finding> {
    let findings = snapshot.findings();
    let is_here =
        |finding: &Finding| finding.span.touches(span.start) || span.touches(finding.span.start);
    let is_of_a_kind = |finding: &Finding| {
        let mut here = findings.iter().filter(|other| is_here(other));
        here.any(|other| other.code == finding.code)
    };
    findings
        .iter()
        .enumerate()
        .map(|(index, finding)| {
            let tried = is_of_a_kind(finding)
                .then(|| snapshot.tried(index))
                .flatten();
            tried.unwrap_or(finding).clone()
        })
        .collect()
}

fn has_safe_fix(snapshot: &Snapshot) -> bool {
    let fixes = snapshot
        .findings()
        .iter()
        .flat_map(|finding| &finding.fixes);
    fixes
        .into_iter()
        .any(|fix| fix.applicability == Applicability::Safe)
}

fn fix_all(snapshot: &Snapshot, abilities: Abilities) -> Option<WorkspaceEdit> {
    let fixed = fix(
        &snapshot.file,
        &snapshot.config,
        &snapshot.overrides,
        Applicability::Safe,
    );
    let edit = difference(&snapshot.file.text, &fixed.text)?;
    Some(workspace_edit(snapshot, abilities, &[edit]))
}

/// Whether the model is known, and has layers that the network has not.
fn lacks_layers(snapshot: &Snapshot) -> bool {
    let analyzed = snapshot.analyzed();
    let alignment = analyzed.analysis.alignment.as_ref();
    alignment.is_some_and(|alignment| {
        let mut differences = alignment.differences.iter();
        differences.any(|difference| difference.kind == DifferenceKind::MissingLayer)
    })
}

/// Ways to complete the network, as the title of an action and the model where that is not known to be
/// its own.
fn completions(snapshot: &Snapshot) -> Vec<(String, Option<ModelName>)> {
    if lacks_layers(snapshot) {
        return vec![("Complete the network from its model".to_owned(), None)];
    }
    if !snapshot.file.is_blank() {
        return Vec::new();
    }
    let assumptions = &snapshot.linted.assumptions;
    let models = beginnings(&snapshot.file, &snapshot.config, assumptions).into_iter();
    models
        .take(MOST_MODELS)
        .map(|model| {
            (
                format!("Write the network of {}", model.show()),
                Some(model),
            )
        })
        .collect()
}

/// A network completed from its model.
struct Completed {
    edit: Option<WorkspaceEdit>,
    /// The layers that are left out.
    loss: Option<String>,
}

fn completed(
    snapshot: &Snapshot,
    model: Option<&ModelName>,
    abilities: Abilities,
) -> std::result::Result<Completed, String> {
    let (file, assumptions) = (&snapshot.file, &snapshot.linted.assumptions);
    let made = match model {
        Some(model) => begin(file, assumptions, model.clone()),
        None => complete(file, assumptions),
    };
    let made = made.map_err(|reasons| reasons.join("; "))?;
    let edit = difference(&snapshot.file.text, &made.text);
    let edit = edit.map(|edit| workspace_edit(snapshot, abilities, &[edit]));
    let loss = (!made.left_out.is_empty()).then(|| {
        format!(
            "leaves out {}, which the model has not",
            list(&made.left_out)
        )
    });
    let edit = match &loss {
        Some(loss) if abilities.confirms_edits => edit.map(|edit| to_confirm(edit, loss)),
        _ => edit,
    };
    Ok(Completed { edit, loss })
}

fn kind(kind: ActionKind) -> CodeActionKind {
    match kind {
        ActionKind::QuickFix => CodeActionKind::QUICKFIX,
        ActionKind::Refactor => CodeActionKind::REFACTOR_REWRITE,
    }
}

/// Whether a kind is another one, or a part of it.
fn covers(whole: &CodeActionKind, part: &CodeActionKind) -> bool {
    let rest = part.as_str().strip_prefix(whole.as_str());
    rest.is_some_and(|rest| whole.as_str().is_empty() || rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_contain_kinds() {
        let covers = |whole: &'static str, part: &'static str| {
            covers(&CodeActionKind::new(whole), &CodeActionKind::new(part))
        };
        assert!(covers("source", "source.fixAll.ai8x"));
        assert!(covers("source.fixAll.ai8x", "source.fixAll.ai8x"));
        assert!(covers("", "quickfix"));
        assert!(!covers("source.fix", "source.fixAll.ai8x"));
        assert!(!covers("source.fixAll.ruff", "source.fixAll.ai8x"));
    }
}
