//! The text of yamllint, so that `ai8xize.py --yamllint ai8x-lint` works.
//!
//! The vendor's tool stops at an output line that holds ` error `, and shows every other line as a
//! warning. It checks one file at a time, so the path stands only where there are several.

use std::fmt::Write;

use crate::diagnostic::Severity;

use super::FileReport;
use super::place::{Places, one_line};

/// The findings as yamllint writes them: `  12:5      error    message  (AX304)`.
pub fn yamllint(files: &[FileReport]) -> String {
    let mut out = String::new();
    for file in files.iter().filter(|file| !file.findings.is_empty()) {
        let places = Places::new(file);
        if files.len() > 1 {
            let _ = writeln!(out, "{}", file.path);
        }
        for finding in &file.findings {
            let start = places.start(finding.span);
            let level = match finding.severity {
                Severity::Error => "error",
                Severity::Warning | Severity::Information | Severity::Hint => "warning",
            };
            // Only the level may read ` error `: a no-break space keeps a warning that says the
            // word from stopping the vendor's tool.
            let message = format!(" {}  ({})", one_line(&finding.message), finding.code)
                .replace(" error ", "\u{a0}error ");
            let place = format!("{}:{}", start.line, start.column);
            let _ = writeln!(out, "  {place:<9} {level:<8}{message}");
        }
        if files.len() > 1 {
            out.push('\n');
        }
    }
    out
}
