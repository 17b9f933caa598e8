//! Ways to make a broken text readable again without moving any of it.

use crate::text::Span;

use super::line::{Line, LineFault, is_break};
use super::parse::Fault;

/// How many lines back a quote or bracket that is still open is looked for.
const MAX_LINES_BACK: usize = 400;

/// One change of the text, of the same length.
#[derive(Clone, Debug, Default)]
pub(super) struct Repair {
    /// Replaced by blanks.
    pub(super) blank: Span,
    /// Bytes set afterwards, all of them ASCII in the place of ASCII.
    pub(super) set: Vec<(usize, u8)>,
    /// What the tree loses by it.
    pub(super) lost: Span,
    /// The word that becomes a key although its last letter makes room for a colon.
    pub(super) word: Option<Span>,
}

impl Repair {
    /// Blanks a stretch, which is lost.
    fn blank(span: Span) -> Self {
        Self {
            blank: span,
            lost: span,
            ..Self::default()
        }
    }

    /// The changed text; `None` where it would not be text any more.
    pub(super) fn apply(&self, text: &str) -> Option<String> {
        let mut bytes = text.as_bytes().to_vec();
        for byte in bytes.get_mut(self.blank.range())? {
            if !is_break(*byte) {
                *byte = b' ';
            }
        }
        for &(at, byte) in &self.set {
            *bytes.get_mut(at)? = byte;
        }
        String::from_utf8(bytes).ok()
    }
}

/// A repair, and the line that it takes for the culprit.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) culprit: Line,
    pub(super) repair: Repair,
}

/// What could make the text readable beyond a fault, the most natural first.
pub(super) fn candidates(text: &str, fault: &Fault) -> Vec<Candidate> {
    let mut found = Vec::new();
    for culprit in suspects(text, fault) {
        for repair in repairs(text, &culprit) {
            found.push(Candidate {
                culprit: culprit.clone(),
                repair,
            });
        }
    }
    found
}

/// The last resort: everything around the fault, `reach` lines to both sides.
pub(super) fn window(text: &str, fault: &Fault, reach: usize) -> Candidate {
    let culprit = Line::at(text, fault.at);
    let mut first = culprit.clone();
    let mut last = culprit.clone();
    for _ in 0..reach {
        first = first.before(text).unwrap_or(first);
        last = last.after(text).unwrap_or(last);
    }
    let span = first.span().to(last.span());
    Candidate {
        culprit,
        repair: Repair::blank(span),
    }
}

/// The lines that may have broken the grammar: those that are wrong by themselves first.
fn suspects(text: &str, fault: &Fault) -> Vec<Line> {
    let mut here = Line::at(text, fault.at);
    if here.is_blank() {
        here = here.before(text).unwrap_or(here);
    }
    let mut lines = vec![here.clone()];
    let mut line = here.clone();
    let (mut quote, mut bracket) = (false, false);
    for back in 0..MAX_LINES_BACK {
        let Some(before) = line.before(text) else {
            break;
        };
        line = before.clone();
        let opens = match before.fault {
            Some(LineFault::UnclosedQuote(_)) => !std::mem::replace(&mut quote, true),
            Some(LineFault::UnclosedBracket(_)) => !std::mem::replace(&mut bracket, true),
            _ => false,
        };
        if back < 2 || opens {
            lines.push(before);
        }
        if quote && bracket {
            break;
        }
    }
    lines.extend(here.after(text));
    lines.sort_by_key(|line| match line.fault {
        // A list's item need not be a mapping.
        Some(LineFault::NoColon) if !line.dashes.is_empty() => 1,
        Some(_) => 0,
        None => 2,
    });
    lines
}

fn repairs(text: &str, line: &Line) -> Vec<Repair> {
    let mut repairs = Vec::new();
    if let Some(LineFault::UnclosedBracket(at)) = line.fault
        && let Some(end) = closing_bracket(text, at)
    {
        repairs.push(Repair::blank(Span::new(at as u32, end as u32)));
    }
    if line.key.is_some() && !line.value.is_empty() {
        repairs.push(Repair::blank(line.value));
    }
    repairs.extend(word_as_key(text, line));
    if !line.dashes.is_empty() && !line.content.is_empty() {
        repairs.push(Repair::blank(line.content));
    }
    let whole = Repair {
        blank: Span::new(line.start as u32, line.span().end),
        ..Repair::blank(line.span())
    };
    let dashes = dashes(text, line);
    if line.dashes.is_empty() || line.content.is_empty() {
        repairs.push(whole);
        repairs.extend(dashes);
    } else {
        repairs.extend(dashes);
        repairs.push(whole);
    }
    repairs
}

/// Makes the first word of a line without a colon its key, where something follows it.
fn word_as_key(text: &str, line: &Line) -> Option<Repair> {
    let content = line.content.text(text);
    let start = line.content.start as usize;
    match line.fault? {
        LineFault::NoBlankBehindColon(colon) => {
            let rest = Span::new(colon as u32 + 1, line.content.end);
            Some(Repair::blank(rest))
        }
        LineFault::NoColon => match content.find([' ', '\t']) {
            Some(length) => Some(Repair {
                set: vec![(start + length, b':')],
                ..Repair::blank(Span::new((start + length + 1) as u32, line.content.end))
            }),
            None => {
                let after = line.after(text)?;
                let owns = line.dashes.is_empty()
                    && (after.indent() > line.indent()
                        || (after.indent() == line.indent() && !after.dashes.is_empty()));
                let last = content.char_indices().next_back()?;
                (owns && last.0 > 0 && last.1.is_ascii()).then(|| Repair {
                    set: vec![(start + last.0, b':')],
                    word: Some(line.content),
                    ..Repair::default()
                })
            }
        },
        _ => None,
    }
}

/// Puts the dash of an item where those of the other items are, with and without what stands
/// behind it: its column is right only if the dash alone was in the wrong place.
fn dashes(text: &str, line: &Line) -> Vec<Repair> {
    let Some(column) = dash_column(text, line) else {
        return Vec::new();
    };
    let at = line.start + column;
    let content = line.content.start as usize;
    let end = line.span().end;
    // A key that starts further to the left would be cut.
    if at >= end as usize || content < at || line.dashes == [at] {
        return Vec::new();
    }
    let repair = |until: u32, lost: Span| Repair {
        blank: Span::new(line.start as u32, until),
        set: vec![(at, b'-')],
        lost,
        word: None,
    };
    let alone = repair(end, line.content);
    if content > at + 1 {
        vec![repair(content as u32, Span::default()), alone]
    } else {
        vec![alone]
    }
}

/// The column where the nearest items before this line, or else after it, have their dash.
fn dash_column(text: &str, line: &Line) -> Option<usize> {
    let column = |line: &Line| line.dashes.first().map(|dash| dash - line.start);
    let before = std::iter::successors(line.before(text), |line| line.before(text));
    let after = std::iter::successors(line.after(text), |line| line.after(text));
    before
        .take(MAX_LINES_BACK)
        .chain(after.take(MAX_LINES_BACK))
        .find_map(|line| column(&line))
}

/// Just past the bracket that closes the one at `open`, on a later line.
fn closing_bracket(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate().skip(open).take(1 << 16) {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}
