//! Spans as the places that people and programs count: lines and columns from 1.

use std::borrow::Cow;

use crate::text::{LineIndex, Span, TextFile};

use super::FileReport;

/// A position: line and column from 1, the column in code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// A path as services read it that compare it with those of a repository: with slashes on every system.
pub(super) fn slashed(path: &str) -> Cow<'_, str> {
    match cfg!(windows) {
        true => Cow::Owned(path.replace('\\', "/")),
        false => Cow::Borrowed(path),
    }
}

/// A file with its line starts.
pub(super) struct Places<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) lines: LineIndex,
}

impl<'a> Places<'a> {
    pub(super) fn new(file: &'a FileReport) -> Self {
        Self {
            path: &file.path,
            text: &file.text,
            lines: LineIndex::new(&file.text),
        }
    }

    /// Those of a file without findings of its own.
    pub(super) fn of(file: &'a TextFile) -> Self {
        Self {
            path: &file.path,
            text: &file.text,
            lines: LineIndex::new(&file.text),
        }
    }

    /// Start and end of a span, whatever it is.
    pub(super) fn range(&self, span: Span) -> (Position, Position) {
        let position = |offset| {
            let place = self.lines.code_points(self.text, offset);
            Position {
                line: place.line + 1,
                column: place.column + 1,
            }
        };
        (position(span.start), position(span.end))
    }

    /// Start of a span.
    pub(super) fn start(&self, span: Span) -> Position {
        self.range(Span::at(span.start)).0
    }

    /// The bytes of a span, moved to where they lie in the text and on character boundaries.
    pub(super) fn bytes(&self, span: Span) -> std::ops::Range<usize> {
        let text = self.text;
        let start = text.floor_char_boundary(span.start as usize);
        start..text.ceil_char_boundary(span.end as usize).max(start)
    }
}

/// A message on one line, for formats where a line is a finding.
pub(super) fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
