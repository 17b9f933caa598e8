//! A tree for broken text.

use crate::text::Span;

use super::parse::{Stop, read};
use super::tree::{Document, SyntaxError, SyntaxErrorKind};

/// Reads a text; never fails.
pub fn parse(text: &str) -> Document {
    let (mut document, stop) = read(text);
    if let Some(Stop::Grammar(error)) = stop {
        let at = error.marker().byte_offset().unwrap_or_default() as u32;
        document.errors.push(SyntaxError {
            span: Span::at(at),
            kind: SyntaxErrorKind::Grammar,
            message: error.info().to_owned(),
        });
    }
    document
}
