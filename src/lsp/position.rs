//! Positions of the protocol, in the unit that client and server agree on, to bytes and back.

use ropey::Rope;
use tower_lsp::ls_types::{Position, PositionEncodingKind, Range};

use crate::text::{LineIndex, Span};

/// What columns count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    /// What clients speak that offer nothing.
    #[default]
    Utf16,
    Utf32,
}

impl Encoding {
    /// The first of the client's offers that we speak.
    pub(super) fn negotiate(offers: &[PositionEncodingKind]) -> Self {
        let all = [Self::Utf8, Self::Utf16, Self::Utf32];
        offers
            .iter()
            .find_map(|offer| all.into_iter().find(|own| own.kind() == *offer))
            .unwrap_or_default()
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }

    /// How many characters and bytes stand before a column of a line. A column past the end of the
    /// line is its end; one inside of a character is its start.
    fn before(self, line: impl Iterator<Item = char>, column: u32) -> (usize, usize) {
        let mut used = 0;
        let mut found = (0, 0);
        for c in line.take_while(|c| !matches!(c, '\n' | '\r')) {
            used += self.width(c);
            if used > column as usize {
                break;
            }
            found = (found.0 + 1, found.1 + c.len_utf8());
        }
        found
    }

    /// The characters of a rope before a position; all of them where it is past the last line.
    fn characters(self, rope: &Rope, position: Position) -> usize {
        let line = position.line as usize;
        if line >= rope.len_lines() {
            return rope.len_chars();
        }
        let start = rope.line_to_char(line);
        start + self.before(rope.line(line).chars(), position.character).0
    }

    /// Puts a text where the range is.
    pub(super) fn replace(self, rope: &mut Rope, range: Range, text: &str) {
        let start = self.characters(rope, range.start);
        let end = self.characters(rope, range.end).max(start);
        rope.remove(start..end);
        rope.insert(start, text);
    }
}

/// The lines of one text.
#[derive(Debug)]
pub(super) struct Lines {
    index: LineIndex,
    encoding: Encoding,
}

impl Lines {
    pub(super) fn new(text: &str, encoding: Encoding) -> Self {
        Self {
            index: LineIndex::new(text),
            encoding,
        }
    }

    pub(super) fn position(&self, text: &str, offset: u32) -> Position {
        let place = match self.encoding {
            Encoding::Utf8 => self.index.utf8(text, offset),
            Encoding::Utf16 => self.index.utf16(text, offset),
            Encoding::Utf32 => self.index.code_points(text, offset),
        };
        Position::new(place.line, place.column)
    }

    pub(super) fn range(&self, text: &str, span: Span) -> Range {
        Range::new(
            self.position(text, span.start),
            self.position(text, span.end),
        )
    }

    pub(super) fn offset(&self, text: &str, position: Position) -> u32 {
        let start = self.index.line_start(position.line);
        let line = text.get(start as usize..).unwrap_or_default();
        start + self.encoding.before(line.chars(), position.character).1 as u32
    }

    pub(super) fn span(&self, text: &str, range: Range) -> Span {
        Span::new(self.offset(text, range.start), self.offset(text, range.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];
    const TEXT: &str = "aü😀b\r\n\rc\n😀";

    #[test]
    fn the_clients_first_offer_counts() {
        let offers = [
            PositionEncodingKind::new("utf-7"),
            PositionEncodingKind::UTF32,
            PositionEncodingKind::UTF8,
        ];
        assert_eq!(Encoding::negotiate(&offers), Encoding::Utf32);
        assert_eq!(Encoding::negotiate(&offers[..1]), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(&[]), Encoding::Utf16);
    }

    #[test]
    fn bytes_and_positions_are_inverse() {
        for encoding in ALL {
            let lines = Lines::new(TEXT, encoding);
            for (offset, c) in TEXT.char_indices() {
                let position = lines.position(TEXT, offset as u32);
                // The `\n` of `\r\n` has no place of its own: a line ends before its break.
                let expected = if c == '\n' && TEXT[..offset].ends_with('\r') {
                    offset - 1
                } else {
                    offset
                };
                assert_eq!(lines.offset(TEXT, position) as usize, expected);
            }
        }
        let columns = ALL.map(|encoding| {
            let position = Lines::new(TEXT, encoding).position(TEXT, 7);
            (position.line, position.character)
        });
        assert_eq!(columns, [(0, 7), (0, 4), (0, 3)]);
    }

    #[test]
    fn places_that_do_not_exist_are_near_ones() {
        let lines = Lines::new(TEXT, Encoding::Utf16);
        let offset = |line, column| lines.offset(TEXT, Position::new(line, column));
        assert_eq!(offset(0, 3), 3); // inside of the pair
        assert_eq!(offset(0, 99), 8);
        assert_eq!(offset(1, 5), 10);
        assert_eq!(offset(99, 99), TEXT.len() as u32);
    }

    #[test]
    fn ropes_are_edited_by_position() {
        for encoding in ALL {
            let mut rope = Rope::from_str(TEXT);
            let lines = Lines::new(TEXT, encoding);
            let at = |offset| lines.position(TEXT, offset);
            encoding.replace(&mut rope, Range::new(at(3), at(7)), "xy");
            assert_eq!(rope.to_string(), "aüxyb\r\n\rc\n😀");
        }
        let mut rope = Rope::from_str(TEXT);
        let end = Position::new(9, 9);
        Encoding::Utf16.replace(&mut rope, Range::new(end, Position::default()), "!");
        assert_eq!(rope.to_string(), format!("{TEXT}!"));
    }
}
