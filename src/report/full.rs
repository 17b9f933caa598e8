//! For people: the source with the places underlined, notes, and the first fix as a diff.

use std::fmt::Write;
use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic, Label, LabelStyle, Severity as Level};
use codespan_reporting::files::{self, Files};
use codespan_reporting::term::{self, termcolor::Buffer};
use similar::{ChangeTag, TextDiff};

use crate::diagnostic::{Applicability, Finding, Fix, Severity};
use crate::text::{Span, TextFile, apply_edits};

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
        let mut sources = Sources(vec![Places::new(report)]);
        for finding in &report.findings {
            let diagnostic = diagnostic(&mut sources, finding, color);
            // Every span is clamped and writing to memory does not fail.
            let _ = term::emit_to_write_style(&mut buffer, &config, &sources, &diagnostic);
        }
    }
    String::from_utf8_lossy(buffer.as_slice()).into_owned()
}

fn diagnostic<'a>(
    sources: &mut Sources<'a>,
    finding: &'a Finding,
    color: bool,
) -> Diagnostic<usize> {
    let level = match finding.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Information => Level::Note,
        Severity::Hint => Level::Help,
    };
    let mut primary = sources.label(LabelStyle::Primary, 0, finding.span);
    if let Some(layer) = finding.layer {
        primary = primary.with_message(format_args!("layer {layer}"));
    }
    let related: Vec<Label<usize>> = finding
        .related
        .iter()
        .map(|related| {
            let file = related.file.as_deref().map_or(0, |file| sources.id(file));
            let label = sources.label(LabelStyle::Secondary, file, related.span);
            label.with_message(&related.message)
        })
        .collect();
    let mut diagnostic = Diagnostic::new(level)
        .with_code(finding.code)
        .with_message(&finding.message)
        .with_label(primary)
        .with_labels(related)
        .with_notes(finding.notes.clone());
    if let Some(fix) = finding.fixes.first() {
        diagnostic = diagnostic.with_note(fix_note(sources.text(), fix, color));
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

/// The file of a report, and behind it those that its findings speak of.
struct Sources<'a>(Vec<Places<'a>>);

impl<'a> Sources<'a> {
    /// The text of the report.
    fn text(&self) -> &'a str {
        self.0.first().map_or("", |own| own.text)
    }

    /// The number of another file.
    fn id(&mut self, file: &'a TextFile) -> usize {
        let known = self.0.iter().skip(1).position(|own| own.path == file.path);
        known.map_or_else(
            || {
                self.0.push(Places::of(file));
                self.0.len() - 1
            },
            |position| position + 1,
        )
    }

    fn label(&self, style: LabelStyle, file: usize, span: Span) -> Label<usize> {
        let bytes = self.0.get(file).map_or(0..0, |places| places.bytes(span));
        Label::new(style, file, bytes)
    }

    fn get(&self, id: usize) -> Result<&Places<'a>, files::Error> {
        self.0.get(id).ok_or(files::Error::FileMissing)
    }
}

impl<'a> Files<'a> for Sources<'a> {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, files::Error> {
        Ok(self.get(id)?.path)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, files::Error> {
        Ok(self.get(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte_index: usize) -> Result<usize, files::Error> {
        Ok(self.get(id)?.lines.line(byte_index as u32) as usize)
    }

    fn line_range(&'a self, id: usize, line_index: usize) -> Result<Range<usize>, files::Error> {
        let lines = &self.get(id)?.lines;
        let start = |line: usize| lines.line_start(line as u32) as usize;
        Ok(start(line_index)..start(line_index + 1))
    }
}
