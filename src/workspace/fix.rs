//! Applying fixes: over and over until nothing changes, and each only if it helps.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use crate::diagnostic::{Applicability, Code, Finding, Severity};
use crate::text::{Edit, apply_edits};

use super::assume::Overrides;
use super::config::Config;
use super::lint::{Linted, lint};
use super::source::SourceFile;

/// Fixes may bring new findings with fixes of their own; nobody needs more rounds than this.
const MOST_ROUNDS: usize = 100;

/// What came of fixing a file.
#[derive(Debug)]
pub struct Fixed {
    /// Its text afterwards.
    pub text: String,
    /// The lint of that text.
    pub linted: Linted,
    /// How many fixes were applied.
    pub applied: usize,
}

/// Applies the fixes that may be applied without asking: safe ones, and unsafe ones where
/// `allowed` says so. Of two that overlap the later one waits for the next round.
///
/// A fix stays only if its finding is gone afterwards and no error has come.
pub fn fix(
    file: &SourceFile,
    config: &Config,
    overrides: &Overrides,
    allowed: Applicability,
) -> Fixed {
    let check = |text: &str| lint(&file.with_text(text.to_owned()), config, overrides);
    let mut fixed = Fixed {
        text: file.text.clone(),
        linted: lint(file, config, overrides),
        applied: 0,
    };
    for _ in 0..MOST_ROUNDS {
        match run_round(&fixed, allowed, check) {
            Some(better) => fixed = better,
            None => break,
        }
    }
    fixed
}

/// Applies what can be applied together; `None` where nothing helps.
fn run_round(
    start: &Fixed,
    allowed: Applicability,
    check: impl Fn(&str) -> Linted,
) -> Option<Fixed> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut best: Option<Fixed> = None;
    for finding in &start.linted.report.findings {
        let fix = finding.fixes.iter().find(|fix| {
            fix.applicability <= allowed && fix.applicability != Applicability::DisplayOnly
        });
        let Some(fix) = fix else { continue };
        let together = [edits.as_slice(), &fix.edits].concat();
        // Edits that overlap do not apply.
        let Some(text) = apply_edits(&start.text, &together) else {
            continue;
        };
        let before = best.as_ref().unwrap_or(start);
        let linted = check(&text);
        if helps(finding.code, &before.linted, &linted) {
            edits = together;
            best = Some(Fixed {
                text,
                linted,
                applied: before.applied + 1,
            });
        }
    }
    best
}

/// Whether a finding with this code is gone, and no code has more errors than before.
fn helps(code: Code, before: &Linted, after: &Linted) -> bool {
    let count = |linted: &Linted| all(linted).filter(|finding| finding.code == code).count();
    let errors_before = errors(before);
    count(after) < count(before)
        && errors(after).iter().all(|(code, count)| {
            errors_before
                .get(code)
                .is_some_and(|before| count <= before)
        })
}

/// The number of errors by code.
fn errors(linted: &Linted) -> BTreeMap<Code, usize> {
    let mut errors = BTreeMap::new();
    for finding in all(linted).filter(|finding| finding.severity == Severity::Error) {
        *errors.entry(finding.code).or_default() += 1;
    }
    errors
}

/// The findings, those that are switched off or suppressed included.
fn all(linted: &Linted) -> impl Iterator<Item = &Finding> {
    linted.report.findings.iter().chain(&linted.silent)
}

/// Writes a text in place of a file's, at once: a reader sees the old or the new one. Permissions
/// stay, and a link stays a link.
///
/// # Errors
/// Where the folder or the file cannot be written.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file()
        .set_permissions(path.metadata()?.permissions())?;
    file.persist(&path)?;
    Ok(())
}
