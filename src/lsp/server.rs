//! The handlers. Each is thin: it changes documents at once, or asks a snapshot off the threads that
//! serve messages.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::*;

use super::actions::{Chosen, FIX_ALL, GENERATE, code_actions, resolve};
use super::address::file_path;
use super::allocation::{ALLOCATE, Wanted, commanded};
use super::client::Abilities;
use super::closed::check;
use super::commands::{self, MapParams, memory_map};
use super::completion::{TRIGGERS, completions};
use super::diagnostics::{diagnostics, fingerprint};
use super::features;
use super::guard::legal;
use super::python::{self, Modelled};
use super::session::Session;
use super::snapshot::Snapshot;

/// The protocol's `RequestFailed`.
const REQUEST_FAILED: i64 = -32803;

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
        self.ask_where(uri, |snapshot| snapshot.is_network, work)
            .await
    }

    /// What `work` makes of an open model file in Python and its networks; `None` where it is none,
    /// or has none.
    async fn ask_model<T: Send + 'static>(
        &self,
        uri: &Uri,
        work: impl FnOnce(&Modelled) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        match Modelled::gather(&self.session, uri).await {
            Some(modelled) => spawn_blocking(move || work(&modelled))
                .await
                .map(Some)
                .map_err(|_| Error::internal_error()),
            None => Ok(None),
        }
    }

    /// What `work` makes of the document as it is now; `None` where it is not open, or not wanted.
    async fn ask_where<T: Send + 'static>(
        &self,
        uri: &Uri,
        is_wanted: impl FnOnce(&Snapshot) -> bool,
        work: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(awaited) = self.session.documents.await_result(uri) else {
            return Ok(None);
        };
        match awaited.snapshot().await {
            Some(snapshot) if is_wanted(&snapshot) => spawn_blocking(move || work(&snapshot))
                .await
                .map(Some)
                .map_err(|_| Error::internal_error()),
            _ => Ok(None),
        }
    }

    /// What there is to say of a document, a network or a model.
    async fn diagnose(&self, uri: &Uri) -> Result<Option<Vec<Diagnostic>>> {
        let (abilities, pages) = (self.session.abilities(), Arc::clone(&self.session.pages));
        let work = move |snapshot: &Snapshot| diagnostics(snapshot, abilities, &pages);
        self.ask_where(uri, Snapshot::is_ours, work).await
    }
}

/// What the server offers beyond the protocol.
impl LintServer {
    /// Answers [`commands::MAP`].
    pub(super) async fn map(&self, params: MapParams) -> Result<Option<Value>> {
        self.ask(&params.text_document.uri, memory_map).await
    }

    /// Hears [`commands::THEME`].
    pub(super) async fn theme(&self, params: Value) {
        self.session.set_theme(&params);
    }

    /// Answers [`ALLOCATE`].
    async fn allocate(&self, wanted: Wanted) -> Result<Option<Value>> {
        let (abilities, uri) = (self.session.abilities(), wanted.uri.clone());
        if !abilities.applies_edits {
            return Err(failed("this client does not apply changes".to_owned()));
        }
        let work = move |snapshot: &Snapshot| commanded(snapshot, &wanted, abilities);
        let Some(outcome) = self.ask(&uri, work).await? else {
            return Ok(None);
        };
        let allocation = outcome.map_err(failed)?;
        if let Some(edit) = allocation.edit {
            self.session.apply(edit);
        }
        Ok(Some(json!({ "summary": allocation.summary })))
    }

    /// Answers [`commands::CHECK_WORKSPACE`].
    async fn check_workspace(&self, token: Option<ProgressToken>) -> Result<Value> {
        // It goes on where the client no longer waits for the answer.
        let check = tokio::spawn(check(Arc::clone(&self.session), token));
        let mut counts = check.await.map_err(|_| Error::internal_error())?;
        for uri in self.session.documents.all() {
            if let Some(found) = self.diagnose(&uri).await? {
                counts.add(&found);
            }
        }
        Ok(json!(counts))
    }

    async fn information(&self) -> Result<Value> {
        let mut documents = Vec::new();
        for uri in self.session.documents.all() {
            documents.extend(self.ask(&uri, commands::information).await?);
        }
        let abilities = self.session.abilities();
        Ok(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "positionEncoding": abilities.encoding.kind(),
            "diagnostics": if abilities.pulls { "pull" } else { "push" },
            "folders": self.session.folders(),
            "documents": documents,
        }))
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
            self.session.work_on(uri.clone());
        }
        self.session.opened(uri);
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

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let files: Vec<Uri> = params
            .changes
            .into_iter()
            .map(|change| change.uri)
            .collect();
        self.session.files_changed(&files);
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
        let items = self.diagnose(&params.text_document.uri).await?;
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

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        let open = self.session.documents.paths();
        let is_open = |path: &Path| open.iter().any(|open| open == path);
        let items = self
            .session
            .closed
            .report(&params.previous_result_ids, is_open);
        Ok(WorkspaceDiagnosticReport { items }.into())
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let (abilities, pages) = (self.session.abilities(), Arc::clone(&self.session.pages));
        let uri = params.text_document.uri.clone();
        let work = move |snapshot: &Snapshot| code_actions(snapshot, &params, abilities, &pages);
        self.ask_where(&uri, Snapshot::has_actions, work).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        let data = action.data.clone().unwrap_or_default();
        let Ok(chosen) = serde_json::from_value::<Chosen>(data) else {
            return Ok(action);
        };
        let (abilities, uri) = (self.session.abilities(), chosen.uri.clone());
        let work = move |snapshot: &Snapshot| resolve(snapshot, &chosen, abilities, action);
        let resolved = self.ask_where(&uri, Snapshot::has_actions, work).await?;
        let (action, told) = resolved.unwrap_or_else(|| Err(Error::content_modified()))?;
        if let Some((kind, message)) = told {
            self.session.show(kind, &message).await;
        }
        Ok(action)
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let (abilities, theme) = (self.session.abilities(), self.session.theme());
        let (uri, position) = place(params.text_document_position_params);
        let work = move |snapshot: &Snapshot| features::hover(snapshot, position, abilities, theme);
        if let Some(found) = self.ask(&uri, work).await? {
            return Ok(found);
        }
        let work = move |model: &Modelled| python::hover(model, position, abilities);
        self.ask_model(&uri, work).await.map(Option::flatten)
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let abilities = self.session.abilities();
        let (uri, position) = place(params.text_document_position);
        let work = move |snapshot: &Snapshot| completions(snapshot, position, abilities).into();
        self.ask(&uri, work).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let (uri, range) = (params.text_document.uri, params.range);
        let work = move |snapshot: &Snapshot| features::inlay_hints(snapshot, range);
        match self.ask(&uri, work).await? {
            Some(found) => Ok(Some(found)),
            None => {
                let work = move |model: &Modelled| python::inlay_hints(model, range);
                self.ask_model(&uri, work).await
            }
        }
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.ask(&params.text_document.uri, features::code_lenses)
            .await
    }

    async fn document_symbol(
        &self,
        params: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>> {
        let abilities = self.session.abilities();
        let work = move |snapshot: &Snapshot| features::document_symbols(snapshot, abilities);
        self.ask(&params.text_document.uri, work).await
    }

    async fn symbol(
        &self,
        params: WorkspaceSymbolParams,
    ) -> Result<Option<WorkspaceSymbolResponse>> {
        let open = self.session.documents.all();
        let mut found = Vec::new();
        for uri in &open {
            let query = params.query.clone();
            let work = move |snapshot: &Snapshot| commands::open_symbols(snapshot, &query);
            found.extend(self.ask(uri, work).await?.unwrap_or_default());
        }
        let (folders, encoding) = (self.session.folders(), self.session.abilities().encoding);
        let work = move || commands::workspace_symbols(&folders, &open, &params.query, encoding);
        let elsewhere = spawn_blocking(work).await;
        found.extend(elsewhere.map_err(|_| Error::internal_error())?);
        Ok(Some(WorkspaceSymbolResponse::Flat(found)))
    }

    async fn goto_definition(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let abilities = self.session.abilities();
        let (uri, position) = place(params.text_document_position_params);
        let open = python::open_files(&self.session).await;
        let work = move |snapshot: &Snapshot| {
            python::definition(snapshot, position, &open, abilities)
                .unwrap_or_else(|| features::definition(snapshot, position, abilities))
        };
        if let Some(found) = self.ask(&uri, work).await? {
            return Ok(Some(found));
        }
        let work = move |model: &Modelled| python::layers(model, position).into();
        self.ask_model(&uri, work).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let declaration = params.context.include_declaration;
        let (uri, position) = place(params.text_document_position);
        let work = move |snapshot: &Snapshot| features::references(snapshot, position, declaration);
        if let Some(found) = self.ask(&uri, work).await? {
            return Ok(Some(found));
        }
        let work = move |model: &Modelled| python::layers(model, position);
        self.ask_model(&uri, work).await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        let (uri, position) = place(params.text_document_position_params);
        let work = move |snapshot: &Snapshot| features::highlights(snapshot, position);
        self.ask(&uri, work).await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        let (uri, position) = place(params);
        let work = move |snapshot: &Snapshot| features::prepare_rename(snapshot, position);
        self.ask(&uri, work).await.map(Option::flatten)
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let abilities = self.session.abilities();
        let (uri, position) = place(params.text_document_position);
        let new = params.new_name;
        let work = move |snapshot: &Snapshot| features::rename(snapshot, position, &new, abilities);
        self.ask(&uri, work)
            .await?
            .transpose()
            .map_err(Error::invalid_params)
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let (uri, position) = place(params.text_document_position_params);
        let work = move |snapshot: &Snapshot| features::call_items(snapshot, position);
        self.ask(&uri, work).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        let uri = params.item.uri.clone();
        let work = move |snapshot: &Snapshot| features::incoming(snapshot, &params.item);
        self.ask(&uri, work).await.map(Option::flatten)
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        let uri = params.item.uri.clone();
        let work = move |snapshot: &Snapshot| features::outgoing(snapshot, &params.item);
        self.ask(&uri, work).await.map(Option::flatten)
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.ask(&params.text_document.uri, features::folding).await
    }

    async fn selection_range(
        &self,
        params: SelectionRangeParams,
    ) -> Result<Option<Vec<SelectionRange>>> {
        let positions = params.positions;
        let work = move |snapshot: &Snapshot| features::selections(snapshot, &positions);
        self.ask(&params.text_document.uri, work).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        let pages = Arc::clone(&self.session.pages);
        let work = move |snapshot: &Snapshot| features::links(snapshot, &pages);
        self.ask(&params.text_document.uri, work).await
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        let work = |snapshot: &Snapshot| features::semantic_tokens(snapshot, None).into();
        self.ask(&params.text_document.uri, work).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let work = move |snapshot: &Snapshot| {
            features::semantic_tokens(snapshot, Some(params.range)).into()
        };
        self.ask(&params.text_document.uri, work).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        match params.command.as_str() {
            commands::SERVER_INFORMATION => self.information().await.map(Some),
            commands::CHECK_WORKSPACE => {
                let token = params.work_done_progress_params.work_done_token;
                self.check_workspace(token).await.map(Some)
            }
            ALLOCATE => match Wanted::read(&params.arguments) {
                Some(wanted) => self.allocate(wanted).await,
                None => Err(Error::invalid_params(
                    "the arguments are the document's address and null, or a position in a layer",
                )),
            },
            commands::MEMORY_MAP => {
                let address = params.arguments.first().and_then(Value::as_str);
                match address.and_then(|address| legal(address).parse::<Uri>().ok()) {
                    Some(uri) => self.ask(&uri, memory_map).await,
                    None => Err(Error::invalid_params(
                        "the argument is the document's address",
                    )),
                }
            }
            other => Err(Error::invalid_params(format!(
                "there is no command `{other}`"
            ))),
        }
    }
}

/// The answer to a request that makes sense, and cannot be met.
fn failed(reason: String) -> Error {
    Error {
        code: ErrorCode::ServerError(REQUEST_FAILED),
        message: reason.into(),
        data: None,
    }
}

fn place(params: TextDocumentPositionParams) -> (Uri, Position) {
    (params.text_document.uri, params.position)
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
                workspace_diagnostics: true,
                ..DiagnosticOptions::default()
            })
        }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::REFACTOR_REWRITE,
                FIX_ALL,
                GENERATE,
            ]),
            resolve_provider: Some(client.resolves_edits),
            ..CodeActionOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(TRIGGERS.map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_lens_provider: Some(CodeLensOptions {
            resolve_provider: Some(false),
        }),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        semantic_tokens_provider: Some(
            SemanticTokensOptions {
                legend: SemanticTokensLegend {
                    token_types: features::LEGEND.to_vec(),
                    token_modifiers: features::MODIFIERS.to_vec(),
                },
                range: Some(true),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                ..SemanticTokensOptions::default()
            }
            .into(),
        ),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![
                ALLOCATE.to_owned(),
                commands::CHECK_WORKSPACE.to_owned(),
                commands::MEMORY_MAP.to_owned(),
                commands::SERVER_INFORMATION.to_owned(),
            ],
            work_done_progress_options: WorkDoneProgressOptions {
                work_done_progress: Some(true),
            },
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
