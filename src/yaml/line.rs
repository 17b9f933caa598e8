//! The shape of one line taken by itself, as people write network files: dashes, a key, a value,
//! a comment. It serves recovery alone, which looks for the line that broke the grammar.

use crate::text::Span;

/// How many lines around another are looked at.
const MAX_DISTANCE: usize = 500;

/// A line in the block style; offsets are into the text.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Where the line starts.
    pub(super) start: usize,
    /// Where its text starts: the first byte that is not blank.
    pub(super) text: usize,
    /// The dashes that open items, outermost first.
    pub(super) dashes: Vec<usize>,
    /// What stands behind the dashes, without comment and blanks around; may be empty.
    pub(super) content: Span,
    /// The key, where there is one with a colon.
    pub(super) key: Option<Span>,
    /// What stands behind the colon, without comment and blanks around; may be empty.
    pub(super) value: Span,
    /// What is wrong with the line even by itself.
    pub(super) fault: Option<LineFault>,
}

/// A fault that is visible in one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineFault {
    /// A tab in the indentation; its place.
    Tab(usize),
    /// A colon without a key before it.
    NoKey,
    /// Text without a colon where a key could stand.
    NoColon,
    /// A colon without a blank behind it; its place.
    NoBlankBehindColon(usize),
    /// A `-` without a blank behind it.
    NoBlankBehindDash,
    /// A second `: ` in the value; its place.
    SecondColon(usize),
    /// A quote that is not closed on the line.
    UnclosedQuote(usize),
    /// A bracket that is not closed on the line.
    UnclosedBracket(usize),
    /// A bracket that closes nothing.
    StrayBracket(usize),
    /// Text behind a closed quote or bracket.
    TextBehind(usize),
    /// A character that cannot start a value.
    Reserved(usize),
}

impl Line {
    /// Reads the line that holds byte `at`.
    pub(super) fn at(text: &str, at: usize) -> Self {
        let bytes = text.as_bytes();
        let at = at.min(bytes.len());
        let start = bytes[..at]
            .iter()
            .rposition(|b| is_break(*b))
            .map_or(0, |i| i + 1);
        let end = bytes[at..]
            .iter()
            .position(|b| is_break(*b))
            .map_or(bytes.len(), |i| at + i);
        Reader {
            bytes: &bytes[..end],
            at: start,
        }
        .line()
    }

    /// The lines before this one, nearest first, without those that hold nothing but a comment.
    pub(super) fn lines_before<'t>(&self, text: &'t str) -> impl Iterator<Item = Self> + use<'t> {
        let mut start = self.start;
        std::iter::from_fn(move || {
            let line = Self::at(text, start.checked_sub(1)?);
            start = line.start;
            Some(line)
        })
        .take(MAX_DISTANCE)
        .filter(|line| !line.is_blank())
    }

    /// The lines after this one, nearest first, without those that hold nothing but a comment.
    pub(super) fn lines_after<'t>(&self, text: &'t str) -> impl Iterator<Item = Self> + use<'t> {
        let mut at = self.text;
        std::iter::from_fn(move || {
            at += text
                .as_bytes()
                .get(at..)?
                .iter()
                .position(|b| is_break(*b))?
                + 1;
            Some(Self::at(text, at))
        })
        .take(MAX_DISTANCE)
        .filter(|line| !line.is_blank())
    }

    /// Whether there is nothing but blanks and a comment.
    pub(super) fn is_blank(&self) -> bool {
        self.dashes.is_empty() && self.content.is_empty()
    }

    /// How many bytes the text of the line is indented by.
    pub(super) fn indent(&self) -> usize {
        self.text - self.start
    }

    /// The column of the key: behind the dashes.
    pub(super) fn column(&self) -> usize {
        self.content.start as usize - self.start
    }

    /// From the first dash or letter to the last one.
    pub(super) fn span(&self) -> Span {
        let dash = self.dashes.last().map_or(self.text, |dash| dash + 1);
        let end = match self.content.is_empty() {
            true => dash as u32,
            false => self.content.end,
        };
        Span::new(self.text as u32, end)
    }
}

/// Whether a byte ends a line.
pub(super) fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The bytes up to the end of the line, and where we are.
struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn line(mut self) -> Line {
        let start = self.at;
        self.skip_blanks();
        let mut line = Line {
            start,
            text: self.at,
            dashes: Vec::new(),
            content: Span::default(),
            key: None,
            value: Span::default(),
            fault: None,
        };
        while self.byte() == Some(b'-') && self.blank_at(self.at + 1) {
            line.dashes.push(self.at);
            self.at += 1;
            self.skip_blanks();
        }
        let content = self.at;
        let first = self.scan(true);
        line.fault = first.fault;
        line.content = first.span(content);
        if let Some(colon) = first.colon {
            if colon == content {
                line.fault = Some(LineFault::NoKey);
            }
            line.key = Some(Span::new(content as u32, colon as u32));
            self.at = colon + 1;
            self.skip_blanks();
            let value = self.at;
            let second = self.scan(false);
            line.fault = line.fault.or(second.fault);
            line.value = second.span(value);
            line.content.end = line.content.end.max(colon as u32 + 1).max(line.value.end);
            if second.end == value {
                line.value = Span::at(colon as u32 + 1);
            }
        } else if line.fault.is_none() && !line.content.is_empty() {
            line.fault = self.no_colon(&line);
        }
        let content = &self.bytes[line.content.range()];
        if content.starts_with(b"---") || content.starts_with(b"...") {
            line.fault = None;
        }
        if line.dashes.is_empty() && content.starts_with(b"-") && !content.starts_with(b"---") {
            line.fault = Some(LineFault::NoBlankBehindDash);
        }
        if let Some(tab) = self.bytes[start..line.text]
            .iter()
            .position(|b| *b == b'\t')
        {
            line.fault = Some(LineFault::Tab(start + tab));
        }
        line
    }

    /// Text without a colon is a list's item at best.
    fn no_colon(&self, line: &Line) -> Option<LineFault> {
        let content = &self.bytes[line.content.range()];
        match content.iter().position(|b| *b == b':') {
            Some(0) | None => Some(LineFault::NoColon),
            Some(at) => Some(LineFault::NoBlankBehindColon(
                line.content.start as usize + at,
            )),
        }
    }

    /// Reads a key up to its colon, or a value up to the end of the line.
    fn scan(&mut self, key: bool) -> Scanned {
        let mut scanned = Scanned {
            end: self.at,
            colon: None,
            fault: None,
        };
        self.skip_properties();
        let first = self.at;
        let properties = self.bytes[scanned.end..first].trim_ascii_end().len();
        scanned.end += properties;
        match self.byte() {
            Some(quote @ (b'"' | b'\'')) => {
                if !self.skip_quoted(quote) {
                    scanned.fault = Some(LineFault::UnclosedQuote(first));
                }
                scanned.end = self.at;
            }
            Some(b'[' | b'{') => {
                scanned.fault = self.skip_flow();
                scanned.end = first + self.bytes[first..self.at].trim_ascii_end().len();
            }
            Some(b'@' | b'`' | b'%') => scanned.fault = Some(LineFault::Reserved(first)),
            Some(b']' | b'}' | b',') => scanned.fault = Some(LineFault::StrayBracket(first)),
            _ => {}
        }
        let closed = self.at > first;
        while let Some(byte) = self.byte() {
            if byte == b'#' && (self.at == 0 || self.blank_at(self.at - 1) || self.at == first) {
                break;
            }
            if byte == b':' && self.blank_at(self.at + 1) {
                if key {
                    scanned.colon = Some(self.at);
                    return scanned;
                }
                scanned.fault = scanned.fault.or(Some(LineFault::SecondColon(self.at)));
            }
            if !is_blank(byte) {
                if closed && !key {
                    scanned.fault = scanned.fault.or(Some(LineFault::TextBehind(self.at)));
                }
                scanned.end = self.at + 1;
            }
            self.at += 1;
        }
        scanned
    }

    /// Steps over `&name` and `!tag`.
    fn skip_properties(&mut self) {
        while matches!(self.byte(), Some(b'&' | b'!')) {
            while self.byte().is_some_and(|b| !is_blank(b)) {
                self.at += 1;
            }
            self.skip_blanks();
        }
    }

    /// Steps over a quoted text; false where it is not closed.
    fn skip_quoted(&mut self, quote: u8) -> bool {
        self.at += 1;
        while let Some(byte) = self.byte() {
            self.at += 1;
            if byte == quote {
                if quote == b'\'' && self.byte() == Some(quote) {
                    self.at += 1;
                } else {
                    return true;
                }
            } else if byte == b'\\' && quote == b'"' && self.byte().is_some() {
                self.at += 1;
            }
        }
        false
    }

    /// Steps over a bracketed list or mapping.
    fn skip_flow(&mut self) -> Option<LineFault> {
        let mut open = Vec::new();
        while let Some(byte) = self.byte() {
            let at = self.at;
            match byte {
                b'"' | b'\'' if matches!(self.bytes[at - 1], b'[' | b'{' | b',' | b' ' | b':') => {
                    if !self.skip_quoted(byte) {
                        return Some(LineFault::UnclosedQuote(at));
                    }
                    continue;
                }
                b'#' if is_blank(self.bytes[at - 1]) => break,
                b'[' | b'{' => open.push((at, byte + 2)),
                b']' | b'}' if open.pop().is_none_or(|(_, closing)| closing != byte) => {
                    return Some(LineFault::StrayBracket(at));
                }
                _ => {}
            }
            self.at += 1;
            if open.is_empty() {
                return None;
            }
        }
        open.first().map(|(at, _)| LineFault::UnclosedBracket(*at))
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank_at(&self, at: usize) -> bool {
        self.bytes.get(at).is_none_or(|byte| is_blank(*byte))
    }

    fn skip_blanks(&mut self) {
        while self.byte().is_some_and(is_blank) {
            self.at += 1;
        }
    }
}

struct Scanned {
    /// Just past the last byte that is not blank.
    end: usize,
    /// The colon that ends a key.
    colon: Option<usize>,
    fault: Option<LineFault>,
}

impl Scanned {
    fn span(&self, start: usize) -> Span {
        Span::new(start as u32, self.end as u32)
    }
}
