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
    /// The file with its new text.
    pub file: SourceFile,
    /// The lint of the new text.
    pub linted: Linted,
    /// How many fixes were applied.
    pub applied: usize,
}

/// Applies the fixes that may be applied without asking: those that are safe, or `allowed` at the
/// least. Of two that overlap the later one waits for the next round.
///
/// A fix stays only if its finding is gone afterwards and no error has come.
pub fn fix(
    file: SourceFile,
    config: &Config,
    overrides: &Overrides,
    allowed: Applicability,
) -> Fixed {
    let check = |text: &str| lint(&file.with_text(text.to_owned()), config, overrides);
    let mut text = file.text.clone();
    let mut linted = lint(&file, config, overrides);
    let mut applied = 0;
    for _ in 0..MOST_ROUNDS {
        let Some(round) = run_round(&text, &linted, allowed, check) else {
            break;
        };
        applied += round.applied;
        text = round.text;
        linted = round.linted;
    }
    Fixed {
        file: file.with_text(text),
        linted,
        applied,
    }
}

struct Round {
    text: String,
    linted: Linted,
    applied: usize,
}

/// Applies what can be applied together to `text`; `None` where nothing helps.
fn run_round(
    text: &str,
    linted: &Linted,
    allowed: Applicability,
    check: impl Fn(&str) -> Linted,
) -> Option<Round> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut best: Option<Round> = None;
    for finding in &linted.report.findings {
        let fix = finding
            .fixes
            .iter()
            .find(|fix| fix.applicability <= allowed.min(Applicability::Unsafe));
        let Some(fix) = fix else { continue };
        let together = [edits.as_slice(), &fix.edits].concat();
        let before = best.as_ref().map_or(linted, |round| &round.linted);
        // Edits that overlap do not apply.
        let Some(candidate) = apply_edits(text, &together) else {
            continue;
        };
        let after = check(&candidate);
        if helps(finding.code, before, &after) {
            edits = together;
            best = Some(Round {
                text: candidate,
                linted: after,
                applied: best.map_or(0, |round| round.applied) + 1,
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
