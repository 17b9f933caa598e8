//! The rules: a folder an area, a file a rule, called as the rule.
//!
//! A rule is a [`Rule`] constant: code, name, default severity, documentation, examples and the
//! check. Everything that shows rules (`explain`, hovers, `docs/rules.md`) reads it from there.

/// A complete network for an example, of these lines below `layers:`; they start with a line
/// break.
macro_rules! network {
    ($layers:literal) => {
        concat!("arch: demo\ndataset: demo\n\nlayers:", $layers)
    };
}

/// A complete network for an example: the chip, the vendor's flags if they matter, and the layers.
macro_rules! example_network {
    ($device:literal, $layers:literal) => {
        concat!(
            "# ai8x-lint: device=",
            $device,
            "\narch: demo\ndataset: demo\n\nlayers:\n",
            $layers
        )
    };
    ($device:literal, $flags:literal, $layers:literal) => {
        concat!(
            "# ai8x-lint: device=",
            $device,
            "\n# ai8x-lint: flags=\"",
            $flags,
            "\"\narch: demo\ndataset: demo\n\nlayers:\n",
            $layers
        )
    };
}

/// A model for an example, called `demo`: what it constructs, and what `forward` does.
macro_rules! example_model {
    ($construct:literal, $forward:literal) => {
        concat!(
            "import torch.nn as nn\n\nimport ai8x\n\n\nclass Demo(nn.Module):\n",
            "    def __init__(self, num_channels=4, bias=True, **kwargs):\n",
            "        super().__init__()",
            $construct,
            "\n    def forward(self, x):",
            $forward,
            "\n\ndef demo(pretrained=False, **kwargs):\n    return Demo(**kwargs)\n"
        )
    };
}

/// A complete model file for an example, of these lines behind `super().__init__()`; they start with
/// a line break.
macro_rules! example_model_file {
    ($body:literal) => {
        concat!(
            "import torch.nn as nn\nimport torch.nn.functional as F\n\nimport ai8x\n\n\n",
            "class Net(nn.Module):\n",
            "    def __init__(self, num_classes=10, num_channels=3, dimensions=(32, 32), bias=True, \
             **kwargs):\n",
            "        super().__init__()",
            $body,
            "\n\ndef ai85demo(pretrained=False, **kwargs):\n    return Net(**kwargs)\n\n\n",
            "models = [{'name': 'ai85demo', 'min_input': 1, 'dim': 2}]\n"
        )
    };
}

pub mod advice;
pub mod data_memory;
pub mod device;
pub mod files;
pub mod model;
pub mod operators;
pub mod processors;
pub mod python;
pub mod sequence;
pub mod streaming;
pub mod syntax;
pub mod tool;
pub mod weight_memory;

mod edits;
pub(crate) mod relocate;
mod repair;
mod run;
pub(crate) mod words;

pub use run::{all, documented, find, on_by_default, run};

use crate::analysis::{Analysis, Fault};
use crate::device::Device;
use crate::diagnostic::{Code, Finding, Severity};
use crate::facts::Facts;
use crate::network::{Layer, Network};
use crate::text::Span;
use crate::yaml::Document;

/// A rule.
pub struct Rule {
    /// Its number; never reused.
    pub code: Code,
    /// Its kebab-case name, which is its file's name with `-` for `_`.
    pub name: &'static str,
    /// The severity of its findings, unless a check says otherwise.
    pub severity: Severity,
    /// One line, without a full stop: what is wrong.
    pub summary: &'static str,
    /// Markdown: what the rule does, and why it matters on the hardware.
    pub explanation: &'static str,
    /// Networks in which it fires and stays silent; the tests run them.
    pub examples: &'static [Example],
    /// Where the fact comes from: a place in the vendor's tool (`izer.py:477`) or a chapter of its
    /// documentation.
    pub source: &'static str,
    /// Whether its findings can carry fixes.
    pub fix: FixAvailability,
    /// Rules whose findings on the same layer this rule's finding replaces, because they are
    /// followers or a more general form of the same condition.
    pub covers: &'static [Code],
    /// The check.
    pub check: Check,
}

impl Rule {
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
            fix: self.fix,
        }
    }
}

/// What there is to read about a code: of a [`Rule`], or of the tool's own findings ([`tool`]),
/// which no check makes. The fields are those of [`Rule`].
#[derive(Clone, Copy)]
pub struct Documentation {
    /// The number.
    pub code: Code,
    /// The kebab-case name.
    pub name: &'static str,
    /// The usual severity.
    pub severity: Severity,
    /// One line, without a full stop.
    pub summary: &'static str,
    /// Markdown.
    pub explanation: &'static str,
    /// Networks that show it.
    pub examples: &'static [Example],
    /// Where the fact comes from, if it is one about the vendor's tool or the hardware.
    pub source: Option<&'static str>,
    /// Whether findings can carry fixes.
    pub fix: FixAvailability,
}

/// The check of a rule.
pub type Check = fn(&Context, &mut Findings);

/// Whether a rule's findings carry fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixAvailability {
    /// Never.
    None,
    /// Where the right text is clear.
    Sometimes,
    /// On every finding.
    Always,
}

/// A pair of networks that shows a rule: both are complete files, linted by the tests.
///
/// `bad` marks each place that the rule reports: a comment line below it with carets under the
/// place, `#   ^^^ AX411`. `^` alone may mark less than the whole place, but must start where it
/// starts. `bad` yields these findings of the rule and no other error or warning; `good` yields
/// no error and no warning. Facts come from comment directives in the text, from `shapes` and
/// from `model`.
pub struct Example {
    /// A network in which the rule fires.
    pub bad: &'static str,
    /// The same network, mended.
    pub good: &'static str,
    /// The shapes sidecar (JSON) of both, where channels or the input must be known.
    pub shapes: Option<&'static str>,
    /// The model (Python) of both, its last class, where it must be known.
    pub model: Option<&'static str>,
}

/// What a check sees.
pub struct Context<'a> {
    /// The file.
    pub text: &'a str,
    /// Its tree.
    pub document: &'a Document,
    /// Its network.
    pub network: &'a Network,
    /// What is known from outside.
    pub facts: &'a Facts,
    /// The chip.
    pub device: &'static Device,
    /// The derived facts.
    pub analysis: &'a Analysis,
    /// Whether this is only to see what a change would do: then nobody looks for ways out.
    pub is_trial: bool,
}

impl<'a> Context<'a> {
    /// All layers with their numbers, in order of the numbers.
    pub fn layers(&self) -> impl Iterator<Item = (usize, &'a Layer)> + use<'a> {
        self.network.layers.iter().enumerate()
    }

    /// The executed layers with their numbers, in order of execution.
    pub fn executed(&self) -> impl Iterator<Item = (usize, &'a Layer)> + use<'a> {
        let (analysis, network) = (self.analysis, self.network);
        analysis
            .graph
            .order
            .iter()
            .map(move |&index| (index, &network.layers[index]))
    }

    /// The layers at which the analysis found the fault that this rule reports.
    pub fn faults(&self, code: u16) -> impl Iterator<Item = (&'a Fault, &'a Layer)> + use<'a> {
        let (analysis, network) = (self.analysis, self.network);
        analysis
            .faults
            .iter()
            .filter(move |fault| fault.code.0 == code)
            .map(move |fault| (fault, &network.layers[fault.layer]))
    }
}

/// Collects the findings of one rule.
pub struct Findings<'r> {
    rule: &'r Rule,
    found: Vec<Finding>,
}

impl Findings<'_> {
    /// A finding of this rule at `span`, which belongs to `layer`; hand it to [`Self::push`].
    pub fn new_finding(
        &self,
        span: Span,
        layer: impl Into<Option<usize>>,
        message: impl Into<String>,
    ) -> Finding {
        Finding {
            code: self.rule.code,
            name: self.rule.name,
            severity: self.rule.severity,
            message: message.into(),
            span,
            layer: layer.into(),
            related: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Reports a finding.
    pub fn push(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// Reports a finding without related places, notes or fixes.
    pub fn report(
        &mut self,
        span: Span,
        layer: impl Into<Option<usize>>,
        message: impl Into<String>,
    ) {
        let finding = self.new_finding(span, layer, message);
        self.push(finding);
    }
}
