//! A text with the name of its file.

use std::fmt;

use super::{LineIndex, Span};

/// A file that was read beside the one that is linted.
#[derive(Clone, PartialEq, Eq)]
pub struct TextFile {
    /// The file as the user knows it.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl TextFile {
    /// The line in which a span starts, from 1.
    pub fn line(&self, span: Span) -> u32 {
        LineIndex::new(&self.text).line(span.start) + 1
    }
}

impl fmt::Debug for TextFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextFile({}, {} bytes)", self.path, self.text.len())
    }
}
