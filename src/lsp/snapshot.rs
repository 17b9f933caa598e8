//! One version of a document, analysed. Everything that is said of a document is said of a snapshot.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use tower_lsp::ls_types::{Position, Range, Uri};

use crate::diagnostic::{Finding, Severity};
use crate::ide::Analyzed;
use crate::report::FileReport;
use crate::rules::tool;
use crate::text::Span;
use crate::workspace::{
    Assumptions, Config, Configurations, Linted, Overrides, SourceFile, lint_once, tried,
};

use super::documents::Document;
use super::position::{Encoding, Lines};
use super::settings::Settings;

/// What is known beside the text.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    /// Where the file lies, or would.
    pub(super) path: PathBuf,
    pub(super) configurations: Arc<Configurations>,
    pub(super) settings: Arc<Settings>,
    pub(super) encoding: Encoding,
}

/// The analysis of one version.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) generation: u64,
    pub(super) is_network: bool,
    pub(super) file: SourceFile,
    pub(super) config: Arc<Config>,
    pub(super) overrides: Overrides,
    pub(super) settings: Arc<Settings>,
    /// What is found, without what is not worth showing.
    pub(super) linted: Linted,
    lines: Lines,
    analyzed: OnceLock<Analyzed>,
    /// The findings with their fixes tried.
    tried: Vec<OnceLock<Finding>>,
}

impl Snapshot {
    /// Analyses. Whatever happens, there is a result. What there is of the document before an edit makes
    /// it quicker.
    pub(super) fn new(document: &Document, around: &Surroundings, before: Option<&Self>) -> Self {
        let before = before.filter(|before| before.file.path == around.path);
        let work = || {
            let text = document.text.to_string();
            let file = match before {
                Some(before) => before.file.edited(text),
                None => Self::file(around, text),
            };
            Self::analyse(document, file, around)
        };
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
            let mut failed = Self::analyse(document, Self::file(around, String::new()), around);
            failed.linted.report.findings = vec![tool::INTERNAL_ERROR.finding(
                Span::at(0),
                "reading this file failed; please report it with the file",
            )];
            failed
        })
    }

    fn file(around: &Surroundings, text: String) -> SourceFile {
        let name = around.path.display().to_string();
        SourceFile::new(name, around.path.clone(), text)
    }

    fn analyse(document: &Document, file: SourceFile, around: &Surroundings) -> Self {
        let config = around.configurations.of_file(&file.path);
        let is_network = !file.is_python() && (document.is_network || file.is_surely_network());
        let is_ours = is_network || file.outline.is_some();
        let (overrides, mut linted) = if is_ours || file.is_blank() {
            lint(&file, &config, &around.settings)
        } else {
            (Overrides::default(), nothing(&file))
        };
        // What may become a network has no faults yet.
        if !is_ours {
            linted.report.findings.clear();
        }
        let least = config.settings.min_severity.unwrap_or(Severity::Hint);
        linted
            .report
            .findings
            .retain(|finding| finding.severity <= least);
        Self {
            uri: document.uri.clone(),
            version: document.version,
            generation: document.generation,
            is_network,
            lines: Lines::new(&file.text, around.encoding),
            tried: linted
                .report
                .findings
                .iter()
                .map(|_| OnceLock::new())
                .collect(),
            file,
            config,
            overrides,
            settings: Arc::clone(&around.settings),
            linted,
            analyzed: OnceLock::new(),
        }
    }

    /// Whether there is something to say: it is a network, or a model in Python.
    pub(super) fn is_ours(&self) -> bool {
        self.is_network || self.file.outline.is_some()
    }

    /// Whether something can be done with it: it is a network, or may become one.
    pub(super) fn has_actions(&self) -> bool {
        self.is_network || self.file.is_blank()
    }

    pub(super) fn findings(&self) -> &[Finding] {
        &self.linted.report.findings
    }

    /// The network and what follows from it, worked out when it is first asked for.
    pub(super) fn analyzed(&self) -> &Analyzed {
        self.analyzed
            .get_or_init(|| self.analyzed_with(self.findings().to_vec()))
    }

    /// The same with other findings.
    pub(super) fn analyzed_with(&self, findings: Vec<Finding>) -> Analyzed {
        Analyzed::of_document(
            self.file.text.as_str().into(),
            self.file.document.clone(),
            self.linted.assumptions.facts(),
            findings,
        )
    }

    /// A finding with its fixes tried: those that do not help are only shown.
    pub(super) fn tried(&self, index: usize) -> Option<&Finding> {
        let finding = self.findings().get(index)?;
        let work = || {
            tried(
                finding.clone(),
                &self.linted,
                &self.file,
                &self.config,
                &self.overrides,
            )
        };
        Some(self.tried.get(index)?.get_or_init(work))
    }

    pub(super) fn range(&self, span: Span) -> Range {
        self.lines.range(&self.file.text, span)
    }

    pub(super) fn position(&self, offset: u32) -> Position {
        self.lines.position(&self.file.text, offset)
    }

    pub(super) fn offset(&self, position: Position) -> u32 {
        self.lines.offset(&self.file.text, position)
    }

    pub(super) fn span(&self, range: Range) -> Span {
        self.lines.span(&self.file.text, range)
    }
}

/// Lints as the command line does. The chip of the settings counts where nobody else says it.
fn lint(file: &SourceFile, config: &Config, settings: &Settings) -> (Overrides, Linted) {
    let mut overrides = Overrides::default();
    let mut linted = lint_once(file, config, &overrides);
    if linted.assumptions.device.is_none() && settings.device.is_some() {
        overrides.device = settings.device;
        linted = lint_once(file, config, &overrides);
    }
    (overrides, linted)
}

/// Nothing is said of what is no network.
fn nothing(file: &SourceFile) -> Linted {
    Linted {
        report: FileReport {
            path: file.name.clone(),
            text: file.text.clone(),
            findings: Vec::new(),
        },
        silent: Vec::new(),
        assumptions: Assumptions::default(),
        sidecar: None,
    }
}
