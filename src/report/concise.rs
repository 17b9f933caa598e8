//! One line a finding: `path:line:column: severity[AX304] message`.

use std::fmt::Write;

use super::FileReport;
use super::place::{Places, one_line};

/// The findings, a line each.
pub fn concise(files: &[FileReport]) -> String {
    let mut out = String::new();
    for file in files {
        let places = Places::new(file);
        for finding in &file.findings {
            let start = places.start(finding.span);
            let _ = writeln!(
                out,
                "{}:{}:{}: {}[{}] {}",
                file.path,
                start.line,
                start.column,
                finding.severity,
                finding.code,
                one_line(&finding.message),
            );
        }
    }
    out
}
