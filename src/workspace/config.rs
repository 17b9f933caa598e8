//! The configuration: `ai8x-lint.toml`, `.ai8x-lint.toml`, or `[tool.ai8x-lint]` in
//! `pyproject.toml`. The file in the nearest folder above a network counts, and no other.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use schemars::{JsonSchema, Schema, schema_for};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::device::DeviceId;
use crate::diagnostic::Severity;
use crate::facts::{Flags, parse_flags};
use crate::report::FileReport;
use crate::rules::tool::CONFIGURATION;
use crate::text::Span;

use super::selection::{Selection, Selector};
use super::serde_error::Fault;
use super::shown;
use super::source::reason;

/// The names of a configuration file, the first one counts.
const NAMES: [&str; 3] = ["ai8x-lint.toml", ".ai8x-lint.toml", PYPROJECT];
const PYPROJECT: &str = "pyproject.toml";

/// The configuration of ai8x-lint.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(title = "Configuration of ai8x-lint")]
pub struct Settings {
    /// The chip: MAX78000 or MAX78002. A comment in the network wins.
    #[serde(deserialize_with = "device")]
    #[schemars(with = "String", extend("enum" = ["MAX78000", "MAX78002"]))]
    pub device: Option<DeviceId>,
    /// The flags that the vendor's tool gets, as one string or a list. A comment in the network
    /// wins.
    #[serde(deserialize_with = "flags")]
    #[schemars(with = "OneOrMany")]
    pub izer_flags: Option<(String, Flags)>,
    /// A folder that holds the shapes files `NAME.shapes.json` which do not stand beside their
    /// network, relative to this file.
    pub shapes_dir: Option<PathBuf>,
    /// The folder of the training project, with `models` and `datasets` in it, relative to this
    /// file.
    pub training_dir: Option<PathBuf>,
    /// Only these rules speak: by code, by the beginning of a code, or by name.
    pub select: Option<Vec<Selector>>,
    /// These rules speak, too.
    pub extend_select: Vec<Selector>,
    /// These rules are silent. Of a rule that is both selected and ignored, the longer selector
    /// decides.
    pub ignore: Vec<Selector>,
    /// Rules that are silent in some files: patterns in the manner of `.gitignore`, relative to
    /// this file, and the rules.
    pub per_file_ignores: BTreeMap<Pattern, Vec<Selector>>,
    /// Other severities for rules.
    pub severity: BTreeMap<Selector, Severity>,
    /// Files that are passed over in folders: patterns in the manner of `.gitignore`, relative to
    /// this file.
    pub exclude: Vec<Pattern>,
    /// The least severity that is shown.
    pub min_severity: Option<Severity>,
    /// The least severity that makes the exit code 1.
    pub fail_on: Option<Severity>,
}

/// One string, or a list of strings.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
enum OneOrMany {
    /// All in one.
    One(String),
    /// A list.
    Many(Vec<String>),
}

/// A pattern in the manner of `.gitignore`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
pub struct Pattern(String);

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(pattern: String) -> Result<Self, String> {
        match GitignoreBuilder::new("").add_line(None, &pattern) {
            Ok(_) => Ok(Self(pattern)),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn device<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DeviceId>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let device = DeviceId::parse(&name).ok_or_else(|| {
        D::Error::custom(format!(
            "there is no device `{name}`: it is MAX78000 or MAX78002"
        ))
    })?;
    Ok(Some(device))
}

fn flags<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<(String, Flags)>, D::Error> {
    let words = match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(words) => words,
        OneOrMany::Many(list) => list.join(" "),
    };
    let flags = parse_flags(words.split_whitespace()).map_err(D::Error::custom)?;
    Ok(Some((words, flags)))
}

/// The JSON Schema of the configuration.
pub fn schema() -> Schema {
    schema_for!(Settings)
}

/// A configuration with the place where it is in force.
#[derive(Debug, Default)]
pub struct Config {
    /// The file; `None` where there is none, and the defaults are in force.
    pub path: Option<PathBuf>,
    /// What it says.
    pub settings: Settings,
    /// What is wrong with the file; then the defaults are in force.
    pub fault: Option<FileReport>,
    exclude: Patterns,
    per_file_ignores: Vec<(Patterns, Vec<Selector>)>,
}

impl Config {
    /// Reads a configuration file; what is wrong with it is its `fault`.
    pub fn read(path: &Path) -> Self {
        let (text, fault) = match fs::read_to_string(path) {
            Ok(text) => match parse(path, &text) {
                Ok(settings) => return Self::new(path, settings.unwrap_or_default()),
                Err(fault) => (text, fault.finding()),
            },
            Err(error) => {
                let message = format!("the file cannot be read: {}", reason(&error));
                (
                    String::new(),
                    CONFIGURATION.finding(Span::default(), message),
                )
            }
        };
        Self {
            fault: Some(FileReport {
                path: shown(path),
                text,
                findings: vec![fault],
            }),
            ..Self::new(path, Settings::default())
        }
    }

    fn new(path: &Path, settings: Settings) -> Self {
        let root = path.parent().unwrap_or(Path::new(""));
        Self {
            path: Some(path.to_owned()),
            exclude: Patterns::new(root, &settings.exclude),
            per_file_ignores: settings
                .per_file_ignores
                .iter()
                .map(|(pattern, rules)| (Patterns::new(root, [pattern]), rules.clone()))
                .collect(),
            settings,
            fault: None,
        }
    }

    /// Whether a file that is found in a folder is passed over.
    pub fn excludes(&self, file: &Path) -> bool {
        self.exclude.matches(file)
    }

    /// The rules that are silent in this file by `per-file-ignores`.
    pub fn ignored_in(&self, file: &Path) -> Vec<&Selector> {
        self.per_file_ignores
            .iter()
            .filter(|(files, _)| files.matches(file))
            .flat_map(|(_, rules)| rules)
            .collect()
    }

    /// What it selects and ignores in all files.
    pub fn selection(&self) -> Selection {
        Selection {
            select: self.settings.select.clone(),
            extend_select: self.settings.extend_select.clone(),
            ignore: self.settings.ignore.clone(),
        }
    }

    /// A path that the configuration names, from where the file stands.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        match self.path.as_deref().and_then(Path::parent) {
            Some(root) => root.join(path),
            None => path.to_owned(),
        }
    }
}

/// Patterns, and the folder that they start from.
#[derive(Debug)]
struct Patterns(Gitignore);

impl Default for Patterns {
    fn default() -> Self {
        Self(Gitignore::empty())
    }
}

impl Patterns {
    fn new<'a>(root: &Path, patterns: impl IntoIterator<Item = &'a Pattern>) -> Self {
        let mut builder = GitignoreBuilder::new(root);
        for pattern in patterns {
            // `Pattern` holds only what this takes.
            let _ = builder.add_line(None, &pattern.0);
        }
        Self(builder.build().unwrap_or_else(|_| Gitignore::empty()))
    }

    fn matches(&self, file: &Path) -> bool {
        // Files outside the folder of the configuration are none of its business.
        file.starts_with(self.0.path())
            && self.0.matched_path_or_any_parents(file, false).is_ignore()
    }
}

/// `None` where the file is a `pyproject.toml` without our table.
fn parse(path: &Path, text: &str) -> Result<Option<Settings>, Fault> {
    #[derive(Deserialize)]
    struct PyProject {
        tool: Option<Tool>,
    }
    #[derive(Deserialize)]
    struct Tool {
        #[serde(rename = "ai8x-lint")]
        ai8x_lint: Option<Settings>,
    }
    let settings = if path.file_name() == Some(PYPROJECT.as_ref()) {
        toml::from_str::<PyProject>(text).map(|file| file.tool.and_then(|tool| tool.ai8x_lint))
    } else {
        toml::from_str(text).map(Some)
    };
    settings.map_err(|error| Fault::of_toml(&error))
}

/// Whether a `pyproject.toml` has our table. A broken one counts if it speaks of us.
fn concerns_us(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| match parse(path, &text) {
        Ok(settings) => settings.is_some(),
        Err(_) => text.contains("ai8x-lint"),
    })
}

/// Finds the configuration of each file, and reads it once.
#[derive(Debug, Default)]
pub struct Configurations {
    /// The one for all files, where the user has chosen it.
    fixed: Option<Arc<Config>>,
    /// The one of each folder that was asked for.
    folders: Mutex<HashMap<PathBuf, Arc<Config>>>,
}

impl Configurations {
    /// One configuration for all files.
    pub fn fixed(config: Config) -> Self {
        Self {
            fixed: Some(Arc::new(config)),
            ..Self::default()
        }
    }

    /// The configuration of a file, given by its absolute path.
    pub fn of_file(&self, file: &Path) -> Arc<Config> {
        match &self.fixed {
            Some(config) => Arc::clone(config),
            None => self.of_folder(file.parent().unwrap_or(Path::new("/"))),
        }
    }

    fn of_folder(&self, folder: &Path) -> Arc<Config> {
        if let Some(config) = self.folders().get(folder) {
            return Arc::clone(config);
        }
        let config = match (file_in(folder), folder.parent()) {
            (Some(path), _) => Arc::new(Config::read(&path)),
            (None, Some(parent)) => self.of_folder(parent),
            (None, None) => Arc::default(),
        };
        self.folders()
            .insert(folder.to_owned(), Arc::clone(&config));
        config
    }

    fn folders(&self) -> MutexGuard<'_, HashMap<PathBuf, Arc<Config>>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is wrong with the configurations that were asked for.
    pub fn faults(&self) -> Vec<FileReport> {
        let mut faults: Vec<FileReport> = self
            .folders()
            .values()
            .filter_map(|config| config.fault.clone())
            .collect();
        faults.sort_by(|a, b| a.path.cmp(&b.path));
        faults.dedup_by(|a, b| a.path == b.path);
        faults
    }
}

/// The configuration file of a folder.
fn file_in(folder: &Path) -> Option<PathBuf> {
    NAMES
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.is_file() && (!path.ends_with(PYPROJECT) || concerns_us(path)))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use tempfile::tempdir;

    use super::*;
    use crate::diagnostic::Code;

    fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn read(text: &str) -> Config {
        let folder = tempdir().unwrap();
        Config::read(&write(folder.path(), "ai8x-lint.toml", text))
    }

    #[test]
    fn all_keys_are_read() {
        let config = read(
            r#"
            device = "MAX78002"
            izer-flags = ["--fifo", "--max-proc 4"]
            shapes-dir = "shapes"
            select = ["AX9"]
            extend-select = ["not-a-network"]
            ignore = ["AX981"]
            exclude = ["build/"]
            min-severity = "information"
            fail-on = "warning"
            [severity]
            AX982 = "error"
            [per-file-ignores]
            "tests/*.yaml" = ["AX982"]
            "#,
        );
        assert_eq!(config.fault, None);
        let settings = &config.settings;
        assert_eq!(settings.device, Some(DeviceId::Max78002));
        let (words, flags) = settings.izer_flags.clone().unwrap();
        assert_eq!(words, "--fifo --max-proc 4");
        assert!(flags.fifo && flags.max_proc == Some(4));
        assert!(
            config
                .resolve(settings.shapes_dir.as_deref().unwrap())
                .ends_with("shapes")
        );
        assert_eq!(settings.min_severity, Some(Severity::Information));
        assert_eq!(settings.fail_on, Some(Severity::Warning));
        assert_eq!(
            settings.severity.values().collect::<Vec<_>>(),
            [&Severity::Error]
        );
        assert!(config.selection().decide(Code(984), false));
        assert!(!config.selection().decide(Code(981), true));

        let root = config.path.as_deref().and_then(Path::parent).unwrap();
        assert!(config.excludes(&root.join("build/deep/a.yaml")));
        assert!(!config.excludes(&root.join("rebuild/a.yaml")));
        assert!(!config.excludes(Path::new("/elsewhere/build/a.yaml")));
        assert_eq!(config.ignored_in(&root.join("tests/a.yaml")).len(), 1);
        assert!(config.ignored_in(&root.join("a.yaml")).is_empty());
    }

    #[test]
    fn faults_have_a_place() {
        let faults: Vec<String> = [
            "device = ",
            "devise = \"MAX78000\"",
            "device = \"MAX78003\"",
            "device = 78000",
            "ignore = [\"AX981\", \"unused-supression\"]",
            "izer-flags = \"--max-proc x\"",
            "izer-flags = 1",
            "exclude = [\"a{b\"]",
            "[severity]\nAX981 = \"errror\"",
            "[severity]\nnothing = \"error\"",
            "[per-file-ignores]\n\"*.yaml\" = [\"AX77777\"]",
            "fail-on = \"ü\"",
        ]
        .into_iter()
        .map(|text| {
            let fault = read(text).fault.unwrap();
            let finding = &fault.findings[0];
            format!("{}: {}", finding.span.text(&fault.text), finding.message)
        })
        .collect();
        assert_snapshot!(faults.join("\n"), @r#"
        : string values must be quoted, expected literal string
        devise: there is no key `devise`; did you mean `device`?
        "MAX78003": there is no device `MAX78003`: it is MAX78000 or MAX78002
        78000: invalid type: integer `78000`, expected a string
        ["AX981", "unused-supression"]: there is no rule `unused-supression`; did you mean `unused-suppression`?
        "--max-proc x": `--max-proc` needs a number, not `x`
        1: expected a string or a list of strings
        ["a{b"]: error parsing glob 'a{b': unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
        "errror": there is no value `errror`; did you mean `error`?
        nothing: there is no rule `nothing`
        ["AX77777"]: there is no rule `AX77777`
        "ü": there is no value `ü`, only `error`, `warning`, `information`, `hint`
        "#);
    }

    #[test]
    fn an_unreadable_file_is_a_fault() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("ai8x-lint.toml");
        fs::write(&path, b"\xff").unwrap();
        assert!(Config::read(&path).fault.is_some());
    }

    #[test]
    fn the_nearest_file_counts() {
        let folder = tempdir().unwrap();
        let root = folder.path();
        let top = write(
            root,
            "pyproject.toml",
            "[tool.ai8x-lint]\ndevice = \"ai85\"",
        );
        let near = write(root, "near/.ai8x-lint.toml", "");
        write(root, "near/pyproject.toml", "[tool.ai8x-lint]");
        write(root, "far/pyproject.toml", "[tool.other]\na = 1");
        write(root, "broken/pyproject.toml", "[tool");
        let ours = write(root, "ours/pyproject.toml", "[tool.ai8x-lint]\na = 1");

        let configurations = Configurations::default();
        let path_for = |file: &str| configurations.of_file(&root.join(file)).path.clone();
        assert_eq!(path_for("a.yaml"), Some(top.clone()));
        assert_eq!(path_for("near/a.yaml"), Some(near.clone()));
        assert_eq!(path_for("near/deep/er/a.yaml"), Some(near));
        assert_eq!(path_for("far/a.yaml"), Some(top.clone()));
        assert_eq!(path_for("broken/a.yaml"), Some(top));
        assert!(configurations.faults().is_empty());
        assert_eq!(path_for("ours/a.yaml"), Some(ours));
        assert_eq!(configurations.faults().len(), 1);

        let fixed = Configurations::fixed(Config::default());
        assert_eq!(fixed.of_file(&root.join("a.yaml")).path, None);
    }
}
