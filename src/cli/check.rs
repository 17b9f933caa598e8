//! `ai8x-lint check`: from paths to findings and an exit code.

use std::panic;
use std::path::{self, Path, PathBuf};

use anyhow::{Result, bail};
use rayon::prelude::*;

use crate::diagnostic::{Applicability, Severity};
use crate::report::FileReport;
use crate::text::unified_diff;
use crate::workspace::{
    Assumptions, Candidate, Config, Configurations, Linted, Overrides, Selection, SourceFile,
    Trouble, discover, fix, lint, write,
};

use super::args::{CheckArgs, Format};
use super::inputs::{configurations, overrides};
use super::output::{for_people, show};
use super::{FAILED, FOUND};

const STDIN: &str = "-";

/// What came of everything.
pub(super) struct Outcome {
    /// The networks.
    pub(super) files: Vec<Checked>,
    /// What could not be read or written.
    pub(super) trouble: Vec<Trouble>,
    /// What is wrong with the configurations.
    pub(super) faults: Vec<FileReport>,
}

/// What came of one network.
pub(super) struct Checked {
    /// The findings to show.
    pub(super) report: FileReport,
    /// What is wrong with its shapes file.
    pub(super) sidecar: Option<FileReport>,
    /// What was taken for true.
    pub(super) assumptions: Assumptions,
    /// How many fixes were applied.
    pub(super) fixed: usize,
    /// What they change, as a diff.
    pub(super) diff: String,
    /// The text after fixing, where there is no file to write it to.
    pub(super) fixed_stdin: Option<String>,
    /// Whether a finding is as bad as `--fail-on` says.
    failed: bool,
}

pub(super) fn run(args: &CheckArgs) -> Result<u8> {
    if args.statistics && !for_people(args.output_format) {
        bail!("--statistics needs one of the output formats for people, full or concise");
    }
    if args.output_format == Format::Yamllint {
        // What a panic says is a finding; standard error has to stay empty in this format.
        panic::set_hook(Box::new(|_| {}));
    }
    let configurations = if args.files.isolated {
        Configurations::fixed(Config::default())
    } else {
        configurations(args.files.config.as_deref())?
    };
    let selection = Selection {
        select: args.select.clone(),
        extend_select: args.extend_select.clone(),
        ignore: args.ignore.clone(),
    };
    let overrides = overrides(&args.facts, selection)?;
    let task = Task {
        args,
        configurations: &configurations,
        overrides: &overrides,
    };
    let outcome = task.check_all()?;
    let code = exit_code(args, &outcome);
    show(args, outcome)?;
    Ok(code)
}

fn exit_code(args: &CheckArgs, outcome: &Outcome) -> u8 {
    let found = if args.diff {
        outcome.files.iter().any(|file| !file.diff.is_empty())
    } else {
        !outcome.faults.is_empty() || outcome.files.iter().any(|file| file.failed)
    };
    if !outcome.trouble.is_empty() {
        FAILED
    } else if found && !args.exit_zero {
        FOUND
    } else {
        0
    }
}

/// What there is to do, the same for all files.
struct Task<'a> {
    args: &'a CheckArgs,
    configurations: &'a Configurations,
    overrides: &'a Overrides,
}

impl Task<'_> {
    /// Checks everything; a file that cannot be read does not keep the others from it.
    fn check_all(&self) -> Result<Outcome> {
        let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) = self
            .args
            .paths
            .iter()
            .cloned()
            .partition(|path| path == Path::new(STDIN));
        let (candidates, mut trouble) =
            discover(&paths, self.configurations, self.args.files.force_exclude);
        let mut results: Vec<Result<Option<Checked>, Trouble>> = candidates
            .par_iter()
            .map(|candidate| self.check_file(candidate))
            .collect();
        if !stdin.is_empty() {
            let path = path::absolute(&self.args.files.stdin_filename)?;
            results.push(SourceFile::read_stdin(&path).map(|file| Some(self.check_stdin(file))));
        }
        let mut files = Vec::new();
        for result in results {
            match result {
                Ok(checked) => files.extend(checked),
                Err(error) => trouble.push(error),
            }
        }
        Ok(Outcome {
            files,
            trouble,
            faults: self.configurations.faults(),
        })
    }

    /// Checks a file, and writes it if it has been fixed; `None` where it is neither a network nor a
    /// model.
    fn check_file(&self, candidate: &Candidate) -> Result<Option<Checked>, Trouble> {
        let file = if candidate.named {
            SourceFile::read(&candidate.path)?
        } else {
            match SourceFile::read_found(&candidate.path)? {
                Some(file) => file,
                None => return Ok(None),
            }
        };
        let (checked, text) = self.check(file);
        if checked.fixed > 0 && !self.args.diff {
            write(&candidate.path, &text).map_err(|error| Trouble {
                name: checked.report.path.clone(),
                message: format!("the fixes cannot be written: {error}"),
            })?;
        }
        Ok(Some(checked))
    }

    fn check_stdin(&self, file: SourceFile) -> Checked {
        let (mut checked, text) = self.check(file);
        if self.args.fix && !self.args.diff {
            checked.fixed_stdin = Some(text);
        }
        checked
    }

    /// Lints and, as far as asked for, fixes; yields the text afterwards, too.
    fn check(&self, file: SourceFile) -> (Checked, String) {
        let config = self.configurations.of_file(&file.path);
        if !self.args.fix && !self.args.diff {
            let linted = lint(&file, &config, self.overrides);
            return (self.judge(linted, &config), file.text);
        }
        let allowed = if self.args.unsafe_fixes {
            Applicability::Unsafe
        } else {
            Applicability::Safe
        };
        let fixed = fix(&file, &config, self.overrides, allowed);
        let checked = Checked {
            fixed: fixed.applied,
            diff: unified_diff(&file.name, &file.text, &fixed.text),
            ..self.judge(fixed.linted, &config)
        };
        (checked, fixed.text)
    }

    fn judge(&self, linted: Linted, config: &Config) -> Checked {
        let least = |given: Option<Severity>, configured: Option<Severity>, usual| {
            given.or(configured).unwrap_or(usual)
        };
        let shown = least(
            self.args.min_severity.map(Severity::from),
            config.settings.min_severity,
            Severity::Hint,
        );
        let bad = least(
            self.args.fail_on.map(Severity::from),
            config.settings.fail_on,
            Severity::Error,
        );
        let mut report = linted.report;
        report.findings.retain(|finding| finding.severity <= shown);
        Checked {
            failed: linted.sidecar.is_some()
                || report
                    .findings
                    .iter()
                    .any(|finding| finding.severity <= bad),
            report,
            sidecar: linted.sidecar,
            assumptions: linted.assumptions,
            fixed: 0,
            diff: String::new(),
            fixed_stdin: None,
        }
    }
}
