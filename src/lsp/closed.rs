//! The networks and models of the workspace that are not open: checked when the client asks for it, and from
//! then on when something changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tower_lsp::Client;
use tower_lsp::ls_types::{
    Diagnostic, DiagnosticSeverity, FullDocumentDiagnosticReport, MessageType, PreviousResultId,
    ProgressToken, UnchangedDocumentDiagnosticReport, Uri, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::workspace::{SourceFile, discover};

use super::address::{file_path, file_uri};
use super::diagnostics::{diagnostics, fingerprint};
use super::documents::Document;
use super::session::{PATIENCE, Session};
use super::snapshot::Snapshot;

/// What is known of the files that are not open.
#[derive(Debug, Default)]
pub(super) struct Closed {
    /// By their paths; none before the client has asked for a check.
    found: Mutex<Option<BTreeMap<PathBuf, Checked>>>,
    /// One check at a time.
    turn: tokio::sync::Mutex<()>,
    /// Whether a check waits for its turn: it will see all that changes until then.
    is_due: AtomicBool,
    /// Whether the client asks what is found, rather than being told.
    is_asked: AtomicBool,
    /// Tells the progress of one check from that of another.
    checks: AtomicI32,
}

/// What is found in a file.
#[derive(Clone, Debug)]
struct Checked {
    uri: Uri,
    diagnostics: Vec<Diagnostic>,
    id: String,
}

/// How much there is of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    files: usize,
    errors: usize,
    warnings: usize,
    /// Information and hints.
    others: usize,
    /// Files that cannot be read.
    unread: usize,
}

impl Counts {
    /// Counts a file with what is found in it.
    pub(super) fn add(&mut self, diagnostics: &[Diagnostic]) {
        self.files += 1;
        for diagnostic in diagnostics {
            *match diagnostic.severity {
                Some(DiagnosticSeverity::ERROR) => &mut self.errors,
                Some(DiagnosticSeverity::WARNING) => &mut self.warnings,
                _ => &mut self.others,
            } += 1;
        }
    }
}

impl Closed {
    /// A file is open now: what there is to say of it is said of the document. Whether the client
    /// was told something else before.
    pub(super) fn opened(&self, uri: &Uri) -> bool {
        let Some(path) = file_path(uri) else {
            return false;
        };
        let mut found = self.found();
        let checked = found.as_mut().and_then(|found| found.remove(&path));
        !self.is_asked() && checked.is_some_and(|checked| !checked.diagnostics.is_empty())
    }

    /// Answers a client that asks, and that has these answers already.
    pub(super) fn report(
        &self,
        previous: &[PreviousResultId],
        is_open: impl Fn(&Path) -> bool,
    ) -> Vec<WorkspaceDocumentDiagnosticReport> {
        self.is_asked.store(true, Ordering::SeqCst);
        let known: BTreeMap<PathBuf, &PreviousResultId> = previous
            .iter()
            .filter_map(|known| Some((file_path(&known.uri)?, known)))
            .collect();
        let found = self.found();
        let nothing = BTreeMap::new();
        let found = found.as_ref().unwrap_or(&nothing);
        let reports = found.iter().map(|(path, checked)| {
            let is_known = known
                .get(path)
                .is_some_and(|known| known.value == checked.id);
            if is_known {
                unchanged(checked)
            } else {
                full(
                    checked.uri.clone(),
                    Some(checked.id.clone()),
                    checked.diagnostics.clone(),
                )
            }
        });
        let gone = known
            .iter()
            .filter(|(path, _)| !found.contains_key(*path) && !is_open(path))
            .map(|(_, known)| full(known.uri.clone(), None, Vec::new()));
        reports.chain(gone).collect()
    }

    fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::SeqCst)
    }

    fn found(&self) -> MutexGuard<'_, Option<BTreeMap<PathBuf, Checked>>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unchanged(checked: &Checked) -> WorkspaceDocumentDiagnosticReport {
    WorkspaceUnchangedDocumentDiagnosticReport {
        uri: checked.uri.clone(),
        version: None,
        unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
            result_id: checked.id.clone(),
        },
    }
    .into()
}

fn full(
    uri: Uri,
    result_id: Option<String>,
    items: Vec<Diagnostic>,
) -> WorkspaceDocumentDiagnosticReport {
    WorkspaceFullDocumentDiagnosticReport {
        uri,
        version: None,
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id, items },
    }
    .into()
}

/// Checks everything that is not open, and says what is found. With a token, or where the client
/// takes one, it sees the progress.
pub(super) async fn check(session: Arc<Session>, token: Option<ProgressToken>) -> Counts {
    let (sender, progress) = watch::channel((0, 0));
    let token = token.map(Shown::Given).or_else(|| {
        let number = session.closed.checks.fetch_add(1, Ordering::SeqCst);
        let own = ProgressToken::String(format!("ai8x-lint.check.{number}"));
        session
            .abilities()
            .shows_progress
            .then_some(Shown::Own(own))
    });
    if let Some(token) = token {
        // The check does not wait for the client.
        tokio::spawn(show(session.client.clone(), token, progress));
    }
    run(&session, &sender).await
}

/// Checks again, where the client has asked for it once.
pub(super) fn recheck(session: &Arc<Session>) {
    let closed = &session.closed;
    if closed.found().is_none() || closed.is_due.swap(true, Ordering::SeqCst) {
        return;
    }
    let session = Arc::clone(session);
    tokio::spawn(async move { run(&session, &watch::channel((0, 0)).0).await });
}

async fn run(session: &Arc<Session>, progress: &watch::Sender<(usize, usize)>) -> Counts {
    let closed = &session.closed;
    let _turn = closed.turn.lock().await;
    closed.is_due.store(false, Ordering::SeqCst);
    let (work, progress) = (Arc::clone(session), progress.clone());
    let outcome = spawn_blocking(move || lint_all(&work, &progress)).await;
    // Linting catches what fails; anything else leaves what was known before.
    let Ok((mut found, troubles)) = outcome else {
        return Counts::default();
    };
    let mut counts = Counts {
        unread: troubles.len(),
        ..Counts::default()
    };
    let before = {
        let mut known = closed.found();
        let open = session.documents.paths();
        found.retain(|path, _| !open.contains(path));
        known.replace(found.clone()).unwrap_or_default()
    };
    for checked in found.values() {
        counts.add(&checked.diagnostics);
    }
    for trouble in troubles {
        session
            .client
            .log_message(MessageType::WARNING, trouble)
            .await;
    }
    tell(session, before, found).await;
    counts
}

/// Lints the networks and models that are not open; what cannot be read is a line for the log.
fn lint_all(
    session: &Session,
    progress: &watch::Sender<(usize, usize)>,
) -> (BTreeMap<PathBuf, Checked>, Vec<String>) {
    let abilities = session.abilities();
    let (candidates, troubles) = discover(&session.folders(), &session.configurations(), false);
    let open = session.documents.paths();
    let mut troubles: Vec<String> = troubles
        .into_iter()
        .map(|trouble| format!("{}: {}", trouble.name, trouble.message))
        .collect();
    let mut found = BTreeMap::new();
    for (done, candidate) in candidates.iter().enumerate() {
        progress.send_replace((done, candidates.len()));
        let path = &candidate.path;
        let Some(uri) = file_uri(path).filter(|_| !open.contains(path)) else {
            continue;
        };
        match SourceFile::read_found(path) {
            Ok(Some(file)) => {
                let document = Document::closed(uri.clone(), &file.text);
                let snapshot = Snapshot::new(&document, &session.surroundings(&uri), None);
                let diagnostics = diagnostics(&snapshot, abilities, &session.pages);
                let checked = Checked {
                    uri,
                    id: fingerprint(&diagnostics),
                    diagnostics,
                };
                found.insert(path.clone(), checked);
            }
            Ok(None) => {}
            Err(trouble) => troubles.push(format!("{}: {}", trouble.name, trouble.message)),
        }
    }
    (found, troubles)
}

/// Tells the client what is found, and what no longer is; one that asks is told to ask again.
async fn tell(
    session: &Arc<Session>,
    before: BTreeMap<PathBuf, Checked>,
    now: BTreeMap<PathBuf, Checked>,
) {
    if session.closed.is_asked() {
        let has_changed = before.len() != now.len()
            || now.iter().any(|(path, checked)| {
                before
                    .get(path)
                    .is_none_or(|before| before.id != checked.id)
            });
        if has_changed {
            session.ask_for_questions();
        }
        return;
    }
    let open = session.documents.paths();
    for (path, checked) in &before {
        if !now.contains_key(path) && !open.contains(path) && !checked.diagnostics.is_empty() {
            session.publish(checked.uri.clone(), Vec::new(), None).await;
        }
    }
    for (path, checked) in &now {
        // Who was told nothing knows of nothing.
        let has_changed = match before.get(path) {
            Some(told) => told.id != checked.id,
            None => !checked.diagnostics.is_empty(),
        };
        if has_changed {
            let diagnostics = checked.diagnostics.clone();
            session
                .publish(checked.uri.clone(), diagnostics, None)
                .await;
        }
    }
    // What is said of a document that was opened meanwhile has to come last.
    let open = session.documents.paths();
    if now.keys().any(|path| open.contains(path)) {
        session.renew_documents();
    }
}

/// Where progress is shown.
enum Shown {
    /// The client has made the place.
    Given(ProgressToken),
    /// It is asked to.
    Own(ProgressToken),
}

/// Shows how many files are done of how many, until nobody counts any more.
async fn show(client: Client, token: Shown, mut counts: watch::Receiver<(usize, usize)>) {
    let token = match token {
        Shown::Given(token) => token,
        Shown::Own(token) => {
            let asked = client.create_work_done_progress(token.clone());
            match timeout(PATIENCE, asked).await {
                Ok(Ok(())) => token,
                _ => return,
            }
        }
    };
    let progress = client
        .progress(token, "Checking all networks")
        .with_percentage(0)
        .begin()
        .await;
    while counts.changed().await.is_ok() {
        let (done, all) = *counts.borrow_and_update();
        let percent = done * 100 / all.max(1);
        let percent = u32::try_from(percent).unwrap_or_default();
        progress
            .report_with_message(format!("{done} of {all} files"), percent)
            .await;
    }
    progress.finish().await;
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn closed(files: &[(&str, &str)]) -> Closed {
        let found = files.iter().map(|(path, id)| {
            let path = std::env::temp_dir().join(path);
            let checked = Checked {
                uri: file_uri(&path).expect("an address"),
                diagnostics: vec![Diagnostic::default()],
                id: (*id).to_owned(),
            };
            (path, checked)
        });
        Closed {
            found: Mutex::new(Some(found.collect())),
            ..Closed::default()
        }
    }

    fn known(path: &str, id: &str) -> PreviousResultId {
        PreviousResultId {
            uri: file_uri(&std::env::temp_dir().join(path)).expect("an address"),
            value: id.to_owned(),
        }
    }

    #[test]
    fn who_asks_is_told_what_is_new_and_what_is_gone() {
        let closed = closed(&[("a.yaml", "1"), ("b.yaml", "2"), ("c.yaml", "3")]);
        let known = [
            known("b.yaml", "2"),
            known("c.yaml", "old"),
            known("gone.yaml", "4"),
            known("open.yaml", "5"),
        ];
        let reports = closed.report(&known, |path| path.ends_with("open.yaml"));
        let lines: Vec<String> = reports
            .iter()
            .map(|report| {
                let report = json!(report);
                let uri = report["uri"].as_str().unwrap_or_default();
                let name = uri.rsplit('/').next().unwrap_or_default();
                let number = report["items"].as_array().map_or(0, Vec::len);
                assert_eq!(report["version"], Value::Null);
                format!("{name} {} {number} {}", report["kind"], report["resultId"])
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        a.yaml "full" 1 "1"
        b.yaml "unchanged" 0 "2"
        c.yaml "full" 1 "3"
        gone.yaml "full" 0 null
        "#);
    }

    #[test]
    fn what_is_opened_is_no_longer_closed() {
        let closed = closed(&[("a.yaml", "1")]);
        let uri = known("a.yaml", "").uri;
        assert!(closed.opened(&uri));
        assert!(!closed.opened(&uri));
        assert_eq!(closed.report(&[], |_| false), []);
    }

    #[test]
    fn severities_are_counted() {
        let of = |severity| Diagnostic {
            severity: Some(severity),
            ..Diagnostic::default()
        };
        let mut counts = Counts::default();
        counts.add(&[
            of(DiagnosticSeverity::ERROR),
            of(DiagnosticSeverity::HINT),
            of(DiagnosticSeverity::ERROR),
            of(DiagnosticSeverity::WARNING),
        ]);
        counts.add(&[]);
        let expected = json!({"files": 2, "errors": 2, "warnings": 1, "others": 1, "unread": 0});
        assert_eq!(json!(counts), expected);
    }
}
