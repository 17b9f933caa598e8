//! Models in Python beside their networks: what is asked for in one of them is found in the other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::spawn_blocking;
use tower_lsp::ls_types::*;

use crate::facts::model::Model;
use crate::ide::model::{self, Counterpart};
use crate::ide::navigation;
use crate::pytorch;
use crate::text::{Edit, Span, TextFile};
use crate::workspace::{SourceFile, discover};

use super::address::{file_path, file_uri};
use super::client::Abilities;
use super::documents::Document;
use super::edits::difference;
use super::position::Lines;
use super::session::Session;
use super::snapshot::Snapshot;

/// The networks in the client's folders; they are looked for again after files have changed.
#[derive(Debug, Default)]
pub(super) struct Networks {
    found: Mutex<Option<Arc<[Network]>>>,
}

/// A network in a folder.
#[derive(Debug)]
struct Network {
    path: PathBuf,
    /// The model's name.
    arch: Option<String>,
    /// Whether it says itself which model it has.
    names_model: bool,
}

impl Networks {
    pub(super) fn forget(&self) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn all(&self, session: &Session) -> Arc<[Network]> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let all = found.get_or_insert_with(|| {
            let (candidates, _) = discover(&session.folders(), &session.configurations(), false);
            // What cannot be read is reported where networks are checked.
            let read = |path: &PathBuf| SourceFile::read_found(path).ok().flatten();
            candidates
                .into_iter()
                .filter(|candidate| !is_python(&candidate.path))
                .filter_map(|candidate| Some((read(&candidate.path)?, candidate.path)))
                .map(|(file, path)| Network::new(&file, path))
                .collect()
        });
        Arc::clone(all)
    }
}

impl Network {
    fn new(file: &SourceFile, path: PathBuf) -> Self {
        Self {
            path,
            arch: file.arch().map(str::to_owned),
            names_model: file.text.contains("model="),
        }
    }

    /// Whether its model may be one of these names.
    fn may_be(&self, names: &[String]) -> bool {
        let is_arch = |name: &String| {
            let arch = self.arch.as_deref();
            arch.is_some_and(|arch| arch.eq_ignore_ascii_case(name))
        };
        self.names_model || names.iter().any(is_arch)
    }
}

fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

/// An open model file and the networks that have their models from it.
pub(super) struct Modelled {
    python: Arc<Snapshot>,
    networks: Vec<Beside>,
}

/// A network, and the file as its model was read from it.
struct Beside {
    snapshot: Arc<Snapshot>,
    moved: Moved,
    file: Arc<TextFile>,
}

impl Modelled {
    /// The model file at an address with its networks, open or in a folder of the client; none where
    /// it is no model file or has no network.
    pub(super) async fn gather(session: &Arc<Session>, uri: &Uri) -> Option<Self> {
        let python = snapshot(session, uri).await?;
        let names = names(&python)?;
        let mut candidates = Vec::new();
        for uri in session.documents.all() {
            let Some(open) = snapshot(session, &uri).await else {
                continue;
            };
            let path = open.file.path.clone();
            if open.is_network && Network::new(&open.file, path).may_be(&names) {
                candidates.push(open);
            }
        }
        let work = Arc::clone(session);
        spawn_blocking(move || {
            candidates.extend(closed(&work, &names));
            let beside = |snapshot| Beside::new(&python, snapshot);
            let networks: Vec<Beside> = candidates.into_iter().filter_map(beside).collect();
            (!networks.is_empty()).then_some(Self { python, networks })
        })
        .await
        .ok()?
    }

    /// What stands at a position, by each network that has something there.
    fn at(&self, position: Position) -> Vec<(&Beside, Span, Counterpart)> {
        let offset = self.python.offset(position);
        let met = |beside: &'_ Beside| {
            let there = beside.moved.before(offset)?;
            let analyzed = beside.snapshot.analyzed();
            let (span, what) = model::counterpart(analyzed, &beside.file, there)?;
            Some((beside.moved.after(span)?, what))
        };
        self.networks
            .iter()
            .filter_map(|beside| met(beside).map(|(span, what)| (beside, span, what)))
            .collect()
    }
}

impl Beside {
    fn new(python: &Snapshot, snapshot: Arc<Snapshot>) -> Option<Self> {
        let model: Arc<Model> =
            Arc::clone(&snapshot.linted.assumptions.model.as_ref()?.value.model);
        let is_here = |file: &&&Arc<TextFile>| is_at(file, &python.file.path);
        let files = model::files(&model);
        let file = Arc::clone(files.iter().find(is_here)?);
        Some(Self {
            snapshot,
            moved: Moved::new(&file.text, &python.file.text),
            file,
        })
    }

    /// The file's name.
    fn name(&self) -> String {
        let name = self.snapshot.file.path.file_name();
        name.unwrap_or_default().to_string_lossy().into_owned()
    }

    fn layer(&self, layer: usize) -> Option<Location> {
        let item = navigation::item(self.snapshot.analyzed(), layer)?;
        Some(self.location(item.selection))
    }

    fn location(&self, span: Span) -> Location {
        Location::new(self.snapshot.uri.clone(), self.snapshot.range(span))
    }

    /// `YAML layer 3 (conv)`
    fn title(&self, layers: &[usize]) -> String {
        let noun = if layers.len() == 1 { "layer" } else { "layers" };
        let names: Vec<String> = layers.iter().map(|layer| self.number(*layer)).collect();
        format!("YAML {noun} {}", names.join(", "))
    }

    /// `3 (conv)`
    fn number(&self, layer: usize) -> String {
        let layers = &self.snapshot.analyzed().network.layers;
        match layers.get(layer).and_then(|layer| layer.name()) {
            Some(name) => format!("{layer} ({name})"),
            None => layer.to_string(),
        }
    }
}

/// The document as it is now, while it is open.
async fn snapshot(session: &Session, uri: &Uri) -> Option<Arc<Snapshot>> {
    session.documents.await_result(uri)?.snapshot().await
}

/// The names of the models of a file.
fn names(python: &Snapshot) -> Option<Vec<String>> {
    let outline = python.file.outline.as_ref()?;
    let listed = outline.models.iter().flatten();
    let listed: Vec<String> = listed.map(|entry| entry.name.clone()).collect();
    if !listed.is_empty() {
        return Some(listed);
    }
    let defined = pytorch::definitions(&python.file.text);
    Some(defined.into_iter().map(|(name, _)| name).collect())
}

/// The networks that are not open and may have one of these models.
fn closed(session: &Session, names: &[String]) -> Vec<Arc<Snapshot>> {
    let open = session.documents.paths();
    let all = session.networks.all(session);
    let candidates = all
        .iter()
        .filter(|network| network.may_be(names) && !open.contains(&network.path));
    candidates
        .filter_map(|network| {
            let uri = file_uri(&network.path)?;
            let file = SourceFile::read_found(&network.path).ok()??;
            let document = Document::closed(uri.clone(), &file.text);
            Some(Arc::new(Snapshot::new(
                &document,
                &session.surroundings(&uri),
                None,
            )))
        })
        .collect()
}

/// Whether a file that was read lies there.
fn is_at(file: &TextFile, path: &Path) -> bool {
    std::path::absolute(&file.path).is_ok_and(|own| own == path)
}

/// Where bytes of one version of a text are in another: what differs has no place there.
struct Moved {
    edit: Option<Edit>,
}

impl Moved {
    fn new(before: &str, after: &str) -> Self {
        Self {
            edit: difference(before, after),
        }
    }

    /// The place in the later version.
    fn after(&self, span: Span) -> Option<Span> {
        let Some(edit) = &self.edit else {
            return Some(span);
        };
        if span.end <= edit.span.start {
            return Some(span);
        }
        let moved = |offset: u32| offset - edit.span.end + edit.span.start + length(edit);
        (edit.span.end <= span.start).then(|| Span::new(moved(span.start), moved(span.end)))
    }

    /// The place in the earlier version.
    fn before(&self, offset: u32) -> Option<u32> {
        let Some(edit) = &self.edit else {
            return Some(offset);
        };
        if offset <= edit.span.start {
            return Some(offset);
        }
        let behind = offset.checked_sub(edit.span.start + length(edit))?;
        Some(edit.span.end + behind)
    }
}

fn length(edit: &Edit) -> u32 {
    edit.new_text.len() as u32
}

/// The layers of all networks that stand for what is at a position; for the factory of the model,
/// the `arch` of the networks.
pub(super) fn layers(modelled: &Modelled, position: Position) -> Vec<Location> {
    let mut found = Vec::new();
    for (beside, _, what) in modelled.at(position) {
        match what {
            Counterpart::Layers(layers) => {
                found.extend(layers.into_iter().filter_map(|layer| beside.layer(layer)));
            }
            Counterpart::Network => {
                let arch = beside.snapshot.analyzed().network.arch.span();
                found.extend(arch.map(|span| beside.location(span)));
            }
        }
    }
    found
}

pub(super) fn hover(
    modelled: &Modelled,
    position: Position,
    abilities: Abilities,
) -> Option<Hover> {
    let mut parts = Vec::new();
    let mut range = None;
    for (beside, span, what) in modelled.at(position) {
        let (analyzed, name) = (beside.snapshot.analyzed(), beside.name());
        range = range.or(Some(modelled.python.range(span)));
        match what {
            Counterpart::Layers(layers) => {
                let about = |layer| model::about_in_python(analyzed, layer, &name);
                parts.extend(layers.into_iter().filter_map(about));
            }
            Counterpart::Network => parts.push(format!("The model of {name}")),
        }
    }
    if parts.is_empty() {
        return None;
    }
    let kind = if abilities.markdown {
        MarkupKind::Markdown
    } else {
        MarkupKind::PlainText
    };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind,
            value: parts.join("\n\n"),
        }),
        range,
    })
}

/// Behind each constructor, the layers that stand for it; each leads to its layer.
pub(super) fn inlay_hints(modelled: &Modelled, range: Range) -> Vec<InlayHint> {
    if !modelled.python.settings.any_hints {
        return Vec::new();
    }
    let within = modelled.python.span(range);
    let mut by_place: BTreeMap<Span, Vec<(&Beside, Vec<usize>)>> = BTreeMap::new();
    for beside in &modelled.networks {
        let analyzed = beside.snapshot.analyzed();
        for (span, layers) in model::constructors(analyzed, &beside.file) {
            match beside.moved.after(span) {
                Some(span) if within.touches(span.end) => {
                    by_place.entry(span).or_default().push((beside, layers));
                }
                _ => {}
            }
        }
    }
    by_place
        .into_iter()
        .map(|(span, found)| {
            let position = modelled.python.position(span.end);
            InlayHint {
                position,
                label: InlayHintLabel::LabelParts(label(&found)),
                kind: None,
                text_edits: None,
                tooltip: None,
                padding_left: Some(true),
                padding_right: None,
                data: None,
            }
        })
        .collect()
}

/// A part for each network, with its name where there are several that do not say the same.
fn label(found: &[(&Beside, Vec<usize>)]) -> Vec<InlayHintLabelPart> {
    let titles: Vec<String> = found
        .iter()
        .map(|(beside, layers)| beside.title(layers))
        .collect();
    let alike = titles.windows(2).all(|pair| pair[0] == pair[1]);
    let mut parts = Vec::new();
    for ((beside, layers), title) in found.iter().zip(titles) {
        let location = layers.first().and_then(|layer| beside.layer(*layer));
        let value = match (alike, parts.is_empty()) {
            (true, true) => title,
            (true, false) => break,
            (false, true) => format!("{title} of {}", beside.name()),
            (false, false) => format!("; {title} of {}", beside.name()),
        };
        let names: Vec<String> = found.iter().map(|(beside, _)| beside.name()).collect();
        let shown = if alike {
            names.join(", ")
        } else {
            beside.name()
        };
        parts.push(InlayHintLabelPart {
            value,
            tooltip: Some(InlayHintLabelPartTooltip::String(shown)),
            location,
            command: None,
        });
    }
    parts
}

/// The open Python files: their texts count, not those of the files that were read.
pub(super) async fn open_files(session: &Session) -> Vec<Arc<Snapshot>> {
    let mut found = Vec::new();
    for uri in session.documents.all() {
        if !file_path(&uri).is_some_and(|path| is_python(&path)) {
            continue;
        }
        found.extend(snapshot(session, &uri).await);
    }
    found
}

/// Where the model of a network has what stands at a position of the network.
pub(super) fn definition(
    network: &Snapshot,
    position: Position,
    open: &[Arc<Snapshot>],
    abilities: Abilities,
) -> Option<GotoDefinitionResponse> {
    let target = model::definition(network.analyzed(), network.offset(position))?;
    let file = &target.file;
    let (target_uri, target_range, selection) =
        match open.iter().find(|python| is_at(file, &python.file.path)) {
            Some(python) => {
                let moved = Moved::new(&file.text, &python.file.text);
                let selection = moved.after(target.selection)?;
                let span = moved.after(target.span).unwrap_or(selection);
                (
                    python.uri.clone(),
                    python.range(span),
                    python.range(selection),
                )
            }
            None => {
                let lines = Lines::new(&file.text, abilities.encoding);
                let range = |span| lines.range(&file.text, span);
                (
                    file_uri(Path::new(&file.path))?,
                    range(target.span),
                    range(target.selection),
                )
            }
        };
    Some(if abilities.links_with_origin {
        GotoDefinitionResponse::Link(vec![LocationLink {
            origin_selection_range: Some(network.range(target.origin)),
            target_uri,
            target_range,
            target_selection_range: selection,
        }])
    } else {
        GotoDefinitionResponse::Array(vec![Location::new(target_uri, selection)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_move_with_the_text_around_them() {
        let moved = Moved::new("ab = 1\ncd = 2\n", "ab = 1\nx = 3\ncd = 2\n");
        assert_eq!(moved.after(Span::new(0, 2)), Some(Span::new(0, 2)));
        assert_eq!(moved.after(Span::new(7, 9)), Some(Span::new(13, 15)));
        assert_eq!(moved.before(13), Some(7));
        assert_eq!(moved.before(9), None);
        let moved = Moved::new("a = 12\n", "a = 3\n");
        assert_eq!(moved.after(Span::new(4, 6)), None);
        assert_eq!(moved.before(1), Some(1));
        let same = Moved::new("a", "a");
        assert_eq!(same.after(Span::new(0, 1)), Some(Span::new(0, 1)));
        assert_eq!(same.before(1), Some(1));
    }
}
