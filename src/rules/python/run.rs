//! All rules over all models of one file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::device::DeviceId;
use crate::diagnostic::{Finding, Severity};
use crate::pytorch::{self, Entry, Layer, Model, Outline, ProblemKind, Resolve, Training, dataset};
use crate::rules::tool;
use crate::text::Span;

use super::{
    ModelContext, ModelFindings, RULES, model_not_followed, named_device, other_chip, trainer,
};

/// What is known beside the text.
pub struct Known<'a> {
    /// Name of the file.
    pub file: &'a str,
    /// The chips that somebody states; empty where nobody does.
    pub devices: &'a [DeviceId],
    /// Whether AX878 is asked for, which needs every model built for the other chip, too.
    pub compares_chips: bool,
    /// What commands train a model with, by its name.
    pub training: &'a dyn Fn(&str) -> Trained,
    /// Imported files.
    pub resolve: &'a dyn Resolve,
}

/// What commands say of the training of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trained {
    /// The chip, where all say the same.
    pub device: Option<DeviceId>,
    /// How they train it; the input of each is known.
    pub runs: Vec<Training>,
}

/// Runs every rule over the models of a file; findings come in order of the text.
pub fn run(text: &str, outline: &Outline, known: &Known) -> Vec<Finding> {
    let mut found = Vec::new();
    for (span, message) in outline.errors.iter().take(1) {
        found.push(model_not_followed::unreadable(*span, message));
    }
    let (entries, are_listed) = match &outline.models {
        Some(models) => (models, true),
        None => (&outline.classes, false),
    };
    for entry in entries {
        let file = File {
            text,
            definitions: &outline.definitions,
            known,
            are_listed,
        };
        // A check that panics costs its own model's findings.
        match catch_unwind(AssertUnwindSafe(|| file.judge(entry))) {
            Ok(findings) => found.extend(findings),
            Err(_) => found.push(tool::INTERNAL_ERROR.finding(
                entry.span,
                format!(
                    "the checks of the model `{}` failed; please report it with the file",
                    entry.name
                ),
            )),
        }
    }
    found.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.span, finding.code, finding.severity);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    // Models share their classes.
    found.dedup_by(|a, b| (a.code, a.span, &a.message) == (b.code, b.span, &b.message));
    found
}

/// Inputs that are tried where none is known; a model that fits more is not told by its input.
const MOST_GUESSES: usize = 4;
/// A number of classes where the signature has none.
const ANY_CLASSES: i64 = 10;

struct File<'a> {
    text: &'a str,
    definitions: &'a [Span],
    known: &'a Known<'a>,
    /// Whether the models are in the list `models`, so that the trainer builds them.
    are_listed: bool,
}

/// A model as it was followed.
struct Followed {
    model: Model,
    input: Option<[i64; 3]>,
    is_input_certain: bool,
    is_input_guessed: bool,
}

impl File<'_> {
    fn judge(&self, entry: &Entry) -> Vec<Finding> {
        let trained = (self.known.training)(&entry.name);
        // Models of the predecessor have rules of their own.
        if entry.name.starts_with("ai84") {
            return Vec::new();
        }
        let named = named_device(&entry.name);
        let on = |device| self.judge_on(entry, &trained, device);
        let stated = match self.known.devices {
            [] => trained
                .device
                .or_else(|| named.filter(|device| *device == DeviceId::Max78002)),
            [one] => Some(*one),
            several => return several.iter().flat_map(|device| on(*device)).collect(),
        };
        let (device, other) = match stated {
            Some(DeviceId::Max78002) => (DeviceId::Max78002, DeviceId::Max78000),
            _ => (DeviceId::Max78000, DeviceId::Max78002),
        };
        let mut own = on(device);
        let is_doubtful = stated.is_none() && !own.is_empty();
        if !is_doubtful && !self.known.compares_chips {
            return own;
        }
        let elsewhere = on(other);
        if self.known.compares_chips && stated.or(named).is_some() {
            own.extend(other_chip::compare(entry.span, &own, &elsewhere, other));
        }
        if is_doubtful {
            // It may be meant for the other chip alone.
            own.retain_mut(|finding| {
                let is_twin =
                    |twin: &&Finding| twin.code == finding.code && twin.span == finding.span;
                match elsewhere.iter().find(is_twin) {
                    Some(twin) => finding.severity = finding.severity.max(twin.severity),
                    None if named.is_some() => {
                        finding.severity = finding.severity.max(Severity::Warning);
                    }
                    None => return false,
                }
                true
            });
        }
        own
    }

    fn judge_on(&self, entry: &Entry, trained: &Trained, device: DeviceId) -> Vec<Finding> {
        let followed = self.follow(entry, trained, device);
        let mut found = followed
            .iter()
            .map(|followed| self.judge_followed(entry, followed, device));
        let mut common = found.next().unwrap_or_default();
        // What is wrong with some of several guesses only, may be the guess.
        for other in found {
            common.retain(|finding| {
                let is_twin =
                    |twin: &Finding| (twin.code, twin.span) == (finding.code, finding.span);
                other.iter().any(is_twin)
            });
        }
        common
    }

    fn judge_followed(&self, entry: &Entry, followed: &Followed, device: DeviceId) -> Vec<Finding> {
        let model = &followed.model;
        // A class that nobody lists may get whatever arguments it needs.
        if !model.is_built && !self.are_listed {
            return Vec::new();
        }
        // A model of PyTorch's layers alone is no model for the accelerator: a teacher, perhaps.
        let is_ours = |layer: &Layer| !layer.class.starts_with("nn.");
        if model.is_built && !model.layers.iter().any(is_ours) {
            return Vec::new();
        }
        let context = ModelContext {
            name: &entry.name,
            span: entry.span,
            definitions: self.definitions,
            model,
            device: device.table(),
            input: followed.input.map(|input| match input {
                [channels, length, 1] => format!("{channels}x{length}"),
                [channels, height, width] => format!("{channels}x{height}x{width}"),
            }),
            is_input_certain: followed.is_input_certain,
            is_input_guessed: followed.is_input_guessed,
        };
        let mut found = Vec::new();
        for rule in RULES {
            if let Some(check) = rule.check {
                let mut findings = ModelFindings {
                    rule,
                    found: Vec::new(),
                };
                check(&context, &mut findings);
                found.append(&mut findings.found);
            }
        }
        found
    }

    /// Builds the model and follows it with an input of its training, the first that it can be
    /// built for; where no command says one, with the input that its signature names. Where that
    /// has none either, with those of the vendor's data sets that it can be built for.
    fn follow(&self, entry: &Entry, trained: &Trained, device: DeviceId) -> Vec<Followed> {
        let only_built = |model| {
            vec![Followed {
                model,
                input: None,
                is_input_certain: false,
                is_input_guessed: false,
            }]
        };
        let is_input_certain = !trained.runs.is_empty();
        let mut runs = trained.runs.clone();
        let mut unbuilt = None;
        if !is_input_certain {
            let built = self.read(entry, &Training::default(), device);
            let fatal = [
                ProblemKind::Missing,
                ProblemKind::Keyword,
                ProblemKind::Budget,
            ];
            if fatal.into_iter().any(|kind| has_failed(&built, kind)) {
                return only_built(built);
            }
            runs.extend(usual_input(&built).map(run_with));
            if !built.is_built {
                unbuilt = Some(built);
            }
        }
        let is_guess = runs.is_empty();
        if is_guess {
            runs.extend(dataset::inputs().map(run_with));
        }
        let mut first = None;
        let mut complete = Vec::new();
        let mut classes = None;
        for mut run in runs {
            run.classes = run.classes.or(classes);
            let (model, needed) = self.read_any(entry, &run, device);
            classes = classes.or(needed);
            let followed = Followed {
                model,
                input: run.input,
                is_input_certain,
                is_input_guessed: is_guess,
            };
            // A first layer that needs other dimensions is fed with something else, such as one
            // of several frames.
            if has_failed(&followed.model, ProblemKind::Rank) && followed.model.calls.is_empty() {
                if is_guess {
                    continue;
                }
                return only_built(self.read(entry, &Training::default(), device));
            }
            if followed.model.is_complete() {
                complete.push(followed);
                if !is_guess || complete.len() == MOST_GUESSES {
                    break;
                }
                continue;
            }
            // More work of the same kind tells no more.
            let is_endless = has_failed(&followed.model, ProblemKind::Budget);
            first.get_or_insert(followed);
            if is_endless {
                break;
            }
        }
        if !complete.is_empty() {
            return complete;
        }
        match (first, unbuilt) {
            // No input matters.
            (Some(first), Some(unbuilt)) if unbuilt.problems == first.model.problems => {
                only_built(unbuilt)
            }
            (Some(first), _) => vec![first],
            // It needs something that nobody knows.
            (None, Some(_)) => Vec::new(),
            (None, None) => only_built(self.read(entry, &Training::default(), device)),
        }
    }

    fn read(&self, entry: &Entry, run: &Training, device: DeviceId) -> Model {
        self.read_any(entry, run, device).0
    }

    /// Reads the model. The number of classes is that of the signature, any where that has none;
    /// then that number comes back, too.
    fn read_any(&self, entry: &Entry, run: &Training, device: DeviceId) -> (Model, Option<i64>) {
        let run = Training {
            device: trainer(device),
            // A model that needs a bias says so by an assertion.
            bias: Some(true),
            ..run.clone()
        };
        let model = self.read_run(entry, &run);
        let is_final = model.is_built || !has_failed(&model, ProblemKind::Failure);
        if is_final || run.classes.is_some() {
            return (model, None);
        }
        let any = Training {
            classes: Some(ANY_CLASSES),
            ..run
        };
        let other = self.read_run(entry, &any);
        if other.is_built {
            (other, any.classes)
        } else {
            (model, None)
        }
    }

    fn read_run(&self, entry: &Entry, run: &Training) -> Model {
        let mut request = run.request(self.known.file, self.text, &entry.name);
        if !self.are_listed {
            // `pretrained` is for the functions that make models.
            request.arguments.retain(|(name, _)| {
                let takes = |keywords: &Vec<String>| keywords.contains(name);
                name != "pretrained" && entry.keywords.as_ref().is_none_or(takes)
            });
        }
        pytorch::read_model(&request, self.known.resolve)
    }
}

/// A training of which only the input is known.
fn run_with(input: [i64; 3]) -> Training {
    Training {
        input: Some(input),
        ..Training::default()
    }
}

fn has_failed(model: &Model, kind: ProblemKind) -> bool {
    model.problems.iter().any(|problem| problem.kind == kind)
}

/// The input that a model is made for by the defaults of its signature.
fn usual_input(model: &Model) -> Option<[i64; 3]> {
    let channels = model.defaults.channels?;
    match model.defaults.dimensions.as_deref()? {
        [length] => Some([channels, *length, 1]),
        [height, width] => Some([channels, *height, *width]),
        _ => None,
    }
    .filter(|input| input.iter().all(|side| *side > 0))
}
