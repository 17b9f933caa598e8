//! What the server knows of its client, its settings and its documents, and the work that goes on
//! beside the handlers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::block_in_place;
use tower_lsp::Client;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    ConfigurationItem, Diagnostic, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher,
    GlobPattern, MessageType, Registration, Uri, WorkspaceEdit,
};

use crate::map::Theme;
use crate::workspace::{Configurations, edit_python};

use super::address::file_path;
use super::client::Abilities;
use super::closed::{Closed, recheck};
use super::diagnostics::diagnostics;
use super::documents::{Document, Documents, Task};
use super::pages::Pages;
use super::python::Networks;
use super::settings::{SECTION, Settings, theme};
use super::snapshot::{Snapshot, Surroundings};

/// How long the client may take to answer a request of ours.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Files that say something about networks: configurations, shapes, scripts, checkpoints, samples,
/// models, data sets; and the networks themselves.
const WATCHED: [&str; 9] = [
    "**/ai8x-lint.toml",
    "**/.ai8x-lint.toml",
    "**/pyproject.toml",
    "**/*.shapes.json",
    "**/*.sh",
    "**/*.pth.tar",
    "**/*.npy",
    "**/*.py",
    "**/*.{yaml,yml}",
];

/// Whether a document is a Python file.
fn is_python(uri: &Uri) -> bool {
    uri.path().as_str().ends_with(".py")
}

/// The session with one client.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    abilities: OnceLock<Abilities>,
    outside: RwLock<Outside>,
    pub(super) documents: Documents,
    /// The networks that are looked through for those of a model.
    pub(super) networks: Networks,
    pub(super) closed: Closed,
    pub(super) pages: Arc<Pages>,
}

/// What comes from outside of the documents, and changes.
#[derive(Debug, Default)]
struct Outside {
    settings: Arc<Settings>,
    configurations: Arc<Configurations>,
    folders: Vec<PathBuf>,
    theme: Option<Theme>,
}

impl Session {
    pub(super) fn new(client: Client, pages: Arc<Pages>) -> Self {
        Self {
            client,
            abilities: OnceLock::new(),
            outside: RwLock::default(),
            documents: Documents::default(),
            networks: Networks::default(),
            closed: Closed::default(),
            pages,
        }
    }

    /// What the client can do; nothing much before it has said so.
    pub(super) fn abilities(&self) -> Abilities {
        self.abilities.get().copied().unwrap_or_default()
    }

    /// Takes what the client says at the start.
    pub(super) fn start(&self, abilities: Abilities, settings: &Value, folders: Vec<PathBuf>) {
        // A client starts once; the framework sees to that.
        let _ = self.abilities.set(abilities);
        self.change(|outside| {
            outside.settings = Arc::new(Settings::read(settings));
            outside.theme = theme(settings);
            outside.folders = folders;
        });
    }

    /// The colours of pictures in hovers; `None` where they have none.
    pub(super) fn theme(&self) -> Option<Theme> {
        self.outside(|outside| match (outside.settings.pictures, outside.theme) {
            (Some(false), _) | (None, None) => None,
            (_, Some(theme)) => Some(theme),
            (Some(true), None) => Some(Theme::Neutral),
        })
    }

    pub(super) fn set_theme(&self, value: &Value) {
        self.change(|outside| outside.theme = theme(value));
    }

    pub(super) fn folders(&self) -> Vec<PathBuf> {
        self.outside(|outside| outside.folders.clone())
    }

    pub(super) fn change_folders(self: &Arc<Self>, gone: &[PathBuf], come: Vec<PathBuf>) {
        self.change(|outside| {
            outside.folders.retain(|folder| !gone.contains(folder));
            outside.folders.extend(come);
        });
        self.networks.forget();
        recheck(self);
    }

    pub(super) fn configurations(&self) -> Arc<Configurations> {
        self.outside(|outside| Arc::clone(&outside.configurations))
    }

    fn outside<T>(&self, read: impl FnOnce(&Outside) -> T) -> T {
        read(&self.outside.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, write: impl FnOnce(&mut Outside)) {
        write(&mut self.outside.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// What is known beside the text of a document.
    pub(super) fn surroundings(&self, uri: &Uri) -> Surroundings {
        self.outside(|outside| Surroundings {
            path: path(uri, outside.folders.first().map(PathBuf::as_path)),
            configurations: Arc::clone(&outside.configurations),
            settings: Arc::clone(&outside.settings),
            encoding: self.abilities().encoding,
        })
    }

    /// Works on a document until its newest version is done, and says what is found.
    pub(super) fn work_on(self: &Arc<Self>, uri: Uri) {
        let session = Arc::clone(self);
        tokio::spawn(async move {
            while let Some(task) = session.documents.next(&uri) {
                match task {
                    Task::Analyse(document) => {
                        if is_python(&uri) {
                            session.edit_python(&uri, Some(&document.text.to_string()));
                        }
                        session.analyse(&uri, document).await;
                    }
                    Task::Withdraw => {
                        session.edit_python(&uri, None);
                        if !session.abilities().pulls {
                            session.publish(uri.clone(), Vec::new(), None).await;
                        }
                        recheck(&session);
                    }
                }
            }
        });
    }

    /// Has the networks of a model judged by its text as it is in the editor.
    fn edit_python(self: &Arc<Self>, uri: &Uri, text: Option<&str>) {
        let Some(path) = uri.to_file_path() else {
            return;
        };
        if edit_python(&path, text) {
            for network in self.documents.renew_some(|other| !is_python(other)) {
                self.work_on(network);
            }
            self.ask_for_questions();
        }
    }

    async fn analyse(&self, uri: &Uri, document: Document) {
        let around = self.surroundings(uri);
        let before = self.documents.latest(uri);
        let work = || {
            let snapshot = Snapshot::new(&document, &around, before.as_deref());
            let snapshot = Arc::new(snapshot);
            if !self.documents.finish(&snapshot.uri, &snapshot) || self.abilities().pulls {
                return None;
            }
            let found = diagnostics(&snapshot, self.abilities(), &self.pages);
            Some((found, snapshot.version))
        };
        // On this thread, while another one takes over its other tasks: waking a thread for the work and
        // one for its result costs a fifth of it. Nothing in there is known to panic; a failure leaves what
        // was said before.
        let work = || catch_unwind(AssertUnwindSafe(work));
        if let Ok(Some((found, version))) = block_in_place(work) {
            self.publish(uri.clone(), found, Some(version)).await;
        }
    }

    pub(super) async fn publish(&self, uri: Uri, found: Vec<Diagnostic>, version: Option<i32>) {
        self.client.publish_diagnostics(uri, found, version).await;
    }

    /// A document is open now.
    pub(super) fn opened(self: &Arc<Self>, uri: Uri) {
        if self.closed.opened(&uri) && self.abilities().pulls {
            let session = Arc::clone(self);
            tokio::spawn(async move { session.publish(uri, Vec::new(), None).await });
        }
    }

    /// Takes other settings; everything is analysed again.
    pub(super) fn set_settings(self: &Arc<Self>, value: &Value) {
        let settings = Settings::read(value);
        self.change(|outside| outside.settings = Arc::new(settings));
        self.renew();
    }

    /// Forgets all files that were read; everything is analysed again.
    pub(super) fn reload(self: &Arc<Self>) {
        self.change(|outside| outside.configurations = Arc::default());
        self.networks.forget();
        self.renew();
    }

    /// Takes note of files that have changed, come or gone.
    pub(super) fn files_changed(self: &Arc<Self>, files: &[Uri]) {
        self.networks.forget();
        let is_yaml = |uri: &Uri| {
            let path = uri.path().as_str();
            path.ends_with(".yaml") || path.ends_with(".yml")
        };
        if files.iter().all(is_yaml) {
            recheck(self);
        } else {
            self.reload();
        }
    }

    /// Has all documents analysed again.
    pub(super) fn renew_documents(self: &Arc<Self>) {
        for uri in self.documents.renew() {
            self.work_on(uri);
        }
    }

    /// Tells a client that asks for diagnostics to ask again.
    pub(super) fn ask_for_questions(&self) {
        let abilities = self.abilities();
        if abilities.pulls && abilities.refreshes_diagnostics {
            self.ask(|client| async move { client.workspace_diagnostic_refresh().await });
        }
    }

    /// Has the client apply a change.
    pub(super) fn apply(&self, edit: WorkspaceEdit) {
        // Where it does not want to, it says so itself.
        self.ask(|client| async move { client.apply_edit(edit).await.map(|_| ()) });
    }

    fn renew(self: &Arc<Self>) {
        self.renew_documents();
        recheck(self);
        self.ask_for_questions();
        let abilities = self.abilities();
        if abilities.refreshes_hints {
            self.ask(|client| async move { client.inlay_hint_refresh().await });
        }
        if abilities.refreshes_lenses {
            self.ask(|client| async move { client.code_lens_refresh().await });
        }
    }

    /// Asks the client for its settings, where it tells them when asked.
    pub(super) fn ask_settings(self: &Arc<Self>) {
        if !self.abilities().tells_settings {
            return;
        }
        let session = Arc::clone(self);
        self.ask(|client| async move {
            let item = ConfigurationItem {
                scope_uri: None,
                section: Some(SECTION.to_owned()),
            };
            let answers = client.configuration(vec![item]).await?;
            if let Some(answer) = answers.first().filter(|answer| answer.is_object()) {
                session.set_settings(answer);
            }
            Ok(())
        });
    }

    /// Asks the client to tell about files that matter, where it can.
    pub(super) fn watch(self: &Arc<Self>) {
        if !self.abilities().watches {
            return;
        }
        let watchers = WATCHED.map(|pattern| FileSystemWatcher {
            glob_pattern: GlobPattern::String(pattern.to_owned()),
            kind: None,
        });
        let options = DidChangeWatchedFilesRegistrationOptions {
            watchers: watchers.to_vec(),
        };
        let registration = Registration {
            id: "ai8x-lint.files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: Some(json!(options)),
        };
        self.ask(|client| async move { client.register_capability(vec![registration]).await });
    }

    /// Shows a message.
    pub(super) async fn show(&self, kind: MessageType, message: &str) {
        self.client.show_message(kind, message).await;
    }

    /// Writes a line into the client's log.
    pub(super) async fn log(&self, message: &str) {
        self.client.log_message(MessageType::INFO, message).await;
    }

    /// Asks the client something, beside the handlers: one that waited for the client could wait
    /// for ever.
    fn ask<F, R>(&self, request: F)
    where
        F: FnOnce(Client) -> R,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        // A client that does not answer in time, or not well, goes without.
        tokio::spawn(tokio::time::timeout(PATIENCE, request(self.client.clone())));
    }
}

/// Where a document lies. One that is no file is taken to lie in the first folder.
fn path(uri: &Uri, folder: Option<&Path>) -> PathBuf {
    if let Some(path) = file_path(uri) {
        return path;
    }
    let decoded = uri.path().decode().to_string_lossy().into_owned();
    let name = decoded.rsplit(['/', '\\', ':']).next().unwrap_or_default();
    match folder {
        Some(folder) => folder.join(name),
        None => std::path::absolute(name).unwrap_or_else(|_| Path::new("/").join(name)),
    }
}
