//! The open documents, and which version of each is to be analysed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ropey::Rope;
use tokio::sync::watch;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use super::address::file_path;
use super::position::Encoding;
use super::snapshot::Snapshot;

/// Languages of this tool; a document in one of them is a network, whatever it holds.
const LANGUAGE: &str = "ai8x";

/// One version of an open document.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) text: Rope,
    /// Whether it is or was a network; then it is one while it is typed, too.
    pub(super) is_network: bool,
    /// Grows with everything that changes what is said of a document: of a later one, more is known.
    pub(super) generation: u64,
}

impl Document {
    /// A file that is not open; in Python it is no network, whatever is said here.
    pub(super) fn closed(uri: Uri, text: &str) -> Self {
        Self {
            uri,
            version: 0,
            text: Rope::from_str(text),
            is_network: true,
            generation: 0,
        }
    }
}

/// What is next for a document.
#[derive(Debug)]
pub(super) enum Task {
    Analyse(Document),
    /// It is closed: what was said of it is withdrawn.
    Withdraw,
}

/// All open documents.
#[derive(Debug, Default)]
pub(super) struct Documents {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    slots: HashMap<Uri, Slot>,
    generation: u64,
}

/// A document, and the work on it. It outlives the document until the work is done.
#[derive(Debug)]
struct Slot {
    document: Option<Document>,
    /// The generation that is to be analysed, or withdrawn.
    wanted: u64,
    /// The last one that was.
    done: u64,
    /// Whether somebody is at work on it; one at a time, so that results come in order.
    has_worker: bool,
    results: watch::Sender<Option<Arc<Snapshot>>>,
}

/// Results of a document from some generation on.
pub(super) struct Awaited {
    results: watch::Receiver<Option<Arc<Snapshot>>>,
    generation: u64,
}

impl Awaited {
    /// The first such result; `None` where the document is closed before.
    pub(super) async fn snapshot(mut self) -> Option<Arc<Snapshot>> {
        let is_new = |result: &Option<Arc<Snapshot>>| {
            result
                .as_ref()
                .is_some_and(|snapshot| snapshot.generation >= self.generation)
        };
        let result = self.results.wait_for(is_new).await.ok()?;
        result.clone()
    }
}

impl Documents {
    /// Opens a document. Whether somebody has to start to work on it: that holds for each of these.
    #[must_use]
    pub(super) fn open(&self, item: TextDocumentItem) -> bool {
        let mut state = self.state();
        let generation = state.next_generation();
        let document = Document {
            uri: item.uri.clone(),
            version: item.version,
            text: Rope::from_str(&item.text),
            is_network: item.language_id.starts_with(LANGUAGE) || looks_like_network(&item.text),
            generation,
        };
        let slot = state.slots.entry(item.uri).or_insert_with(Slot::new);
        slot.document = Some(document);
        slot.want(generation)
    }

    #[must_use]
    pub(super) fn change(
        &self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let mut state = self.state();
        let generation = state.next_generation();
        let Some(slot) = state.slots.get_mut(uri) else {
            return false;
        };
        let Some(document) = &mut slot.document else {
            return false;
        };
        for change in changes {
            match change.range {
                Some(range) => encoding.replace(&mut document.text, range, &change.text),
                None => document.text = Rope::from_str(&change.text),
            }
        }
        document.version = version;
        document.generation = generation;
        slot.want(generation)
    }

    #[must_use]
    pub(super) fn close(&self, uri: &Uri) -> bool {
        let mut state = self.state();
        let generation = state.next_generation();
        let Some(slot) = state.slots.get_mut(uri) else {
            return false;
        };
        slot.document = None;
        // Whoever waits for a result learns that there will be none.
        slot.results = watch::Sender::default();
        slot.want(generation)
    }

    /// Wants all documents analysed again. Yields those that somebody has to start to work on.
    #[must_use]
    pub(super) fn renew(&self) -> Vec<Uri> {
        self.renew_some(|_| true)
    }

    /// Wants the documents for which `wanted` holds analysed again, likewise.
    #[must_use]
    pub(super) fn renew_some(&self, wanted: impl Fn(&Uri) -> bool) -> Vec<Uri> {
        let mut state = self.state();
        let generation = state.next_generation();
        let mut idle = Vec::new();
        for (uri, slot) in &mut state.slots {
            if let Some(document) = &mut slot.document
                && wanted(uri)
            {
                document.generation = generation;
                if slot.want(generation) {
                    idle.push(uri.clone());
                }
            }
        }
        idle
    }

    /// What is to be done next for a document; `None` ends the work on it.
    pub(super) fn next(&self, uri: &Uri) -> Option<Task> {
        let mut state = self.state();
        let slot = state.slots.get_mut(uri)?;
        if slot.done != slot.wanted {
            return Some(match &slot.document {
                Some(document) => Task::Analyse(document.clone()),
                None => {
                    slot.done = slot.wanted;
                    Task::Withdraw
                }
            });
        }
        slot.has_worker = false;
        if slot.document.is_none() {
            state.slots.remove(uri);
        }
        None
    }

    /// Takes a result. Whether it is about the newest version.
    pub(super) fn finish(&self, uri: &Uri, snapshot: &Arc<Snapshot>) -> bool {
        let mut state = self.state();
        let Some(slot) = state.slots.get_mut(uri) else {
            return false;
        };
        let Some(document) = &mut slot.document else {
            return false;
        };
        document.is_network |= snapshot.is_network;
        slot.done = snapshot.generation;
        slot.results.send_replace(Some(Arc::clone(snapshot)));
        slot.done == slot.wanted
    }

    /// The results for a document as it is now; `None` where it is not open.
    pub(super) fn await_result(&self, uri: &Uri) -> Option<Awaited> {
        let state = self.state();
        let slot = state.slots.get(uri)?;
        Some(Awaited {
            results: slot.results.subscribe(),
            generation: slot.document.as_ref()?.generation,
        })
    }

    /// The newest result for a document.
    pub(super) fn latest(&self, uri: &Uri) -> Option<Arc<Snapshot>> {
        let state = self.state();
        let latest = state.slots.get(uri)?.results.borrow();
        latest.clone()
    }

    /// The open documents, in order of their addresses.
    pub(super) fn all(&self) -> Vec<Uri> {
        let state = self.state();
        let open = |(uri, slot): (&Uri, &Slot)| slot.document.is_some().then(|| uri.clone());
        let mut all: Vec<Uri> = state.slots.iter().filter_map(open).collect();
        all.sort();
        all
    }

    /// Where the open documents lie.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.all().iter().filter_map(file_path).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next_generation(&mut self) -> u64 {
        self.generation += 1;
        self.generation
    }
}

impl Slot {
    fn new() -> Self {
        Self {
            document: None,
            wanted: 0,
            done: 0,
            has_worker: false,
            results: watch::Sender::default(),
        }
    }

    /// Wants a generation analysed. Whether somebody has to start.
    fn want(&mut self, generation: u64) -> bool {
        self.wanted = generation;
        !std::mem::replace(&mut self.has_worker, true)
    }
}

/// Whether a text has both keys of a network, as it were at a glance: the version that a document is
/// opened with may never be analysed.
fn looks_like_network(text: &str) -> bool {
    let has = |key| text.lines().any(|line| line.starts_with(key));
    has("arch:") && has("layers:")
}
