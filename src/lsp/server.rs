//! The handlers. Each is thin: it changes documents at once, or asks a snapshot off the threads that
//! serve messages.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::spawn_blocking;
use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::*;

use super::client::Abilities;
use super::diagnostics::{diagnostics, fingerprint};
use super::session::{Session, file_path};
use super::snapshot::Snapshot;

/// The server.
#[derive(Debug)]
pub(super) struct LintServer {
    session: Arc<Session>,
}

impl LintServer {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session: Arc::new(session),
        }
    }

    /// What `work` makes of the document as it is now; `None` where it is not open, or no network.
    async fn ask<T: Send + 'static>(
        &self,
        uri: &Uri,
        work: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(awaited) = self.session.documents.await_result(uri) else {
            return Ok(None);
        };
        match awaited.snapshot().await {
            Some(snapshot) if snapshot.is_network => spawn_blocking(move || work(&snapshot))
                .await
                .map(Some)
                .map_err(|_| Error::internal_error()),
            _ => Ok(None),
        }
    }
}

impl LanguageServer for LintServer {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let abilities = Abilities::of(&params.capabilities);
        let settings = params.initialization_options.clone().unwrap_or_default();
        self.session.start(abilities, &settings, roots(&params));
        Ok(InitializeResult {
            capabilities: capabilities(abilities),
            server_info: Some(ServerInfo {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            offset_encoding: None,
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.session.watch();
        self.session.ask_settings();
        let encoding = self.session.abilities().encoding.kind();
        let version = env!("CARGO_PKG_VERSION");
        self.session
            .log(&format!(
                "ai8x-lint {version}, positions in {}",
                encoding.as_str()
            ))
            .await;
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let uri = params.text_document.uri.clone();
        if self.session.documents.open(params.text_document) {
            self.session.work_on(uri);
        }
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let VersionedTextDocumentIdentifier { uri, version } = params.text_document;
        let encoding = self.session.abilities().encoding;
        let documents = &self.session.documents;
        if documents.change(&uri, version, params.content_changes, encoding) {
            self.session.work_on(uri);
        }
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        if self.session.documents.close(&uri) {
            self.session.work_on(uri);
        }
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        if params.settings.is_object() {
            self.session.set_settings(&params.settings);
        } else {
            self.session.ask_settings();
        }
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        self.session.reload();
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let gone = paths(&params.event.removed);
        self.session
            .change_folders(&gone, paths(&params.event.added));
    }

    async fn diagnostic(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        let (abilities, pages) = (self.session.abilities(), Arc::clone(&self.session.pages));
        let work = move |snapshot: &Snapshot| diagnostics(snapshot, abilities, &pages);
        let items = self.ask(&params.text_document.uri, work).await?;
        let items = items.unwrap_or_default();
        let id = fingerprint(&items);
        let report: DocumentDiagnosticReport = if params.previous_result_id.as_ref() == Some(&id) {
            RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                    result_id: id,
                },
            }
            .into()
        } else {
            RelatedFullDocumentDiagnosticReport {
                related_documents: None,
                full_document_diagnostic_report: FullDocumentDiagnosticReport {
                    result_id: Some(id),
                    items,
                },
            }
            .into()
        };
        Ok(report.into())
    }
}

/// The folders that the client has open.
fn roots(params: &InitializeParams) -> Vec<PathBuf> {
    #[expect(deprecated, reason = "older clients have nothing else")]
    let root = params.root_uri.as_ref();
    match &params.workspace_folders {
        Some(folders) => paths(folders),
        None => root.and_then(file_path).into_iter().collect(),
    }
}

fn paths(folders: &[WorkspaceFolder]) -> Vec<PathBuf> {
    folders
        .iter()
        .filter_map(|folder| file_path(&folder.uri))
        .collect()
}

/// What this server can do, for a client that can do this.
fn capabilities(client: Abilities) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                ..TextDocumentSyncOptions::default()
            },
        )),
        diagnostic_provider: client.pulls.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some("ai8x".to_owned()),
                ..DiagnosticOptions::default()
            })
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}
