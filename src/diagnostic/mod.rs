//! What a finding is. Plain data; nothing here knows how findings are made or shown.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::{Edit, Span, TextFile};

/// The number of a rule, written `AX304`. The hundreds name the area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub u16);

impl Code {
    /// Reads `AX304` (any case).
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text
            .strip_prefix("AX")
            .or_else(|| text.strip_prefix("ax"))
            .or_else(|| text.strip_prefix("Ax"))?;
        (digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| Self(digits.parse().unwrap_or_default()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AX{:03}", self.0)
    }
}

/// How sure and how bad a finding is, worst first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The vendor's tool refuses the file, or the chip certainly computes something else.
    Error,
    /// It may be wrong, or works only by an assumption that the message names.
    Warning,
    /// Advice.
    Information,
    /// Advice that an editor shows only faintly.
    Hint,
}

impl Severity {
    /// The word for people and for JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
            Self::Hint => "hint",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Whether a fix may be applied without asking.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// Keeps the meaning that the author certainly had; `--fix` applies it.
    Safe,
    /// Probably right; `--unsafe-fixes` applies it.
    Unsafe,
    /// Only shown: one of several ways, or incomplete.
    DisplayOnly,
}

impl Applicability {
    /// The word for people and for JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::DisplayOnly => "display-only",
        }
    }
}

/// One way to mend a finding. The first fix of a finding is the preferred one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: "Rename to `out_offset`".
    pub title: String,
    /// Whether it may be applied without asking.
    pub applicability: Applicability,
    /// The changes; they do not overlap.
    pub edits: Vec<Edit>,
}

/// A further place that belongs to a finding: a producer, a consumer, the first of two keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// What this place has to do with it.
    pub message: String,
    /// Where.
    pub span: Span,
    /// The layer that the place belongs to (number with sequence holes closed).
    pub layer: Option<usize>,
    /// The file of the place, where it is another one than that of the finding.
    pub file: Option<Arc<TextFile>>,
}

/// One fault or piece of advice, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's code.
    pub code: Code,
    /// The rule's kebab-case name.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence with the numbers.
    pub message: String,
    /// The place to edit.
    pub span: Span,
    /// The layer of `span` (number with sequence holes closed); `None` for global places.
    pub layer: Option<usize>,
    /// Producers, consumers and other places.
    pub related: Vec<Related>,
    /// The arithmetic, and what helps.
    pub notes: Vec<String>,
    /// Ways to mend it, the preferred one first.
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// Adds a related place.
    #[must_use]
    pub fn related(
        mut self,
        span: Span,
        layer: impl Into<Option<usize>>,
        message: impl Into<String>,
    ) -> Self {
        self.related.push(Related {
            message: message.into(),
            span,
            layer: layer.into(),
            file: None,
        });
        self
    }

    /// Adds a related place of another file.
    #[must_use]
    pub fn related_in(
        mut self,
        file: &Arc<TextFile>,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        self.related.push(Related {
            message: message.into(),
            span,
            layer: None,
            file: Some(Arc::clone(file)),
        });
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a way to mend it.
    #[must_use]
    pub fn fix(
        mut self,
        applicability: Applicability,
        title: impl Into<String>,
        edits: Vec<Edit>,
    ) -> Self {
        self.fixes.push(Fix {
            title: title.into(),
            applicability,
            edits,
        });
        self
    }

    /// Changes the severity from the rule's default.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}
