//! Linting one file: what is known, the rules, then selection, severities and suppressions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::check::check_document;
use crate::device::DeviceId;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Facts;
use crate::report::FileReport;
use crate::rules::tool;
use crate::text::Span;

use super::assume::{Assumptions, Overrides, gather};
use super::config::Config;
use super::directives::{self, suppress};
use super::selection::{always_speaks, overridden};
use super::source::SourceFile;

/// A linted file.
#[derive(Debug)]
pub struct Linted {
    /// The findings to show.
    pub report: FileReport,
    /// The findings that are switched off or suppressed.
    pub silent: Vec<Finding>,
    /// What was taken for true.
    pub assumptions: Assumptions,
    /// What is wrong with the shapes file.
    pub sidecar: Option<FileReport>,
}

/// Lints a file. Whatever happens, there is a result: a failure of ours is a finding.
pub fn lint(file: &SourceFile, config: &Config, overrides: &Overrides) -> Linted {
    let attempt = AssertUnwindSafe(|| lint_file(file, config, overrides));
    catch_unwind(attempt).unwrap_or_else(|_| {
        let failed = tool::INTERNAL_ERROR.finding(
            Span::at(0),
            "linting this file failed; please report it with the file",
        );
        Linted {
            report: report(file, vec![failed]),
            silent: Vec::new(),
            assumptions: Assumptions::default(),
            sidecar: None,
        }
    })
}

fn lint_file(file: &SourceFile, config: &Config, overrides: &Overrides) -> Linted {
    let directives = directives::parse(&file.text, &file.document);
    let gathered = gather(file, config, overrides, &directives);
    let mut found = if file.is_network() {
        check(file, &gathered.assumptions)
    } else {
        vec![tool::NOT_A_NETWORK.finding(
            Span::at(0),
            "the file has neither `layers` nor `arch`, so it is no network",
        )]
    };
    found.extend(directives.problems.iter().cloned());
    found.extend(gathered.problems);

    let configured = config.selection();
    let enabled = |code| {
        let selected = configured.decide(code, true) && !config.ignores_in(&file.path, code);
        always_speaks(code) || overrides.selection.decide(code, selected)
    };
    let mut silent = suppress(&mut found, &directives, &file.text, enabled);
    silent.extend(found.extract_if(.., |finding| !enabled(finding.code)));
    for finding in &mut found {
        if let Some(severity) = overridden(&config.settings.severity, finding.code) {
            finding.severity = severity;
        }
    }
    found.sort_by_key(|finding| (finding.span, finding.code));
    Linted {
        report: report(file, found),
        silent,
        assumptions: gathered.assumptions,
        sidecar: gathered.sidecar,
    }
}

fn report(file: &SourceFile, findings: Vec<Finding>) -> FileReport {
    FileReport {
        path: file.name.clone(),
        text: file.text.clone(),
        findings,
    }
}

/// Runs the rules. Where the chip is only likely, an error that the other chip does not know is a
/// warning.
fn check(file: &SourceFile, assumptions: &Assumptions) -> Vec<Finding> {
    let on = |facts: &Facts| check_document(&file.text, &file.document, facts);
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    let facts = assumptions.facts();
    let mut found = on(&facts);
    if assumptions.device_is_doubtful() && found.iter().any(is_error) {
        let other = on(&Facts {
            device: Some(DeviceId::Max78002),
            ..facts
        });
        let certain = |finding: &Finding| {
            other
                .iter()
                .any(|twin| twin.code == finding.code && twin.layer == finding.layer)
        };
        for finding in &mut found {
            if is_error(finding) && !certain(finding) {
                finding.severity = Severity::Warning;
                finding.notes.push(
                    "this is about the MAX78000, which the name `ai85…` suggests, and not about \
                     the MAX78002; `--device` or a comment `# ai8x-lint: device=…` says which it is"
                        .to_owned(),
                );
            }
        }
    }
    found
}
