//! Linting one file: what is known, the rules, then selection, severities and suppressions.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::check::{check_each_device, check_network};
use crate::device::DeviceId;
use crate::diagnostic::{Applicability, Code, Finding, Severity};
use crate::facts::Facts;
use crate::network::{self, Network};
use crate::report::FileReport;
use crate::rules::{self, tool};
use crate::text::{Span, apply_edits};

use super::assume::{Assumptions, Overrides, gather};
use super::config::Config;
use super::directives::{self, suppress};
use super::models;
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

impl Linted {
    /// Whether a finding with this code of an earlier lint is gone, and no code has more errors
    /// than then.
    pub(super) fn mends(&self, code: Code, before: &Self) -> bool {
        let count = |linted: &Self| linted.all().filter(|found| found.code == code).count();
        let errors_before = before.errors();
        count(self) < count(before)
            && self.errors().iter().all(|(code, count)| {
                errors_before
                    .get(code)
                    .is_some_and(|before| count <= before)
            })
    }

    /// The number of errors by code.
    fn errors(&self) -> BTreeMap<Code, usize> {
        let mut errors = BTreeMap::new();
        for error in self.all().filter(|found| found.severity == Severity::Error) {
            *errors.entry(error.code).or_default() += 1;
        }
        errors
    }

    /// The findings, those that are switched off or suppressed included.
    fn all(&self) -> impl Iterator<Item = &Finding> {
        self.report.findings.iter().chain(&self.silent)
    }
}

/// Lints a file. Whatever happens, there is a result: a failure of ours is a finding.
///
/// A fix that does not mend, or brings an error, is only shown.
pub fn lint(file: &SourceFile, config: &Config, overrides: &Overrides) -> Linted {
    let mut linted = lint_once(file, config, overrides);
    let findings = linted.report.findings.clone();
    linted.report.findings = findings
        .into_iter()
        .map(|finding| tried(finding, &linted, file, config, overrides))
        .collect();
    linted
}

/// A finding of [`lint_once`] as [`lint`] has it: a fix that does not mend, or brings an error, is
/// only shown.
pub fn tried(
    mut finding: Finding,
    linted: &Linted,
    file: &SourceFile,
    config: &Config,
    overrides: &Overrides,
) -> Finding {
    for fix in &mut finding.fixes {
        let mends = || {
            let fixed = file.edited(apply_edits(&file.text, &fix.edits)?);
            Some(lint_trial(&fixed, config, overrides).mends(finding.code, linted))
        };
        if fix.applicability != Applicability::DisplayOnly && mends() != Some(true) {
            fix.applicability = Applicability::DisplayOnly;
        }
    }
    finding
}

/// [`lint`] without trying the fixes: for who has to be fast.
pub fn lint_once(file: &SourceFile, config: &Config, overrides: &Overrides) -> Linted {
    guarded(file, || lint_file(file, config, overrides, false))
}

/// [`lint_once`] without fixes: to see what a change would do.
pub fn lint_trial(file: &SourceFile, config: &Config, overrides: &Overrides) -> Linted {
    guarded(file, || lint_file(file, config, overrides, true))
}

fn guarded(file: &SourceFile, work: impl FnOnce() -> Linted) -> Linted {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
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

/// In a trial nobody looks for fixes.
fn lint_file(file: &SourceFile, config: &Config, overrides: &Overrides, is_trial: bool) -> Linted {
    let directives = directives::parse(&file.text, &file.document);
    let configured = config.selection();
    let ignored = config.ignored_in(&file.path);
    let enabled = |code| {
        let selected = configured.decide(code, rules::on_by_default(code))
            && !ignored.iter().any(|rule| rule.matches(code));
        always_speaks(code) || overrides.selection.decide(code, selected)
    };
    let (mut found, gathered) = if file.is_python() {
        models::check(file, config, overrides, &directives, enabled)
    } else {
        let network = network::lower(&file.document, &file.text);
        let gathered = gather(file, &network, config, overrides, &directives);
        let found = if file.is_network() {
            check(file, &network, &gathered.assumptions, is_trial)
        } else {
            vec![tool::NOT_A_NETWORK.finding(
                Span::at(0),
                "the file has neither `layers` nor `arch`, so it is no network",
            )]
        };
        (found, gathered)
    };
    found.extend(directives.problems.iter().cloned());
    found.extend(gathered.problems);

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
fn check(
    file: &SourceFile,
    network: &Network,
    assumptions: &Assumptions,
    is_trial: bool,
) -> Vec<Finding> {
    if assumptions.each_device {
        let facts = assumptions.facts();
        return check_each_device(&file.text, &file.document, network, &facts, is_trial);
    }
    let on = |facts: &Facts, is_trial| {
        check_network(&file.text, &file.document, network, facts, is_trial)
    };
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    let facts = assumptions.facts();
    let mut found = on(&facts, is_trial);
    if assumptions.device_is_doubtful() && found.iter().any(is_error) {
        let facts = Facts {
            device: Some(DeviceId::Max78002),
            ..facts
        };
        let other = on(&facts, true);
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

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use super::*;
    use crate::workspace::{Selection, Selector};

    const TEXT: &str = "arch: a # ai8x-lint: ignore[AX983]\nlayers: [] # ai8x-lint: devise=ai85\n";

    fn selectors(texts: &[&str]) -> Vec<Selector> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// The tool's own findings as `AX981 information`, and how many are silent.
    fn found(name: &str, text: &str, config: &str, selection: Selection) -> (Vec<String>, usize) {
        let folder = tempdir().unwrap();
        let path = folder.path().join("ai8x-lint.toml");
        std::fs::write(&path, config).unwrap();
        let config = Config::read(&path);
        assert_eq!(config.fault, None);
        let file = SourceFile::new(name.to_owned(), folder.path().join(name), text.to_owned());
        let overrides = Overrides {
            selection,
            ..Overrides::default()
        };
        let linted = lint(&file, &config, &overrides);
        let own = |finding: &&Finding| finding.code.0 / 10 == 98;
        let findings = linted.report.findings.iter().filter(own);
        (
            findings
                .map(|finding| format!("{} {}", finding.code, finding.severity))
                .collect(),
            linted.silent.iter().filter(own).count(),
        )
    }

    fn of_config(config: &str) -> (Vec<String>, usize) {
        found("a.yaml", TEXT, config, Selection::default())
    }

    fn lines(lines: &[&str], silent: usize) -> (Vec<String>, usize) {
        (
            lines.iter().map(|line| (*line).to_owned()).collect(),
            silent,
        )
    }

    #[test]
    fn the_configuration_selects_and_sets_severities() {
        let all = lines(&["AX981 information", "AX982 warning"], 0);
        assert_eq!(of_config(""), all);
        assert_eq!(
            of_config("ignore = [\"AX981\"]"),
            lines(&["AX982 warning"], 1)
        );
        assert_eq!(
            of_config("select = [\"unused-suppression\"]"),
            lines(&["AX981 information"], 1)
        );
        assert_eq!(
            of_config("[severity]\nAX98 = \"hint\""),
            lines(&["AX981 hint", "AX982 hint"], 0)
        );
        assert_eq!(
            of_config("[per-file-ignores]\n\"*.yaml\" = [\"AX98\"]"),
            lines(&[], 2)
        );
        assert_eq!(
            of_config("[per-file-ignores]\n\"b.yaml\" = [\"AX98\"]"),
            all
        );
    }

    #[test]
    fn the_command_line_wins_over_the_configuration() {
        let select = Selection {
            select: Some(selectors(&["AX982"])),
            ..Selection::default()
        };
        assert_eq!(
            found("a.yaml", TEXT, "ignore = [\"AX98\"]", select),
            lines(&["AX982 warning"], 1)
        );
        let ignore = Selection {
            ignore: selectors(&["AX98"]),
            ..Selection::default()
        };
        assert_eq!(
            found("a.yaml", TEXT, "select = [\"AX982\"]", ignore),
            lines(&[], 2)
        );
    }

    #[test]
    fn a_fix_that_does_not_help_is_only_shown() {
        let applicability = |text: &str| {
            let file = SourceFile::new("a.yaml".to_owned(), "/a.yaml".into(), text.to_owned());
            let linted = lint(&file, &Config::default(), &Overrides::default());
            let directive = linted
                .report
                .findings
                .into_iter()
                .find(|found| found.code.0 == 982);
            directive.unwrap().fixes[0].applicability
        };
        let alone = "arch: a\nlayers: []\n# ai8x-lint: devise=ai85\n";
        assert_eq!(applicability(alone), Applicability::Unsafe);
        // The better word would repeat the directive above.
        let repeated = alone.replace("arch: a", "arch: a # ai8x-lint: device=ai85");
        assert_eq!(applicability(&repeated), Applicability::DisplayOnly);
    }

    #[test]
    fn a_panic_is_a_finding() {
        let file = SourceFile::new("a.yaml".to_owned(), "/a.yaml".into(), TEXT.to_owned());
        let linted = guarded(&file, || panic!("on purpose"));
        assert_eq!(linted.report.findings[0].code, tool::INTERNAL_ERROR.code);
        assert_eq!(linted.report.path, "a.yaml");
    }

    #[test]
    fn what_is_no_network_is_said_whatever_is_selected() {
        let ignore = Selection {
            ignore: selectors(&["AX"]),
            ..Selection::default()
        };
        assert_eq!(
            found("a.yaml", "a: 1\n", "", ignore),
            lines(&["AX984 error"], 0)
        );
    }
}
