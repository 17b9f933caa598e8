//! Findings counted.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use crate::diagnostic::{Applicability, Code, Finding, Severity};
use crate::rules::words::{count, list};

use super::FileReport;

/// How many findings of which kind there are. Its text is the line that ends a report:
/// "Found 3 errors and 1 warning in 2 files; 1 fixable with --fix".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are advice: information and hints.
    pub notes: usize,
    /// Files with findings.
    pub files: usize,
    /// Files that were looked at.
    pub checked: usize,
    /// Findings with a safe fix.
    pub safe: usize,
    /// Findings with an unsafe, but no safe fix.
    pub risky: usize,
}

impl Summary {
    /// Counts what was found in `checked` files.
    pub fn new(files: &[FileReport], checked: usize) -> Self {
        let mut summary = Self {
            checked,
            ..Self::default()
        };
        for file in files {
            summary.files += usize::from(!file.findings.is_empty());
            for finding in &file.findings {
                match finding.severity {
                    Severity::Error => summary.errors += 1,
                    Severity::Warning => summary.warnings += 1,
                    Severity::Information | Severity::Hint => summary.notes += 1,
                }
                match best(finding) {
                    Some(Applicability::Safe) => summary.safe += 1,
                    Some(Applicability::Unsafe) => summary.risky += 1,
                    Some(Applicability::DisplayOnly) | None => {}
                }
            }
        }
        summary
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number as i64, noun))
        .collect();
        let files = |number: usize| count(number as i64, "file");
        if parts.is_empty() {
            return write!(f, "Found nothing in {}", files(self.checked));
        }
        write!(f, "Found {} in {}", list(&parts), files(self.files))?;
        match (self.safe, self.risky) {
            (0, 0) => Ok(()),
            (safe, 0) => write!(f, "; {safe} fixable with --fix"),
            (0, risky) => write!(f, "; {risky} fixable with --fix --unsafe-fixes"),
            (safe, risky) => write!(
                f,
                "; {safe} fixable with --fix, {risky} more with --fix --unsafe-fixes"
            ),
        }
    }
}

/// The most applicable way to mend a finding.
fn best(finding: &Finding) -> Option<Applicability> {
    finding.fixes.iter().map(|fix| fix.applicability).min()
}

/// How often each rule found something, the most frequent first.
pub fn statistics(files: &[FileReport]) -> String {
    let mut counts: BTreeMap<(Code, Severity), (&str, usize)> = BTreeMap::new();
    for finding in files.iter().flat_map(|file| &file.findings) {
        counts
            .entry((finding.code, finding.severity))
            .or_insert((finding.name, 0))
            .1 += 1;
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(_, (_, count))| std::cmp::Reverse(*count));
    let mut out = String::new();
    for ((code, severity), (name, count)) in rows {
        let _ = writeln!(out, "{count:>6}  {code}  {severity:<11}  {name}");
    }
    out
}
