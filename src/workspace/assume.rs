//! What is taken for true about a network beyond its text, each from the best source.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::device::{self, DeviceId};
use crate::diagnostic::{Finding, Severity};
use crate::facts::{Facts, Flags, Weight};
use crate::network::{Layer, Network, Operation, Spanned};
use crate::pytorch::checkpoint::{self, Checkpoint};
use crate::pytorch::dataset;
use crate::report::FileReport;
use crate::rules::files;
use crate::rules::tool::CONFIGURATION;
use crate::text::Span;

use super::beside::{Builds, Said, Unsettled, joined, load_checkpoint, load_sample, usual_sample};
use super::config::Config;
use super::counterpart::{Finder, ModelName, Modeled};
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
    /// `--model`, by an absolute path.
    pub model: Option<ModelName>,
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
    /// The data set of this name.
    DataSet(String),
    /// A model that is called as `arch` says.
    ModelName,
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
            Self::DataSet(name) => write!(f, "data set {name}"),
            Self::ModelName => f.write_str("`arch` is its name"),
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
    /// The model.
    pub model: Option<Known<Modeled>>,
    /// Models that may be meant, where nobody says which.
    pub candidates: Vec<ModelName>,
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
            model: self
                .model
                .as_ref()
                .map(|known| Arc::clone(&known.value.model)),
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
    pub(super) fn input(&self) -> Option<[i64; 3]> {
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
    known.checkpoint = sources.checkpoint(
        network,
        &builds,
        &mut known.unsettled,
        &mut gathered.problems,
    );
    known.input = sources.input(
        network,
        &builds,
        &mut known.unsettled,
        &mut gathered.problems,
    );
    sources.model(network, known, &mut gathered.problems);
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
    /// The model, and the input that it is trained for.
    fn model(&self, network: &Network, known: &mut Assumptions, problems: &mut Vec<Finding>) {
        let named = match &self.overrides.model {
            Some(model) => Some(Known {
                value: model.clone(),
                origin: Origin::CommandLine,
            }),
            None => self.directed(&self.directives.model).map(|known| Known {
                value: ModelName::parse(&known.value),
                origin: known.origin,
            }),
        };
        let directive = self.directives.model.as_ref().map(|model| model.span);
        let arch = network.arch.span();
        let place = match named.as_ref().map(|named| &named.origin) {
            Some(Origin::CommandLine) => arch,
            _ => directive.or(arch),
        };
        let is_named = named.is_some();
        let finder = Finder {
            file: self.file,
            config: self.config,
            network,
            device: known.device.as_ref().map(|known| known.value),
            input: known.input(),
            named,
        };
        match finder.find() {
            Ok(found) => known.model = found,
            Err(unfound) => {
                let place = place.unwrap_or_else(|| Span::at(0));
                problems.extend(unfound.finding(self.file, place, is_named));
                known.unsettled.push(Unsettled {
                    what: "model",
                    why: unfound.why,
                });
                known.candidates = unfound.candidates;
            }
        }
        let own = known
            .model
            .as_ref()
            .and_then(|known| known.value.training.data_set.as_ref());
        if let Some((set, true)) = own
            && known.input.is_none()
            && known.unsettled("input").is_none()
            && let Some(shape) = set.input
            && takes(network, shape)
            && !starts_idle(network)
        {
            known.input = Some(Known {
                value: Sample { path: None, shape },
                origin: Origin::DataSet(set.name.clone()),
            });
        }
    }

    /// Where findings about the files of the network stand: at its name.
    fn place(&self) -> Span {
        self.file.arch_span().unwrap_or_else(|| Span::at(0))
    }

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

    /// The checkpoint that the command line, a comment or the commands name.
    fn checkpoint(
        &self,
        network: &Network,
        builds: &Builds,
        unsettled: &mut Vec<Unsettled>,
        problems: &mut Vec<Finding>,
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
                let folder = self.file.path.parent().unwrap_or(Path::new(""));
                let said = match self.directed(&self.directives.checkpoint) {
                    Some(Known { value, origin }) => Said::One(Known {
                        value: joined(folder, value),
                        origin,
                    }),
                    None => builds.checkpoint(),
                };
                let path = match said {
                    Said::Nothing => {
                        let is_test = self.file.arch() == Some("test");
                        if let Some(origin) = builds.without_checkpoint().filter(|_| !is_test) {
                            let message = format!("the {origin} names no checkpoint");
                            problems.push(files::CHECKPOINT_MISSING.finding(self.place(), message));
                        }
                        return None;
                    }
                    Said::One(known) => known,
                    Said::Unsettled(why) => {
                        unusable(why);
                        return None;
                    }
                };
                let shown = format!("{} ({})", shown(&path.value), path.origin);
                let directive = self.directives.checkpoint.as_ref();
                if directive.is_none() && builds.skips_layers() {
                    unusable(format!("{shown}: the command skips some of the layers"));
                    return None;
                }
                let checkpoint = match load_checkpoint(&path.value) {
                    Ok(checkpoint) => checkpoint,
                    Err(fault) => {
                        let message = format!("{}: {fault}", super::shown(&path.value));
                        problems.push(if let Some(directive) = directive {
                            CONFIGURATION.finding(directive.span, message)
                        } else if path.value.is_file() && fault != checkpoint::ONLY_POINTER {
                            files::CHECKPOINT_STRUCTURE.finding(self.place(), message)
                        } else {
                            files::CHECKPOINT_MISSING
                                .finding(self.place(), message)
                                .severity(Severity::Information)
                        });
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
        if weights.is_some() {
            let name = super::shown(&path);
            let found = files::check_checkpoint(network, &checkpoint, &name, self.place());
            let folds = builds.ignores_batch_norm();
            let counts =
                |finding: &Finding| !folds || finding.code != files::UNFUSED_BATCHNORM.code;
            problems.extend(found.into_iter().filter(counts));
        }
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
        problems: &mut Vec<Finding>,
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
                origin: Origin::DataSet(name.to_owned()),
            });
        };
        let place = network.dataset.span().unwrap_or_else(|| self.place());
        let name = shown(&sample.value);
        match load_sample(&sample.value) {
            Ok(sampled) => {
                let fault = sampled.fault.map(|fault| format!("{name}: {fault}"));
                problems.extend(fault.map(|fault| files::SAMPLE_DATA.finding(place, fault)));
                Some(Known {
                    value: Sample {
                        path: Some(sample.value),
                        shape: sampled.shape,
                    },
                    origin: sample.origin,
                })
            }
            Err(fault) => {
                let finding = files::SAMPLE_DATA.finding(place, format!("{name}: {fault}"));
                problems.push(match sample.value.is_file() {
                    true => finding,
                    false => finding.severity(Severity::Information),
                });
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
mod tests;
