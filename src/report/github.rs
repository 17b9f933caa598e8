//! GitHub's workflow commands, which become annotations of a pull request.

use std::fmt::Write;

use crate::diagnostic::Severity;

use super::FileReport;
use super::place::{Places, slashed};

/// The findings as workflow commands.
pub fn github(files: &[FileReport]) -> String {
    let mut out = String::new();
    for file in files {
        let places = Places::new(file);
        for finding in &file.findings {
            let (start, end) = places.range(finding.span);
            let command = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Information | Severity::Hint => "notice",
            };
            let _ = write!(out, "::{command} file={}", property(&slashed(&file.path)));
            let _ = write!(out, ",line={},endLine={}", start.line, end.line);
            // GitHub refuses columns for an annotation of several lines.
            if start.line == end.line {
                let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
            }
            let title = format!("{} {}", finding.code, finding.name);
            let mut message = finding.message.clone();
            for note in &finding.notes {
                message.push('\n');
                message.push_str(note);
            }
            let _ = writeln!(out, ",title={}::{}", property(&title), data(&message));
        }
    }
    out
}

/// A message, escaped as GitHub's runner reads it.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property, escaped.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
