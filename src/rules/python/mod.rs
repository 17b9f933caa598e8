//! AX87, AX88: what is wrong with a model in its own Python file.
//!
//! These rules look at what the reader of models ([`crate::pytorch`]) makes of a file, model by
//! model, as the trainer would build it. Their findings are about that file, not about a network.

mod kwargs_not_forwarded;
mod layer_never_called;
mod layer_not_registered;
mod layer_setting;
mod linear_too_large;
mod map_pooled_away;
mod model_fails;
mod model_not_followed;
mod operation_off_accelerator;
mod other_chip;
mod plain_torch_layer;
mod repeated_keyword;
mod reshape_moves_channels;
mod run;
mod shape_mismatch;

pub use run::{Known, Trained, run};

use std::sync::Arc;

use crate::device::{Device, DeviceId};
use crate::diagnostic::{Code, Finding, Related, Severity};
use crate::pytorch::{Layer, Model, Place, Problem, ProblemKind};
use crate::text::Span;

use super::{Documentation, Example, FixAvailability};

/// The rules, by code.
pub static RULES: &[&PythonRule] = &[
    &plain_torch_layer::RULE,
    &operation_off_accelerator::RULE,
    &repeated_keyword::RULE,
    &model_fails::RULE,
    &shape_mismatch::RULE,
    &map_pooled_away::RULE,
    &layer_setting::RULE,
    &other_chip::RULE,
    &linear_too_large::RULE,
    &kwargs_not_forwarded::RULE,
    &model_not_followed::RULE,
    &layer_never_called::RULE,
    &layer_not_registered::RULE,
    &reshape_moves_channels::RULE,
];

/// The code of the rule that compares the chips.
pub const OTHER_CHIP: Code = Code(878);

/// A rule for models in Python.
pub struct PythonRule {
    /// Its number; never reused.
    pub code: Code,
    /// Its kebab-case name, which is its file's name with `-` for `_`.
    pub name: &'static str,
    /// The usual severity of its findings.
    pub severity: Severity,
    /// One line, without a full stop: what is wrong.
    pub summary: &'static str,
    /// Markdown: what the rule does, and why it matters.
    pub explanation: &'static str,
    /// Model files in which it fires and stays silent; the tests run them.
    pub examples: &'static [Example],
    /// Where the fact comes from.
    pub source: &'static str,
    /// The check of one model; `None` where the findings come of comparing several.
    check: Option<fn(&ModelContext, &mut ModelFindings)>,
}

impl PythonRule {
    /// What there is to read about it.
    pub fn documentation(&self) -> Documentation {
        Documentation {
            code: self.code,
            name: self.name,
            severity: self.severity,
            summary: self.summary,
            explanation: self.explanation,
            examples: self.examples,
            source: Some(self.source),
            fix: FixAvailability::None,
        }
    }

    fn finding(&self, span: Span, message: impl Into<String>) -> Finding {
        Finding {
            code: self.code,
            name: self.name,
            severity: self.severity,
            message: message.into(),
            span,
            layer: None,
            related: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }
}

/// Whether a code is one of a rule for models, whose examples are Python.
pub fn is_python(code: Code) -> bool {
    RULES.iter().any(|rule| rule.code == code)
}

/// What a check sees: one model, built for one chip.
struct ModelContext<'a> {
    /// The model's name.
    name: &'a str,
    /// Where the name stands.
    span: Span,
    /// The functions and classes of the file.
    definitions: &'a [Span],
    /// What is known of it.
    model: &'a Model,
    /// The chip.
    device: &'static Device,
    /// The input that it was followed with, as `3x32x32`.
    input: Option<String>,
    /// Whether that is surely the input of the training.
    is_input_certain: bool,
    /// Whether it is only one that the model can be built for, or none is known.
    is_input_guessed: bool,
}

impl ModelContext<'_> {
    /// The innermost of several places that is in this file; else that of the model's name.
    fn place(&self, places: impl IntoIterator<Item = Place>) -> Span {
        places
            .into_iter()
            .find(|place| place.file == 0)
            .map_or(self.span, |place| place.span)
    }

    /// Where a problem is, as far as this file goes.
    /// Reports what stopped the reader; where that is in another file, this one's call of it.
    fn report<'f>(
        &self,
        out: &'f mut ModelFindings,
        problem: &Problem,
        message: String,
    ) -> &'f mut Finding {
        let finding = out.report(self.problem_place(problem), message);
        let file = usize::try_from(problem.place.file).unwrap_or_default();
        if file > 0
            && let Some(file) = self.model.files.get(file)
        {
            finding.related.push(Related {
                message: "it stops here".to_owned(),
                span: problem.place.span,
                layer: None,
                file: Some(Arc::clone(file)),
            });
        }
        finding
    }

    fn problem_place(&self, problem: &Problem) -> Span {
        let place = self.place(std::iter::once(problem.place).chain(problem.calls.iter().copied()));
        // The trainer's own call of the function or class that makes the model, or of none.
        if self.definitions.contains(&place) || problem.kind == ProblemKind::Missing {
            self.span
        } else {
            place
        }
    }

    fn problems(&self, kind: ProblemKind) -> impl Iterator<Item = &Problem> {
        let of_kind = move |problem: &&Problem| problem.kind == kind;
        self.model.problems.iter().filter(of_kind)
    }

    /// The place of an argument of a layer, where it is known, else of the layer's constructor.
    fn layer_place(&self, layer: &Layer, argument: Option<Place>) -> Span {
        self.place(
            argument
                .into_iter()
                .chain(layer.constructed.iter().copied()),
        )
    }

    /// Whether everything that `forward` does was followed, so that what it does not do is known.
    fn is_wholly_followed(&self) -> bool {
        !self.model.calls.is_empty()
            && self.model.is_complete()
            && !self.model.problems.iter().any(|problem| {
                matches!(
                    problem.kind,
                    ProblemKind::Unknown
                        | ProblemKind::Lost
                        | ProblemKind::Foreign
                        | ProblemKind::Syntax
                ) && problem.place.file == 0
            })
    }

    /// Behind a message: the input that it depends on.
    fn with_input(&self) -> String {
        self.input
            .as_ref()
            .map_or_else(String::new, |input| format!(", with an input of {input}"))
    }

    /// How bad a failure is that may depend on the input.
    fn severity(&self) -> Severity {
        if self.is_input_certain || !(self.model.is_built || self.is_input_guessed) {
            Severity::Error
        } else {
            Severity::Warning
        }
    }
}

/// Collects the findings of one rule.
struct ModelFindings {
    rule: &'static PythonRule,
    found: Vec<Finding>,
}

impl ModelFindings {
    fn report(&mut self, span: Span, message: impl Into<String>) -> &mut Finding {
        let at = self.found.len();
        self.found.push(self.rule.finding(span, message));
        // Just pushed.
        &mut self.found[at]
    }
}

/// A layer as messages call it: its path, else its class.
fn layer_name(layer: &Layer) -> String {
    if layer.path.is_empty() {
        format!("this `{}`", layer.class)
    } else {
        format!("`{}`", layer.path)
    }
}

/// The chip that the vendor's names of models tell: `ai85…` and `ai87…`.
pub fn named_device(model: &str) -> Option<DeviceId> {
    let start = model.get(..4)?.to_ascii_lowercase();
    match start.as_str() {
        "ai85" => Some(DeviceId::Max78000),
        "ai87" => Some(DeviceId::Max78002),
        _ => None,
    }
}

/// The trainer's name of a chip.
const fn trainer(device: DeviceId) -> crate::pytorch::TrainingDevice {
    match device {
        DeviceId::Max78000 => crate::pytorch::TrainingDevice::Ai85,
        DeviceId::Max78002 => crate::pytorch::TrainingDevice::Ai87,
    }
}
