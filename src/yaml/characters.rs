//! Characters that PyYAML refuses or reads differently, before any grammar.

use std::borrow::Cow;

use crate::text::Span;

use super::tree::{Document, SyntaxError, SyntaxErrorKind};

/// Longer texts are not read.
pub(super) const MAX_LENGTH: usize = 8 << 20;
/// More errors about characters than these help nobody.
const MAX_ERRORS: usize = 32;

/// A text as the parser may see it, of the same length: without control characters, each of which
/// is an error, and with the line breaks of YAML 1.1 that YAML 1.2 does not know.
pub(super) fn printable(text: &str) -> (Cow<'_, str>, Vec<SyntaxError>) {
    let mut errors: Vec<SyntaxError> = Vec::new();
    if !text.bytes().any(is_suspicious) {
        return (Cow::Borrowed(text), errors);
    }
    let mut clean = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let blanks = c.len_utf8() - 1;
        if matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}') {
            clean.extend(std::iter::repeat_n(' ', blanks));
            clean.push('\n');
        } else if is_printable(c) {
            clean.push(c);
        } else {
            clean.extend(std::iter::repeat_n(' ', blanks + 1));
            let span = Span::new(at as u32, (at + c.len_utf8()) as u32);
            if let Some(last) = errors.last_mut()
                && last.span.end == span.start
            {
                last.span.end = span.end;
            } else if errors.len() < MAX_ERRORS {
                errors.push(SyntaxError {
                    span,
                    kind: SyntaxErrorKind::Grammar,
                    message: format!(
                        "the control character U+{:04X} may not stand in a YAML file",
                        u32::from(c)
                    ),
                });
            }
        }
    }
    (Cow::Owned(clean), errors)
}

/// The document of a text that is too long to be read.
pub(super) fn too_long() -> Document {
    Document {
        errors: vec![SyntaxError {
            span: Span::at(0),
            kind: SyntaxErrorKind::TooDeep,
            message: format!(
                "the file is larger than {} MiB and was not read",
                MAX_LENGTH >> 20
            ),
        }],
        ..Document::default()
    }
}

/// Whether a byte can be part of a character that needs a closer look.
fn is_suspicious(byte: u8) -> bool {
    matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 127 | 0xC2 | 0xE2 | 0xEF)
}

/// Whether PyYAML takes the character at all.
fn is_printable(c: char) -> bool {
    matches!(c,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{D7FF}'
        | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
