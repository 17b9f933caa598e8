//! Finds the PyTorch model of a network, and reads it.
//!
//! Whoever names a model is believed. Else the folder that the configuration names, the folders of
//! the network and above, and training projects beside them are looked through, nearest first; the
//! model is the one that is called as `arch` says. Where several are, nothing is chosen: they are
//! offered, first the one for which most in the network speaks.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError, RwLock};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::device::DeviceId;
use crate::diagnostic::{Applicability, Finding};
use crate::facts::model::Model;
use crate::network::Network;
use crate::pytorch::policy::Policy;
use crate::pytorch::{self, Offer, ProblemKind, Resolve, Training};
use crate::rules::files::MODEL_NOT_COMPARED;
use crate::rules::tool::CONFIGURATION;
use crate::rules::words::list;
use crate::text::{Edit, LineIndex, Span};

use super::assume::{Known, Origin};
use super::beside::{entries, files_of, folders, joined};
use super::config::Config;
use super::memo::Memo;
use super::shown;
use super::source::{SourceFile, reason};
use super::training::{TrainingRun, project, training_run};

/// Python files of one folder that are looked into.
const MOST_FILES: usize = 512;
/// Bytes of a Python file that is read.
const LARGEST_FILE: u64 = 16 << 20;
/// Training projects in one folder.
const MOST_PROJECTS: usize = 16;
/// How the folder of a training project begins.
const PROJECT: &str = "ai8x-training";
/// Readings that are remembered; then all are forgotten.
const MOST_READINGS: usize = 64;
/// Models that are offered.
const MOST_OFFERS: usize = 512;
/// Levels above a file from which its imports may start.
const IMPORT_LEVELS: usize = 3;

static SOURCES: LazyLock<Memo<Result<Source, String>>> = LazyLock::new(Memo::default);
static OPEN: LazyLock<RwLock<HashMap<PathBuf, Open>>> = LazyLock::new(RwLock::default);
static READINGS: LazyLock<Mutex<HashMap<Key, Reading>>> = LazyLock::new(Mutex::default);

/// A model as somebody names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ModelName {
    /// The Python file, or the folder of a training project.
    pub path: PathBuf,
    /// The function or class that makes the model; the one that is called as `arch` says, where
    /// nobody says which.
    pub name: Option<String>,
}

impl ModelName {
    fn of(path: &Path, name: &str) -> Self {
        Self {
            path: path.to_owned(),
            name: Some(name.to_owned()),
        }
    }

    /// Reads `FILE:NAME`, or `FILE` alone.
    pub fn parse(text: &str) -> Self {
        let is_name = |name: &str| {
            let mut letters = name.chars();
            letters
                .next()
                .is_some_and(|c| c == '_' || c.is_alphabetic())
                && letters.all(|c| c == '_' || c.is_alphanumeric())
        };
        match text.rsplit_once(':') {
            Some((path, name)) if is_name(name) => Self {
                path: path.into(),
                name: Some(name.to_owned()),
            },
            _ => Self {
                path: text.into(),
                name: None,
            },
        }
    }

    /// As a comment in a file of this folder names it.
    fn seen_from(&self, folder: &Path) -> String {
        let above = folder
            .ancestors()
            .enumerate()
            .find_map(|(levels, above)| Some((levels, self.path.strip_prefix(above).ok()?)));
        let (levels, below) = above.unwrap_or((0, &self.path));
        let mut path = "../".repeat(levels);
        let parts: Vec<String> = below
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        path += &parts.join("/");
        if let Some(name) = &self.name {
            path += &format!(":{name}");
        }
        match path.contains([' ', ',']) {
            true => format!("\"{path}\""),
            false => path,
        }
    }

    /// `models/ai85net.py:ai85net5`
    pub fn show(&self) -> String {
        match &self.name {
            Some(name) => format!("{}:{name}", shown(&self.path)),
            None => shown(&self.path),
        }
    }
}

/// The model of a network.
#[derive(Clone, Debug)]
pub struct Modeled {
    /// Where it is defined.
    pub name: ModelName,
    /// What it says.
    pub model: Arc<Model>,
    /// How it is trained, as far as that matters for its shape.
    pub training: TrainingRun,
}

/// Why there is no model.
pub(super) struct Unfound {
    pub(super) why: String,
    /// Those that may be meant.
    pub(super) candidates: Vec<ModelName>,
    /// Whether there is one, which cannot be followed.
    unfollowed: bool,
}

impl Unfound {
    fn because(why: String) -> Self {
        Self {
            why,
            candidates: Vec::new(),
            unfollowed: false,
        }
    }

    /// What is said of it at `place`, if anything: nobody misses a model that nobody names.
    pub(super) fn finding(
        &self,
        file: &SourceFile,
        place: Span,
        is_named: bool,
    ) -> Option<Finding> {
        if self.candidates.is_empty() && !self.unfollowed {
            return is_named.then(|| CONFIGURATION.finding(place, self.why.clone()));
        }
        let mut finding = MODEL_NOT_COMPARED.finding(place, self.why.clone());
        let folder = file.path.parent().unwrap_or(Path::new(""));
        let lines = LineIndex::new(&file.text);
        let start = lines.line_start(lines.line(place.start));
        for candidate in self.candidates.iter().filter(|_| !is_named) {
            let name = candidate.seen_from(folder);
            let directive = format!("# ai8x-lint: model={name}\n");
            finding = finding.fix(
                Applicability::DisplayOnly,
                format!("Compare with `{name}`"),
                vec![Edit::insert(start, directive)],
            );
        }
        Some(finding)
    }

    fn several(candidates: Vec<ModelName>) -> Self {
        let names: Vec<String> = candidates.iter().map(ModelName::show).collect();
        Self {
            why: format!(
                "it may be one of {}; `--model` or a comment `# ai8x-lint: model=…` says which",
                list(&names)
            ),
            candidates,
            unfollowed: false,
        }
    }
}

/// What a model is looked for by.
pub(super) struct Finder<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) config: &'a Config,
    pub(super) network: &'a Network,
    pub(super) device: Option<DeviceId>,
    pub(super) input: Option<[i64; 3]>,
    /// The model that somebody names.
    pub(super) named: Option<Known<ModelName>>,
}

impl Finder<'_> {
    /// Finds the model and reads it.
    pub(super) fn find(&self) -> Result<Option<Known<Modeled>>, Unfound> {
        let Some(Known {
            value: name,
            origin,
        }) = self.name()?
        else {
            return Ok(None);
        };
        let factory = name.name.as_deref().unwrap_or_default();
        let project = project(&name.path);
        let training = training_run(project, factory, self.network, self.device, self.input);
        let model = build(&name, factory, &training).map_err(|why| Unfound {
            unfollowed: true,
            ..Unfound::because(format!("{}: {why}", name.show()))
        })?;
        Ok(Some(Known {
            value: Modeled {
                name,
                model,
                training,
            },
            origin,
        }))
    }

    /// Where the model is defined.
    pub(super) fn name(&self) -> Result<Option<Known<ModelName>>, Unfound> {
        let arch = self.file.arch().unwrap_or_default();
        if let Some(named) = &self.named {
            let origin = named.origin.clone();
            let name = self.named(&named.value, arch)?;
            return Ok(Some(Known {
                value: name,
                origin,
            }));
        }
        if arch.is_empty() {
            return Ok(None);
        }
        if let Some(folder) = &self.config.settings.training_dir {
            let found = called(&files_of_project(&self.config.resolve(folder)), arch);
            if let Some(name) = self.one_of(found)? {
                let path = self.config.path.clone().unwrap_or_default();
                return Ok(Some(Known {
                    value: name,
                    origin: Origin::Configuration(path),
                }));
            }
        }
        for folder in self.places() {
            let mut found = called(&folder, arch);
            // Beside a network lie scripts, too, whose functions may be called anything.
            found.retain(|model| {
                model.path.parent() != self.file.path.parent() || is_model_file(&model.path)
            });
            if let Some(name) = self.one_of(found)? {
                return Ok(Some(Known {
                    value: name,
                    origin: Origin::ModelName,
                }));
            }
        }
        Ok(None)
    }

    /// The models that may be meant, the nearest first.
    pub(super) fn offers(&self) -> Vec<ModelName> {
        let configured = self.config.settings.training_dir.as_ref();
        let configured = configured.map(|folder| files_of_project(&self.config.resolve(folder)));
        let mut found = Vec::new();
        for path in configured.into_iter().chain(self.places()).flatten() {
            let source = source(&path);
            let Some(source) = source.as_deref().ok().and_then(|read| read.as_ref().ok()) else {
                continue;
            };
            if !pytorch::is_model_file(&source.text) {
                continue;
            }
            let offers = source.offers().iter();
            found.extend(offers.map(|offer| ModelName::of(&path, &offer.name)));
            if found.len() >= MOST_OFFERS {
                break;
            }
        }
        found
    }

    /// The model that somebody names, with what the name leaves open.
    fn named(&self, named: &ModelName, arch: &str) -> Result<ModelName, Unfound> {
        let folder = self.file.path.parent().unwrap_or(Path::new(""));
        let mut path = joined(folder, &named.path);
        let with_extension = path.with_added_extension("py");
        if !path.exists() && with_extension.is_file() {
            path = with_extension;
        }
        let wanted = named.name.as_deref();
        if path.is_dir() {
            let wanted = wanted.unwrap_or(arch);
            let found = called(&files_of_project(&path), wanted);
            return self.one_of(found)?.ok_or_else(|| {
                let place = shown(&path);
                Unfound::because(format!("no file in {place} offers a model `{wanted}`"))
            });
        }
        let source = source(&path)
            .map_err(|error| Unfound::because(format!("{}: {}", shown(&path), reason(&error))))?;
        let source = (*source)
            .as_ref()
            .map_err(|why| Unfound::because(format!("{}: {why}", shown(&path))))?;
        if let Some(wanted) = wanted {
            return Ok(ModelName::of(&path, wanted));
        }
        let found = called(std::slice::from_ref(&path), arch);
        if let Some(name) = self.one_of(found)? {
            return Ok(name);
        }
        match source.offers() {
            [] => Err(Unfound::because(format!(
                "{} defines no model",
                shown(&path)
            ))),
            [offer] => Ok(ModelName::of(&path, &offer.name)),
            offers => {
                let offers = offers.iter();
                let all = offers.map(|offer| ModelName::of(&path, &offer.name));
                Err(Unfound::several(self.ranked(all.collect())))
            }
        }
    }

    /// The only one, if there is one.
    fn one_of(&self, mut found: Vec<ModelName>) -> Result<Option<ModelName>, Unfound> {
        match found.len() {
            0 | 1 => Ok(found.pop()),
            _ => Err(Unfound::several(self.ranked(found))),
        }
    }

    /// Models in the order of how much in the file speaks for them; of equal ones the first stays first.
    pub(super) fn ranked(&self, mut models: Vec<ModelName>) -> Vec<ModelName> {
        let clues = Clues::new(self.file, self.network);
        let mut attributes: HashMap<PathBuf, usize> = HashMap::new();
        models.sort_by_cached_key(|model| {
            let attributes = attributes.entry(model.path.clone());
            let attributes = *attributes.or_insert_with(|| clues.attributes(&model.path));
            Reverse((clues.mentions(model), attributes, clues.kinship(model)))
        });
        models
    }

    /// Groups of Python files that may define models, the likeliest first.
    fn places(&self) -> impl Iterator<Item = Vec<PathBuf>> {
        let folders = folders(&self.file.path);
        // A training project often lies beside the repository of the networks.
        let above = folders.last().and_then(|folder| folder.parent());
        let beside = files_of(folders.first().unwrap_or(&Path::new("")), "py", MOST_FILES);
        let all: Vec<PathBuf> = folders
            .into_iter()
            .chain(above)
            .map(Path::to_owned)
            .collect();
        let around = all.into_iter().flat_map(|folder| {
            let beside = projects(&folder);
            [
                files_of_project(&folder),
                beside
                    .iter()
                    .flat_map(|folder| files_of_project(folder))
                    .collect(),
            ]
        });
        std::iter::once(beside).chain(around)
    }
}

/// What a network says of its model beside `arch`.
struct Clues {
    /// The words of its comments, and the names of its layers.
    words: HashSet<String>,
    /// The parts of its file's name.
    parts: Vec<String>,
}

impl Clues {
    fn new(file: &SourceFile, network: &Network) -> Self {
        let comments = file.document.comments.iter();
        let comments = comments.map(|comment| comment.span.text(&file.text));
        let names = network.layers.iter().filter_map(|layer| layer.name());
        let stem = file.path.file_stem().unwrap_or_default().to_string_lossy();
        Self {
            words: comments.chain(names).flat_map(words).collect(),
            parts: words(&stem.replace('_', "-")).collect(),
        }
    }

    /// How often it names a model: by its file, by its name.
    fn mentions(&self, model: &ModelName) -> usize {
        let names = [Some(file_stem(&model.path)), model.name.clone()];
        let names = names.iter().flatten();
        let is_named = |name: &&String| self.words.contains(&name.to_ascii_lowercase());
        names.filter(is_named).count()
    }

    /// How many of the attributes that a model file uses it names.
    fn attributes(&self, path: &Path) -> usize {
        let read = source(path).ok();
        let Some(Ok(source)) = read.as_deref().filter(|_| !self.words.is_empty()) else {
            return 0;
        };
        let attributes = source.text.split("self.").skip(1);
        let attributes: HashSet<String> =
            attributes.filter_map(|rest| words(rest).next()).collect();
        attributes.intersection(&self.words).count()
    }

    /// How many parts of its file's name are in the model's names.
    fn kinship(&self, model: &ModelName) -> usize {
        let names = format!(
            "{} {}",
            file_stem(&model.path),
            model.name.as_deref().unwrap_or_default()
        );
        let names = names.to_ascii_lowercase();
        let is_part = |part: &&String| part.len() > 1 && names.contains(part.as_str());
        self.parts.iter().filter(is_part).count()
    }
}

/// The words of a text, in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| c != '_' && !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
}

fn file_stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn is_model_file(path: &Path) -> bool {
    let source = source(path);
    let source = source.as_deref().ok().and_then(|read| read.as_ref().ok());
    source.is_some_and(|source| pytorch::is_model_file(&source.text))
}

/// The Python files of a training project that define models.
fn files_of_project(folder: &Path) -> Vec<PathBuf> {
    files_of(&folder.join("models"), "py", MOST_FILES)
}

/// The training projects in a folder.
fn projects(folder: &Path) -> Vec<PathBuf> {
    let is_project = |path: &&PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(PROJECT) && path.join("models").is_dir()
    };
    let entries = entries(folder);
    let found = entries.iter().filter(is_project).take(MOST_PROJECTS);
    found.cloned().collect()
}

/// The models of some files that are called so; only where none is, those in other case.
fn called(files: &[PathBuf], name: &str) -> Vec<ModelName> {
    let mut alike = Vec::new();
    for path in files {
        let Ok(source) = source(path) else {
            continue;
        };
        let Ok(source) = source.as_ref() else {
            continue;
        };
        if !source.mentions(name) {
            continue;
        }
        let offers = source.offers().iter();
        alike.extend(
            offers
                .filter(|offer| offer.name.eq_ignore_ascii_case(name))
                .map(|offer| ModelName::of(path, &offer.name)),
        );
    }
    let is_exact = |found: &ModelName| found.name.as_deref() == Some(name);
    if alike.iter().any(is_exact) {
        alike.retain(is_exact);
    }
    alike
}

/// A Python file.
struct Source {
    text: String,
    /// The text in lower case: it is searched at each keystroke in a network.
    lower: OnceLock<String>,
    offers: OnceLock<Vec<Offer>>,
}

impl Source {
    /// Whether a name occurs in it, in any case. It saves reading most files.
    fn mentions(&self, name: &str) -> bool {
        let lower = self.lower.get_or_init(|| self.text.to_ascii_lowercase());
        lower.contains(&name.to_ascii_lowercase())
    }

    fn offers(&self) -> &[Offer] {
        self.offers.get_or_init(|| pytorch::offers(&self.text))
    }
}

/// A file that is open in an editor.
#[derive(Clone)]
struct Open {
    /// Which version of all versions of all files.
    version: u64,
    source: Arc<Result<Source, String>>,
}

static VERSIONS: AtomicU64 = AtomicU64::new(0);

/// Says that a Python file is open in an editor with this text, which counts instead of that on the
/// disk, or is not any more. Whether that is news.
pub fn edit_python(path: &Path, text: Option<&str>) -> bool {
    let mut open = OPEN.write().unwrap_or_else(PoisonError::into_inner);
    let Some(text) = text else {
        return open.remove(path).is_some();
    };
    let before = open.get(path).map(|open| Arc::clone(&open.source));
    if before.is_some_and(|source| source.as_ref().as_ref().is_ok_and(|own| own.text == text)) {
        return false;
    }
    let source = Source {
        text: text.to_owned(),
        lower: OnceLock::new(),
        offers: OnceLock::new(),
    };
    let open_file = Open {
        version: VERSIONS.fetch_add(1, Ordering::Relaxed),
        source: Arc::new(Ok(source)),
    };
    open.insert(path.to_owned(), open_file);
    true
}

fn opened(path: &Path) -> Option<Open> {
    let open = OPEN.read().unwrap_or_else(PoisonError::into_inner);
    open.get(path).cloned()
}

fn source(path: &Path) -> io::Result<Arc<Result<Source, String>>> {
    match opened(path) {
        Some(open) => Ok(open.source),
        None => SOURCES.get(path, read_source),
    }
}

fn read_source(path: &Path) -> Result<Source, String> {
    Ok(Source {
        text: read_text(path)?,
        lower: OnceLock::new(),
        offers: OnceLock::new(),
    })
}

/// The text of a Python file.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    if let Some(open) = opened(path) {
        return open
            .source
            .as_ref()
            .as_ref()
            .map(|own| own.text.clone())
            .map_err(Clone::clone);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| reason(&error))?;
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| reason(&error))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err("it is too large for a model".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

/// What a reading depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    path: PathBuf,
    factory: String,
    training: Training,
    policy: Option<Policy>,
}

/// What changes when a file does.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stamp {
    Absent,
    /// When it changed, and its length.
    File(Option<SystemTime>, u64),
    /// The version of an open file.
    Open(u64),
}

/// What came of reading a model.
#[derive(Clone)]
struct Reading {
    /// The files that it depends on.
    files: Vec<(PathBuf, Stamp)>,
    outcome: Result<Arc<Model>, String>,
}

fn stamp(path: &Path) -> Stamp {
    if let Some(open) = opened(path) {
        return Stamp::Open(open.version);
    }
    match fs::metadata(path) {
        Ok(metadata) => Stamp::File(metadata.modified().ok(), metadata.len()),
        Err(_) => Stamp::Absent,
    }
}

/// Builds a model as it is trained.
pub(super) fn build(
    name: &ModelName,
    factory: &str,
    run: &TrainingRun,
) -> Result<Arc<Model>, String> {
    let key = Key {
        path: name.path.clone(),
        factory: factory.to_owned(),
        training: run.training.clone(),
        policy: run.policy.clone(),
    };
    let readings = || READINGS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(reading) = readings().get(&key)
        && reading.files.iter().all(|(path, own)| stamp(path) == *own)
    {
        return reading.outcome.clone();
    }
    let reading = read(&key);
    let outcome = reading.outcome.clone();
    let mut readings = readings();
    if readings.len() >= MOST_READINGS {
        readings.clear();
    }
    readings.insert(key, reading);
    outcome
}

/// Reads a model. Where it does not run as it is, the ways are tried in which the trainer may call
/// it without a script that says so.
fn read(key: &Key) -> Reading {
    let Key {
        path,
        factory,
        training,
        policy,
    } = key;
    let imports = Imports::of(path);
    let text = match read_text(path) {
        Ok(text) => text,
        Err(why) => {
            return Reading {
                files: imports.into_files(),
                outcome: Err(why),
            };
        }
    };
    let file = shown(path);
    let still = Training {
        frames: None,
        ..training.clone()
    };
    let detecting = Training {
        detection: true,
        ..still.clone()
    };
    let mut outcome = Err(String::new());
    for training in [&still, training, &detecting] {
        let model = pytorch::read_model(&training.request(&file, &text, factory), &imports);
        // What is not known whole is not compared: layers may lack.
        let lacks = |kind: ProblemKind| {
            kind.stops()
                || matches!(
                    kind,
                    ProblemKind::Foreign | ProblemKind::Lost | ProblemKind::Syntax
                )
        };
        let failure = model.problems.iter().find(|problem| lacks(problem.kind));
        match failure {
            None => {
                let mut model = model.facts(factory);
                for module in &mut model.modules {
                    module.bias = module.bias.filter(|_| training.bias.is_some());
                    module.bits = policy.as_ref().and_then(|policy| policy.bits(&module.path));
                }
                outcome = Ok(Arc::new(model));
                break;
            }
            Some(problem) if outcome.as_ref().is_err_and(String::is_empty) => {
                let place = model.files.get(problem.place.file as usize);
                outcome = Err(match place {
                    Some(file) if problem.kind != ProblemKind::Missing => format!(
                        "it cannot be followed: {}:{}: {}",
                        file.path,
                        file.line(problem.place.span),
                        problem.message
                    ),
                    _ => problem.message.clone(),
                });
            }
            Some(_) => {}
        }
    }
    Reading {
        files: imports.into_files(),
        outcome,
    }
}

/// The files that a model imports: from its folder and those above it.
pub(super) struct Imports<'a> {
    file: &'a Path,
    /// Those that were looked at.
    files: Mutex<Vec<(PathBuf, Stamp)>>,
}

impl<'a> Imports<'a> {
    pub(super) fn of(file: &'a Path) -> Self {
        Self {
            file,
            files: Mutex::new(vec![(file.to_owned(), stamp(file))]),
        }
    }

    fn into_files(self) -> Vec<(PathBuf, Stamp)> {
        self.files
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Resolve for Imports<'_> {
    fn module(&self, name: &str) -> Option<(String, String)> {
        let name = name.trim_start_matches('.');
        let relative: PathBuf = name.split('.').collect();
        let folders = self.file.ancestors().skip(1).take(IMPORT_LEVELS);
        for folder in folders {
            let path = folder.join(&relative).with_added_extension("py");
            let stamp = stamp(&path);
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            if !files.iter().any(|(known, _)| *known == path) {
                files.push((path.clone(), stamp.clone()));
            }
            if stamp != Stamp::Absent
                && let Ok(text) = read_text(&path)
            {
                return Some((shown(&path), text));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_named_by_file_and_name() {
        let parsed = |text: &str| {
            let name = ModelName::parse(text);
            (name.path.display().to_string(), name.name)
        };
        let both = |path: &str, name: &str| (path.to_owned(), Some(name.to_owned()));
        assert_eq!(parsed("models/a.py:net_5"), both("models/a.py", "net_5"));
        assert_eq!(
            parsed(r"C:\models\a.py:Net"),
            both(r"C:\models\a.py", "Net")
        );
        for alone in [r"C:\models\a.py", "a.py", "a.py:", "a:5"] {
            assert_eq!(parsed(alone), (alone.to_owned(), None));
        }
    }
}
