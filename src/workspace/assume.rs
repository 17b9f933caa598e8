//! What is taken for true about a network beyond its text, each from the best source.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::device::{self, DeviceId};
use crate::diagnostic::Finding;
use crate::facts::{Facts, Flags, Weight};
use crate::network::{Layer, Network, Operation, Spanned};
use crate::pytorch::checkpoint::{self, Checkpoint};
use crate::pytorch::dataset;
use crate::report::FileReport;
use crate::rules::tool::CONFIGURATION;
use crate::text::Span;

use super::beside::{Builds, Said, Unsettled, load_checkpoint, load_sample, usual_sample};
use super::config::Config;
use super::directives::Directives;
use super::selection::Selection;
use super::shapes::Shapes;
use super::shown;
use super::source::{SourceFile, reason};

/// What the command line says; it wins over everything else.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--device`
    pub device: Option<DeviceChoice>,
    /// `--izer-flags`: the words and what they mean.
    pub flags: Option<(String, Flags)>,
    /// `--shapes`: the file and what it says.
    pub shapes: Option<(PathBuf, Shapes)>,
    /// `--checkpoint`: the file and what it says.
    pub checkpoint: Option<(PathBuf, Arc<Checkpoint>)>,
    /// `--select`, `--extend-select` and `--ignore`
    pub selection: Selection,
}

/// The value of `--device`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceChoice {
    /// This chip.
    One(DeviceId),
    /// Either: whatever is wrong on one of them is reported, with its name.
    Both,
}

/// Where something that the network does not say comes from, best first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// An option of the command line.
    CommandLine,
    /// A comment in this line (from 1) of the network.
    Directive(u32),
    /// The configuration file.
    Configuration(PathBuf),
    /// A shapes file that goes by the network's name.
    Sidecar,
    /// The command in this line (from 1) of a script, which builds the network.
    Script(PathBuf, u32),
    /// A sample that goes by the name of the data set.
    Sample,
    /// The vendor's data set of this name.
    DataSet(&'static str),
    /// The beginning of `arch`.
    Arch,
    /// The beginning of the file's name.
    FileName,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("command line"),
            Self::Directive(line) => write!(f, "comment in line {line}"),
            Self::Configuration(path) => f.write_str(&shown(path)),
            Self::Sidecar => f.write_str("has the network's name"),
            Self::Script(path, line) => write!(f, "command in {}:{line}", shown(path)),
            Self::Sample => f.write_str("has the name of `dataset`"),
            Self::DataSet(name) => write!(f, "the vendor's data set {name}"),
            Self::Arch => f.write_str("beginning of `arch`"),
            Self::FileName => f.write_str("beginning of the file's name"),
        }
    }
}

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known<T> {
    /// The value.
    pub value: T,
    /// Its source.
    pub origin: Origin,
}

/// What is taken for true about one network.
#[derive(Clone, Debug, Default)]
pub struct Assumptions {
    /// The chip; `None` where both are checked.
    pub device: Option<Known<DeviceId>>,
    /// Whether what is wrong on only one of both counts, too, because the command line asks for it.
    pub each_device: bool,
    /// The flags of the vendor's tool.
    pub flags: Option<Known<(String, Flags)>>,
    /// The shapes file and what it says.
    pub shapes: Option<Known<(PathBuf, Shapes)>>,
    /// The checkpoint and what it says.
    pub checkpoint: Option<Known<Trained>>,
    /// The input by a sample or the data set.
    pub input: Option<Known<Sample>>,
    /// What is not known although something says it.
    pub unsettled: Vec<Unsettled>,
}

/// A checkpoint of a network.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub checkpoint: Arc<Checkpoint>,
    /// The weights as the network uses them; none where it is of another model.
    pub weights: Option<Vec<Weight>>,
}

/// The input of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The file that holds one; none where only the data set is known.
    pub path: Option<PathBuf>,
    /// Channels, height and width.
    pub shape: [i64; 3],
}

impl Assumptions {
    /// As facts for the rules.
    pub fn facts(&self) -> Facts {
        Facts {
            device: self.device.as_ref().map(|known| known.value),
            input: self.input(),
            arch: self.arch(),
            weights: self.weights(),
            flags: self.flags.as_ref().map(|known| known.value.1.clone()),
            model: None,
        }
    }

    /// The name of the trained model: of a shapes file, else of the checkpoint.
    fn arch(&self) -> Option<String> {
        let written = self
            .shapes
            .as_ref()
            .and_then(|known| known.value.1.arch.clone());
        written.or_else(|| self.checkpoint.as_ref()?.value.checkpoint.arch.clone())
    }

    /// The input: of a shapes file, else of a sample or the data set.
    fn input(&self) -> Option<[i64; 3]> {
        let shapes = self.shapes.as_ref();
        shapes
            .and_then(|known| known.value.1.input())
            .or_else(|| Some(self.input.as_ref()?.value.shape))
    }

    /// The weights, of a shapes file or the checkpoint, whichever has the better source.
    fn weights(&self) -> Option<Vec<Weight>> {
        let written = self.shapes.as_ref().and_then(|known| {
            let weights = known.value.1.weights()?;
            Some((&known.origin, weights))
        });
        let trained = self
            .checkpoint
            .as_ref()
            .and_then(|known| Some((&known.origin, known.value.weights.clone()?)));
        written
            .into_iter()
            .chain(trained)
            .min_by_key(|(origin, _)| *origin)
            .map(|(_, weights)| weights)
    }

    /// What is unsettled about one thing.
    pub fn unsettled(&self, what: &str) -> Option<&Unsettled> {
        self.unsettled
            .iter()
            .find(|unsettled| unsettled.what == what)
    }

    /// Whether the chip is only likely: models of the MAX78000 are called `ai85…`, but they run on
    /// the MAX78002, too, and keep their name there.
    pub fn device_is_doubtful(&self) -> bool {
        self.device.as_ref().is_some_and(|known| {
            known.value == DeviceId::Max78000
                && matches!(known.origin, Origin::Arch | Origin::FileName)
        })
    }
}

/// What comes of looking for what a network does not say.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) assumptions: Assumptions,
    /// What is wrong with the directives that name files.
    pub(super) problems: Vec<Finding>,
    /// What is wrong with the shapes file.
    pub(super) sidecar: Option<FileReport>,
}

/// Looks through all sources.
pub(super) fn gather(
    file: &SourceFile,
    network: &Network,
    config: &Config,
    overrides: &Overrides,
    directives: &Directives,
) -> Gathered {
    let sources = Sources {
        file,
        config,
        overrides,
        directives,
    };
    let stated = sources.stated_device();
    let builds = Builds::find(&file.path, stated.as_ref().map(|known| known.value));
    let mut gathered = Gathered {
        assumptions: Assumptions {
            each_device: overrides.device == Some(DeviceChoice::Both),
            ..Assumptions::default()
        },
        problems: Vec::new(),
        sidecar: None,
    };
    let known = &mut gathered.assumptions;
    known.device = sources.device(stated, &builds, &mut known.unsettled);
    known.flags = sources.flags(&builds, &mut known.unsettled);
    known.checkpoint = sources.checkpoint(network, &builds, &mut known.unsettled);
    known.input = sources.input(network, &builds, &mut known.unsettled);
    match sources.shapes() {
        Ok(shapes) => known.shapes = shapes,
        Err(ShapesFault::Missing(problem)) => gathered.problems.push(*problem),
        Err(ShapesFault::Wrong(report)) => gathered.sidecar = Some(report),
    }
    gathered
}

/// The chip that somebody states for a file.
pub(super) fn stated_device(
    file: &SourceFile,
    config: &Config,
    overrides: &Overrides,
    directives: &Directives,
) -> Option<Known<DeviceId>> {
    let sources = Sources {
        file,
        config,
        overrides,
        directives,
    };
    sources.stated_device()
}

struct Sources<'a> {
    file: &'a SourceFile,
    config: &'a Config,
    overrides: &'a Overrides,
    directives: &'a Directives,
}

/// Why there are no shapes although somebody meant to say them.
enum ShapesFault {
    /// A directive names a file that is not there.
    Missing(Box<Finding>),
    /// The file is wrong.
    Wrong(FileReport),
}

impl Sources<'_> {
    /// The chip that somebody states for this network.
    fn stated_device(&self) -> Option<Known<DeviceId>> {
        match self.overrides.device {
            Some(DeviceChoice::Both) => None,
            Some(DeviceChoice::One(value)) => Some(Known {
                value,
                origin: Origin::CommandLine,
            }),
            None => self
                .directed(&self.directives.device)
                .or_else(|| self.configured(self.config.settings.device.as_ref())),
        }
    }

    /// The chip as stated, else as commands build the network, else as its name suggests.
    fn device(
        &self,
        stated: Option<Known<DeviceId>>,
        builds: &Builds,
        unsettled: &mut Vec<Unsettled>,
    ) -> Option<Known<DeviceId>> {
        if stated.is_some() || self.overrides.device.is_some() {
            return stated;
        }
        match builds.device() {
            Said::Nothing => self.named_device(),
            said => settled("device", said, unsettled),
        }
    }

    /// The chip by the names that the vendor gives to models. `ai87` wins, because networks for
    /// the MAX78002 are made from `ai85` models, too.
    fn named_device(&self) -> Option<Known<DeviceId>> {
        let file_name = self.file.path.file_name().unwrap_or_default();
        let names = [
            (self.file.arch().map(str::to_owned), Origin::Arch),
            (file_name.to_str().map(str::to_owned), Origin::FileName),
        ];
        let starting_with = |prefix: &str, value| {
            names.iter().find_map(|(name, origin)| {
                let start = name.as_deref()?.get(..prefix.len())?;
                start.eq_ignore_ascii_case(prefix).then(|| Known {
                    value,
                    origin: origin.clone(),
                })
            })
        };
        starting_with("ai87", DeviceId::Max78002)
            .or_else(|| starting_with("ai85", DeviceId::Max78000))
    }

    fn flags(
        &self,
        builds: &Builds,
        unsettled: &mut Vec<Unsettled>,
    ) -> Option<Known<(String, Flags)>> {
        match &self.overrides.flags {
            Some(flags) => Some(Known {
                value: flags.clone(),
                origin: Origin::CommandLine,
            }),
            None => self
                .directed(&self.directives.flags)
                .or_else(|| self.configured(self.config.settings.izer_flags.as_ref()))
                .or_else(|| settled("izer-flags", builds.flags(), unsettled)),
        }
    }

    /// The checkpoint that the command line or the commands name.
    fn checkpoint(
        &self,
        network: &Network,
        builds: &Builds,
        unsettled: &mut Vec<Unsettled>,
    ) -> Option<Known<Trained>> {
        let mut unusable = |why: String| {
            unsettled.push(Unsettled {
                what: "checkpoint",
                why,
            });
        };
        let (path, checkpoint, origin) = match &self.overrides.checkpoint {
            Some((path, checkpoint)) => (path.clone(), Arc::clone(checkpoint), Origin::CommandLine),
            None => {
                let path = match builds.checkpoint() {
                    Said::Nothing => return None,
                    Said::One(known) => known,
                    Said::Unsettled(why) => {
                        unusable(why);
                        return None;
                    }
                };
                let shown = format!("{} ({})", shown(&path.value), path.origin);
                if builds.skips_layers() {
                    unusable(format!("{shown}: the command skips some of the layers"));
                    return None;
                }
                let checkpoint = match load_checkpoint(&path.value) {
                    Ok(checkpoint) => checkpoint,
                    Err(fault) => {
                        unusable(format!("{shown}: {fault}"));
                        return None;
                    }
                };
                (path.value, checkpoint, path.origin)
            }
        };
        let other = checkpoint.arch.as_ref().zip(self.file.arch());
        let weights = other
            .is_none_or(|(own, arch)| own.eq_ignore_ascii_case(arch))
            .then(|| {
                let usages = checkpoint::usages(network, checkpoint.layers.len());
                checkpoint.weights(&usages)
            });
        Some(Known {
            value: Trained {
                path,
                checkpoint,
                weights,
            },
            origin,
        })
    }

    /// The input by the sample that the commands name, by that which has the name of the data set,
    /// or by the data set itself.
    fn input(
        &self,
        network: &Network,
        builds: &Builds,
        unsettled: &mut Vec<Unsettled>,
    ) -> Option<Known<Sample>> {
        let dataset = network.dataset.get();
        let sample = match builds.sample() {
            Said::Nothing => dataset
                .and_then(|dataset| usual_sample(&self.file.path, dataset))
                .map(|value| Known {
                    value,
                    origin: Origin::Sample,
                }),
            said => Some(settled("input", said, unsettled)?),
        };
        let Some(sample) = sample else {
            let (name, shape) = dataset::input(dataset?)?;
            if starts_idle(network) {
                unsettled.push(Unsettled {
                    what: "input",
                    why: "the first layers only pass their input on, so that `--start-layer` may \
                          start behind them"
                        .to_owned(),
                });
                return None;
            }
            if !takes(network, shape) {
                unsettled.push(Unsettled {
                    what: "input",
                    why: format!(
                        "the vendor's data set {name} gives {}x{}x{}, which the first layer does \
                         not take",
                        shape[0], shape[1], shape[2]
                    ),
                });
                return None;
            }
            return Some(Known {
                value: Sample { path: None, shape },
                origin: Origin::DataSet(name),
            });
        };
        match load_sample(&sample.value) {
            Ok(shape) => Some(Known {
                value: Sample {
                    path: Some(sample.value),
                    shape,
                },
                origin: sample.origin,
            }),
            Err(fault) => {
                unsettled.push(Unsettled {
                    what: "input",
                    why: format!("{} ({}): {fault}", shown(&sample.value), sample.origin),
                });
                None
            }
        }
    }

    fn shapes(&self) -> Result<Option<Known<(PathBuf, Shapes)>>, ShapesFault> {
        if let Some(shapes) = &self.overrides.shapes {
            return Ok(Some(Known {
                value: shapes.clone(),
                origin: Origin::CommandLine,
            }));
        }
        let folder = self.file.path.parent().unwrap_or(Path::new(""));
        if let Some(named) = &self.directives.shapes {
            let path = folder.join(&named.value);
            if !path.is_file() {
                let message = format!("there is no file `{}`", shown(&path));
                let problem = CONFIGURATION.finding(named.span, message);
                return Err(ShapesFault::Missing(Box::new(problem)));
            }
            let origin = Origin::Directive(self.file.line(named.span.start));
            return read_shapes(path, origin)
                .map(Some)
                .map_err(ShapesFault::Wrong);
        }
        let name = Path::new(self.file.path.file_stem().unwrap_or_default())
            .with_added_extension("shapes.json");
        let elsewhere = self.config.settings.shapes_dir.as_deref();
        let path = std::iter::once(folder.join(&name))
            .chain(elsewhere.map(|folder| self.config.resolve(folder).join(&name)))
            .find(|path| path.is_file());
        path.map(|path| read_shapes(path, Origin::Sidecar))
            .transpose()
            .map_err(ShapesFault::Wrong)
    }

    fn directed<T: Clone>(&self, directive: &Option<Spanned<T>>) -> Option<Known<T>> {
        let directive = directive.as_ref()?;
        Some(Known {
            value: directive.value.clone(),
            origin: Origin::Directive(self.file.line(directive.span.start)),
        })
    }

    fn configured<T: Clone>(&self, value: Option<&T>) -> Option<Known<T>> {
        Some(Known {
            value: value?.clone(),
            origin: Origin::Configuration(self.config.path.clone()?),
        })
    }
}

/// Whether a network begins with layers that nobody needs unless it starts behind them.
fn starts_idle(network: &Network) -> bool {
    let is_idle = |layer: &Layer| {
        layer.op.value() == Some(Operation::Passthrough)
            && layer.eltwise.is_absent()
            && layer.max_pool.is_absent()
            && layer.avg_pool.is_absent()
    };
    matches!(network.layers.as_slice(), [first, second, ..] if is_idle(first) && is_idle(second))
}

/// Whether the first layer is made for such an input, as far as it says. People keep the name of a
/// data set while they fold or crop its images.
fn takes(network: &Network, [channels, height, width]: [i64; 3]) -> bool {
    let Some(first) = network.layers.first() else {
        return true;
    };
    let processors = first.processors.value().map(|mask| mask.count_ones());
    let enough = processors.is_none_or(|processors| {
        let processors = i64::from(processors);
        processors == channels || channels > i64::from(device::PROCESSORS)
    });
    enough
        && first.in_channels.value().is_none_or(|own| own == channels)
        && first
            .in_dim
            .value()
            .is_none_or(|own| own == [height, width])
}

/// What is said, if all say the same; else it is noted.
fn settled<T>(
    what: &'static str,
    said: Said<T>,
    unsettled: &mut Vec<Unsettled>,
) -> Option<Known<T>> {
    match said {
        Said::Nothing => None,
        Said::One(known) => Some(known),
        Said::Unsettled(why) => {
            unsettled.push(Unsettled { what, why });
            None
        }
    }
}

fn read_shapes(path: PathBuf, origin: Origin) -> Result<Known<(PathBuf, Shapes)>, FileReport> {
    load_shapes(&path).map(|shapes| Known {
        value: (path, shapes),
        origin,
    })
}

/// Reads a shapes file.
///
/// # Errors
/// What is wrong with it, as the findings of that file.
pub fn load_shapes(path: &Path) -> Result<Shapes, FileReport> {
    let (text, fault) = match fs::read_to_string(path) {
        Ok(text) => match Shapes::parse(&text) {
            Ok(shapes) => return Ok(shapes),
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
    Err(FileReport {
        path: shown(path),
        text,
        findings: vec![fault],
    })
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use super::*;
    use crate::workspace::directives;

    /// What is known about a network of this name and text in `folder`.
    fn gathered(
        folder: &Path,
        name: &str,
        text: &str,
        config: &Config,
        overrides: &Overrides,
    ) -> Gathered {
        let file = SourceFile::new(name.to_owned(), folder.join(name), text.to_owned());
        let directives = directives::parse(&file.text, &file.document);
        let network = crate::network::lower(&file.document, &file.text);
        gather(&file, &network, config, overrides, &directives)
    }

    fn config(folder: &Path, text: &str) -> Config {
        let path = folder.join("ai8x-lint.toml");
        fs::write(&path, text).unwrap();
        Config::read(&path)
    }

    #[test]
    fn the_device_comes_from_the_best_source() {
        let folder = tempdir().unwrap();
        let configured = config(folder.path(), "device = \"MAX78002\"");
        let given = |choice| Overrides {
            device: Some(choice),
            ..Overrides::default()
        };
        let device = |name: &str, text: &str, config: &Config, overrides: &Overrides| {
            gathered(folder.path(), name, text, config, overrides)
                .assumptions
                .device
                .map(|known| (known.value.name(), known.origin.to_string()))
        };
        let (none, unset) = (Config::default(), Overrides::default());
        let known = |device, origin: &str| Some((device, origin.to_owned()));

        let text = "arch: ai85net\n# ai8x-lint: device=MAX78000\n";
        let first = given(DeviceChoice::One(DeviceId::Max78002));
        assert_eq!(
            device("a.yaml", text, &configured, &first),
            known("MAX78002", "command line")
        );
        let both = given(DeviceChoice::Both);
        assert_eq!(device("a.yaml", text, &configured, &both), None);
        assert_eq!(
            device("a.yaml", text, &configured, &unset),
            known("MAX78000", "comment in line 2")
        );
        let origin = folder.path().join("ai8x-lint.toml").display().to_string();
        assert_eq!(
            device("a.yaml", "arch: ai85net\n", &configured, &unset),
            known("MAX78002", &origin)
        );
        assert_eq!(
            device("a.yaml", "arch: AI85net\n", &none, &unset),
            known("MAX78000", "beginning of `arch`")
        );
        assert_eq!(
            device("ai87-a.yaml", "arch: ai85net\n", &none, &unset),
            known("MAX78002", "beginning of the file's name")
        );
        assert_eq!(device("a.yaml", "arch: net85\n", &none, &unset), None);
        assert_eq!(device("ä.yaml", "arch: aiü\n", &none, &unset), None);
    }

    #[test]
    fn only_the_name_of_a_max78000_is_doubtful() {
        let folder = tempdir().unwrap();
        let doubtful = |text: &str| {
            gathered(
                folder.path(),
                "a.yaml",
                text,
                &Config::default(),
                &Overrides::default(),
            )
            .assumptions
            .device_is_doubtful()
        };
        assert!(doubtful("arch: ai85net\n"));
        assert!(!doubtful("arch: ai87net\n"));
        assert!(!doubtful("arch: ai85net # ai8x-lint: device=ai85\n"));
        assert!(!doubtful("arch: net\n"));
    }

    #[test]
    fn the_flags_come_from_the_best_source() {
        let folder = tempdir().unwrap();
        let configured = config(folder.path(), "izer-flags = \"--fifo\"");
        let flags = |text: &str, config: &Config, given: Option<&str>| {
            let overrides = Overrides {
                flags: given.map(|words| (words.to_owned(), Flags::default())),
                ..Overrides::default()
            };
            let known = gathered(folder.path(), "a.yaml", text, config, &overrides)
                .assumptions
                .flags;
            known.map(|known| known.value.0)
        };
        let text = "# ai8x-lint: izer-flags=\"--no-kat\"\n";
        let known = |words: &str| Some(words.to_owned());
        assert_eq!(
            flags(text, &configured, Some("--mlator")),
            known("--mlator")
        );
        assert_eq!(flags(text, &configured, None), known("--no-kat"));
        assert_eq!(flags("", &configured, None), known("--fifo"));
        assert_eq!(flags("", &Config::default(), None), None);
    }

    #[test]
    fn the_shapes_come_from_the_best_source() {
        let folder = tempdir().unwrap();
        let root = folder.path();
        let write = |name: &str, channels: u8| {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("{{\"input\": [{channels}, 1, 1]}}")).unwrap();
        };
        let configured = config(root, "shapes-dir = \"deep/shapes\"");
        let channels = |text: &str| {
            let found = gathered(root, "a.b.yaml", text, &configured, &Overrides::default());
            let input = found.assumptions.facts().input;
            (
                input.map(|input| input[0]),
                found.problems.len(),
                found.sidecar.is_some(),
            )
        };
        assert_eq!(channels(""), (None, 0, false));
        write("deep/shapes/a.b.shapes.json", 1);
        assert_eq!(channels(""), (Some(1), 0, false));
        write("a.b.shapes.json", 2);
        assert_eq!(channels(""), (Some(2), 0, false));
        write("other.json", 3);
        assert_eq!(
            channels("# ai8x-lint: shapes=other.json\n"),
            (Some(3), 0, false)
        );
        // Whoever names a file means that one.
        assert_eq!(
            channels("# ai8x-lint: shapes=absent.json\n"),
            (None, 1, false)
        );
        fs::write(root.join("other.json"), "[").unwrap();
        assert_eq!(
            channels("# ai8x-lint: shapes=other.json\n"),
            (None, 0, true)
        );
        fs::write(root.join("other.json"), b"\xff").unwrap();
        assert_eq!(
            channels("# ai8x-lint: shapes=other.json\n"),
            (None, 0, true)
        );
    }
}
