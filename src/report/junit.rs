//! JUnit's XML, which most build servers show.

use std::fmt::Write;

use super::FileReport;
use super::place::{Places, slashed};

/// The files as test suites, the findings as failed tests; a file without findings is one that
/// passed.
pub fn junit(files: &[FileReport]) -> String {
    let total: usize = files.iter().map(|file| file.findings.len()).sum();
    let passed = files.iter().filter(|file| file.findings.is_empty()).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests = total + passed;
    let _ = writeln!(
        out,
        "<testsuites name=\"ai8x-lint\" tests=\"{tests}\" failures=\"{total}\" errors=\"0\">"
    );
    for file in files {
        suite(&mut out, file);
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, file: &FileReport) {
    let places = Places::new(file);
    let path = escaped(&slashed(&file.path));
    let failures = file.findings.len();
    let tests = failures.max(1);
    let _ = writeln!(
        out,
        "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
    );
    if file.findings.is_empty() {
        let _ = writeln!(out, "    <testcase name=\"{path}\" classname=\"{path}\"/>");
    }
    for finding in &file.findings {
        let start = places.start(finding.span);
        let _ = writeln!(
            out,
            "    <testcase name=\"{} {}\" classname=\"{path}\" file=\"{path}\" line=\"{}\">",
            finding.code, finding.name, start.line
        );
        let _ = writeln!(
            out,
            "      <failure type=\"{}\" message=\"{}\">line {}, column {}: {}</failure>",
            finding.severity,
            escaped(&finding.message),
            start.line,
            start.column,
            escaped(&finding.message),
        );
        out.push_str("    </testcase>\n");
    }
    out.push_str("  </testsuite>\n");
}

/// Text for XML. Control characters cannot stand there at all, not even escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
