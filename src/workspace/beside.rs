//! Finds what belongs to a network: the commands that build it, and the checkpoint and the sample
//! that they name.
//!
//! A command belongs to a network if its `--config-file` is that network, seen from a folder at or
//! above its script. Where commands disagree, all they say is kept, and nothing is chosen.

use std::fmt;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, LazyLock};

use crate::device::DeviceId;
use crate::facts::{Flags, parse_flags};
use crate::pytorch::checkpoint::Checkpoint;
use crate::pytorch::npy;
use crate::pytorch::script::{self, Command, Setting};

use super::assume::{Known, Origin};
use super::memo::Memo;
use super::shown;
use super::source::reason;

/// Folders that are looked into for scripts and samples: that of the network and those above it.
const LEVELS: usize = 4;
/// Entries of one folder that are looked at.
const MOST_ENTRIES: usize = 4096;
/// Scripts of one folder that are read.
const MOST_SCRIPTS: usize = 256;
/// Bytes of a script that are read.
const LARGEST_SCRIPT: u64 = 1 << 18;
/// The vendor's tool that builds a network.
const BUILDER: &str = "ai8xize.py";

static FOLDERS: LazyLock<Memo<Vec<PathBuf>>> = LazyLock::new(Memo::default);
static SCRIPTS: LazyLock<Memo<Vec<Command>>> = LazyLock::new(Memo::default);
static CHECKPOINTS: LazyLock<Memo<Result<Arc<Checkpoint>, String>>> = LazyLock::new(Memo::default);
static SAMPLES: LazyLock<Memo<Result<Sampled, String>>> = LazyLock::new(Memo::default);

/// Something that is not known although something says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// What: `device`, `checkpoint`.
    pub what: &'static str,
    /// Why not, as a clause: `a.sh:3 says MAX78000, b.sh:5 says MAX78002`.
    pub why: String,
}

impl fmt::Display for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

/// The commands that build a network.
pub(super) struct Builds {
    builds: Vec<Build>,
}

/// A command that builds the network.
struct Build {
    script: PathBuf,
    command: Command,
    /// The folder that its paths start from.
    root: PathBuf,
}

/// What the commands say of one thing.
pub(super) enum Said<T> {
    /// Nothing.
    Nothing,
    /// All the same.
    One(Known<T>),
    /// Not all the same, or something that only running them would tell.
    Unsettled(String),
}

impl Builds {
    /// Finds the commands that build a network; `device`, where it is known, leaves out those for
    /// the other chip.
    pub(super) fn find(network: &Path, device: Option<DeviceId>) -> Self {
        let mut builds = Vec::new();
        for script in scripts(network) {
            let Ok(commands) = SCRIPTS.get(&script, read_script) else {
                continue;
            };
            let named = |command: &&Command| command.program == BUILDER;
            for command in commands.iter().filter(named) {
                let Some(root) = root(&script, command, network) else {
                    continue;
                };
                let own = command
                    .setting("--device")
                    .known()
                    .and_then(DeviceId::parse);
                if own.is_some() && device.is_some() && own != device {
                    continue;
                }
                builds.push(Build {
                    script: script.clone(),
                    command: command.clone(),
                    root,
                });
            }
        }
        Self { builds }
    }

    /// The chip.
    pub(super) fn device(&self) -> Said<DeviceId> {
        self.said(
            |build| match build.command.setting("--device") {
                Setting::Absent if build.command.has("--ai85") => Some(Some(DeviceId::Max78000)),
                Setting::Absent => None,
                setting => Some(setting.known().and_then(DeviceId::parse)),
            },
            |device| device.name().to_owned(),
        )
    }

    /// The flags that matter here.
    pub(super) fn flags(&self) -> Said<(String, Flags)> {
        self.said(
            |build| {
                Some(build.command.words().and_then(|words| {
                    let flags = parse_flags(words.iter().copied()).ok()?;
                    Some((relevant(&words), flags))
                }))
            },
            |(words, _)| {
                if words.is_empty() {
                    "none".to_owned()
                } else {
                    words.clone()
                }
            },
        )
    }

    /// The checkpoint.
    pub(super) fn checkpoint(&self) -> Said<PathBuf> {
        self.path("--checkpoint-file")
    }

    /// The sample input.
    pub(super) fn sample(&self) -> Said<PathBuf> {
        self.path("--sample-input")
    }

    /// Whether some command shifts the weights of the checkpoint against the layers.
    pub(super) fn skips_layers(&self) -> bool {
        let skips = ["--skip-checkpoint-layers", "--skip-yaml-layers"];
        let shifted = |build: &Build| skips.iter().any(|option| build.command.has(option));
        self.builds.iter().any(shifted)
    }

    /// The first command, where none names a checkpoint.
    pub(super) fn without_checkpoint(&self) -> Option<Origin> {
        let lacks =
            |build: &Build| matches!(build.command.setting("--checkpoint-file"), Setting::Absent);
        let first = self.builds.first()?;
        self.builds.iter().all(lacks).then(|| first.origin())
    }

    /// Whether some command takes a checkpoint with batch normalisation.
    pub(super) fn ignores_batch_norm(&self) -> bool {
        let ignores = |build: &Build| build.command.has("--ignore-bn");
        self.builds.iter().any(ignores)
    }

    fn path(&self, option: &str) -> Said<PathBuf> {
        self.said(
            |build| match build.command.setting(option) {
                Setting::Absent => None,
                setting => Some(setting.known().map(|path| joined(&build.root, path))),
            },
            |path| shown(path),
        )
    }

    /// What the commands say, by a function that yields nothing where one says nothing, and an
    /// unknown value where running it would tell.
    fn said<T: PartialEq>(
        &self,
        of: impl Fn(&Build) -> Option<Option<T>>,
        show: impl Fn(&T) -> String,
    ) -> Said<T> {
        let mut values: Vec<(Option<T>, &Build)> = Vec::new();
        for build in &self.builds {
            if let Some(value) = of(build)
                && !values.iter().any(|(own, _)| *own == value)
            {
                values.push((value, build));
            }
        }
        if let [(Some(_), _)] = values.as_slice()
            && let Some((Some(value), build)) = values.pop()
        {
            return Said::One(Known {
                value,
                origin: build.origin(),
            });
        }
        if values.is_empty() {
            return Said::Nothing;
        }
        let all: Vec<String> = values
            .iter()
            .map(|(value, build)| {
                let says = match value {
                    Some(value) => format!("says {}", show(value)),
                    None => "leaves it open".to_owned(),
                };
                format!("{}:{} {says}", shown(&build.script), build.command.line)
            })
            .collect();
        Said::Unsettled(all.join(", "))
    }
}

impl Build {
    fn origin(&self) -> Origin {
        Origin::Script(self.script.clone(), self.command.line)
    }
}

/// The words that the flags were read from.
fn relevant(words: &[&str]) -> String {
    let mut kept = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match parse_flags([*word]) {
            Ok(flags) if flags != Flags::default() => kept.push(*word),
            Ok(_) => {}
            // It needs a number.
            Err(_) => kept.extend(words[at..].iter().take(2)),
        }
    }
    kept.join(" ")
}

/// The folder of a network and those above it, up to that of its repository.
pub(super) fn folders(network: &Path) -> Vec<&Path> {
    let mut found = Vec::new();
    for folder in network.ancestors().skip(1).take(LEVELS) {
        found.push(folder);
        if folder.join(".git").exists() {
            break;
        }
    }
    found
}

/// The shell scripts of those folders, and of `scripts` in them.
fn scripts(network: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = folders(network).into_iter().flat_map(scripts_of).collect();
    let mut seen = std::collections::HashSet::new();
    found.retain(|path| seen.insert(path.clone()));
    found
}

/// The shell scripts of a folder, and of `scripts` in it.
fn scripts_of(folder: &Path) -> Vec<PathBuf> {
    let both = [folder.to_owned(), folder.join("scripts")];
    both.iter()
        .flat_map(|folder| files_of(folder, "sh", MOST_SCRIPTS))
        .collect()
}

/// The files of a folder with this extension, by name.
pub(super) fn files_of(folder: &Path, extension: &str, most: usize) -> Vec<PathBuf> {
    let wanted = |path: &&PathBuf| path.extension().is_some_and(|own| own == extension);
    let entries = entries(folder);
    entries.iter().filter(wanted).take(most).cloned().collect()
}

/// What is in a folder, by name.
pub(super) fn entries(folder: &Path) -> Arc<Vec<PathBuf>> {
    FOLDERS.get_folder(folder, read_entries).unwrap_or_default()
}

fn read_entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .take(MOST_ENTRIES)
        .collect();
    entries.sort();
    entries
}

/// The commands in the scripts of a folder that call this program, with their scripts.
pub(super) fn commands_of(folder: &Path, program: &str) -> Vec<(PathBuf, Command)> {
    let mut found = Vec::new();
    for script in scripts_of(folder) {
        let Ok(commands) = SCRIPTS.get(&script, read_script) else {
            continue;
        };
        let named = commands.iter().filter(|command| command.program == program);
        found.extend(named.map(|command| (script.clone(), command.clone())));
    }
    found
}

fn read_script(path: &Path) -> Vec<Command> {
    let mut bytes = Vec::new();
    let read = File::open(path).map(|file| file.take(LARGEST_SCRIPT).read_to_end(&mut bytes));
    match read {
        Ok(Ok(_)) => script::commands(&String::from_utf8_lossy(&bytes)),
        _ => Vec::new(),
    }
}

/// The folder from which a command sees the network, if it is about that one.
fn root(script: &Path, command: &Command, network: &Path) -> Option<PathBuf> {
    let config = command.setting("--config-file").known()?;
    script
        .ancestors()
        .skip(1)
        .take(LEVELS)
        .find(|root| joined(root, config) == network)
        .map(Path::to_owned)
}

/// A path seen from a folder, without `.` and `..`.
pub(super) fn joined(folder: &Path, path: impl AsRef<Path>) -> PathBuf {
    let mut whole = PathBuf::new();
    for component in folder.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            other => whole.push(other),
        }
    }
    whole
}

/// The sample that the vendor's tool takes where no command names one.
pub(super) fn usual_sample(network: &Path, dataset: &str) -> Option<PathBuf> {
    if dataset.is_empty() || dataset.contains(['/', '\\']) {
        return None;
    }
    let name = format!("sample_{}.npy", dataset.to_lowercase());
    folders(network)
        .into_iter()
        .map(|folder| folder.join("tests").join(&name))
        .find(|path| path.is_file())
}

/// Reads a checkpoint.
///
/// # Errors
/// What is wrong with it, as a clause about the file.
pub fn load_checkpoint(path: &Path) -> Result<Arc<Checkpoint>, String> {
    let read = |path: &Path| match File::open(path) {
        Ok(file) => Checkpoint::read(BufReader::new(file)).map(Arc::new),
        Err(error) => Err(reason(&error)),
    };
    match CHECKPOINTS.get(path, read) {
        Ok(outcome) => (*outcome).clone(),
        Err(error) => Err(reason(&error)),
    }
}

/// A sample of the input.
#[derive(Clone)]
pub(super) struct Sampled {
    /// Channels, height and width.
    pub(super) shape: [i64; 3],
    /// Why the vendor's tool does not take its values.
    pub(super) fault: Option<String>,
}

/// Reads a sample.
///
/// # Errors
/// What is wrong with it, as a clause about the file.
pub(super) fn load_sample(path: &Path) -> Result<Sampled, String> {
    let read = |path: &Path| match File::open(path) {
        Ok(file) => npy::read(BufReader::new(file)).and_then(|array| {
            Ok(Sampled {
                shape: npy::input(&array.shape)?,
                fault: array.fault,
            })
        }),
        Err(error) => Err(reason(&error)),
    };
    match SAMPLES.get(path, read) {
        Ok(outcome) => (*outcome).clone(),
        Err(error) => Err(reason(&error)),
    }
}
