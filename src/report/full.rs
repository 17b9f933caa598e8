//! For people: the source with the places underlined, notes, and the first fix as a diff.

use std::fmt::Write;
use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic, Label, LabelStyle, Severity as Level};
use codespan_reporting::files::{self, Files};
use codespan_reporting::term::{self, termcolor::Buffer};
use similar::{ChangeTag, TextDiff};

use crate::diagnostic::{Applicability, Finding, Fix, Severity};
use crate::text::apply_edits;

use super::FileReport;
use super::place::Places;

/// The findings with their source, in colours where `color` says so.
pub fn full(reports: &[FileReport], color: bool) -> String {
    let mut buffer = if color {
        Buffer::ansi()
    } else {
        Buffer::no_color()
    };
    let config = term::Config::default();
    for report in reports {
        let places = Places::new(report);
        for finding in &report.findings {
            let diagnostic = diagnostic(&places, finding, color);
            // Every span is clamped and writing to memory does not fail.
            let _ = term::emit_to_write_style(&mut buffer, &config, &places, &diagnostic);
        }
    }
    String::from_utf8_lossy(buffer.as_slice()).into_owned()
}

fn diagnostic(places: &Places, finding: &Finding, color: bool) -> Diagnostic<()> {
    let level = match finding.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Information => Level::Note,
        Severity::Hint => Level::Help,
    };
    let mut primary = Label::new(LabelStyle::Primary, (), places.bytes(finding.span));
    if let Some(layer) = finding.layer {
        primary = primary.with_message(format_args!("layer {layer}"));
    }
    let mut diagnostic = Diagnostic::new(level)
        .with_code(finding.code)
        .with_message(&finding.message)
        .with_label(primary)
        .with_labels_iter(finding.related.iter().map(|related| {
            Label::secondary((), places.bytes(related.span)).with_message(&related.message)
        }))
        .with_notes(finding.notes.clone());
    if let Some(fix) = finding.fixes.first() {
        diagnostic = diagnostic.with_note(fix_note(&places.file.text, fix, color));
    }
    diagnostic
}

/// What a fix does, and the lines that it changes.
fn fix_note(text: &str, fix: &Fix, color: bool) -> String {
    let how = match fix.applicability {
        Applicability::Safe => "fix (--fix)",
        Applicability::Unsafe => "fix (--fix --unsafe-fixes)",
        Applicability::DisplayOnly => "proposal",
    };
    let mut note = format!("{how}: {}", fix.title);
    let Some(fixed) = apply_edits(text, &fix.edits) else {
        return note;
    };
    let diff = TextDiff::from_lines(text, &fixed);
    for change in diff.iter_all_changes() {
        let (sign, paint) = match change.tag() {
            ChangeTag::Equal => continue,
            ChangeTag::Delete => ('-', "\x1b[31m"),
            ChangeTag::Insert => ('+', "\x1b[32m"),
        };
        let line = change.value().trim_end_matches(['\r', '\n']);
        let _ = if color {
            write!(note, "\n{paint}{sign} {line}\x1b[0m")
        } else {
            write!(note, "\n{sign} {line}")
        };
    }
    note
}

impl<'a> Files<'a> for Places<'a> {
    type FileId = ();
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, (): ()) -> Result<&'a str, files::Error> {
        Ok(&self.file.path)
    }

    fn source(&'a self, (): ()) -> Result<&'a str, files::Error> {
        Ok(&self.file.text)
    }

    fn line_index(&'a self, (): (), byte_index: usize) -> Result<usize, files::Error> {
        Ok(self.lines.line(byte_index as u32) as usize)
    }

    fn line_range(&'a self, (): (), line_index: usize) -> Result<Range<usize>, files::Error> {
        let start = |line: usize| self.lines.line_start(line as u32) as usize;
        Ok(start(line_index)..start(line_index + 1))
    }
}
