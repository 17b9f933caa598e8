//! Ways to make a broken text readable again.

use crate::text::{Edit, Span};

use super::line::{Line, LineFault};
use super::parse::Fault;

/// One way to make a text readable beyond a fault.
#[derive(Clone, Debug)]
pub(super) struct Repair {
    /// The line that it takes for the culprit.
    pub(super) culprit: Line,
    /// What it does.
    pub(super) mend: Mend,
    /// How.
    pub(super) edits: Vec<Edit>,
    /// What the tree loses by it; empty where nothing.
    pub(super) lost: Span,
}

/// The kinds of repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mend {
    /// Something is left out.
    LeaveOut,
    /// The line is indented by this many spaces.
    Indent(usize),
    /// An item's dash is put where it is indented by this many spaces.
    Dash(usize),
    /// A colon or a space is inserted.
    Insert,
}

impl Repair {
    fn leave_out(culprit: &Line, span: Span) -> Self {
        Self {
            culprit: culprit.clone(),
            mend: Mend::LeaveOut,
            edits: vec![Edit::delete(span)],
            lost: span,
        }
    }

    fn insert(culprit: &Line, at: u32, text: &str) -> Self {
        Self {
            culprit: culprit.clone(),
            mend: Mend::Insert,
            edits: vec![Edit::insert(at, text)],
            lost: Span::default(),
        }
    }

    /// Leaves out the whole line, but for its comment.
    fn leave_out_line(culprit: &Line) -> Self {
        let span = Span::new(culprit.start as u32, culprit.span().end);
        Self {
            edits: vec![Edit::delete(span)],
            ..Self::leave_out(culprit, culprit.span())
        }
    }

    /// Takes a `---` for nothing.
    pub(super) fn join(text: &str, marker: Span) -> Self {
        Self::leave_out(&Line::at(text, marker.start as usize), marker)
    }

    fn indent(culprit: &Line, column: usize) -> Self {
        let indentation = Span::new(culprit.start as u32, culprit.text as u32);
        Self {
            culprit: culprit.clone(),
            mend: Mend::Indent(column),
            edits: vec![Edit::replace(indentation, " ".repeat(column))],
            lost: Span::default(),
        }
    }

    /// Puts a dash before the text of a line that lacks it, or has it in the wrong column.
    fn dash(culprit: &Line, column: usize) -> Self {
        let mut repair = Self::indent(culprit, column);
        if culprit.dashes.is_empty() {
            repair.edits.push(Edit::insert(culprit.text as u32, "- "));
        }
        repair.mend = Mend::Dash(column);
        repair
    }

    /// Puts a dash in the place of a line.
    fn lone_dash(culprit: &Line, column: usize) -> Self {
        let line = Span::new(culprit.start as u32, culprit.span().end);
        Self {
            edits: vec![Edit::replace(line, format!("{:column$}-", ""))],
            lost: culprit.content,
            ..Self::dash(culprit, column)
        }
    }
}

/// What could make the text readable beyond a fault, the most natural first.
pub(super) fn repairs(text: &str, fault: &Fault) -> Vec<Repair> {
    suspects(text, fault)
        .iter()
        .flat_map(|culprit| repairs_of(text, culprit))
        .collect()
}

/// The last resort: leaves out everything around the fault, `reach` lines to both sides.
pub(super) fn leave_out_around(text: &str, fault: &Fault, reach: usize) -> Repair {
    let culprit = Line::at(text, fault.at);
    let first = culprit.lines_before(text).take(reach).last();
    let last = culprit.lines_after(text).take(reach).last();
    let span = first.as_ref().unwrap_or(&culprit).span();
    let span = span.to(last.as_ref().unwrap_or(&culprit).span());
    Repair::leave_out(&culprit, span)
}

/// The lines that may have broken the grammar: those that are wrong by themselves first.
fn suspects(text: &str, fault: &Fault) -> Vec<Line> {
    let mut here = Line::at(text, fault.at);
    if here.is_blank() {
        here = here.lines_before(text).next().unwrap_or(here);
    }
    let mut lines = vec![here.clone()];
    let (mut quote, mut bracket) = (false, false);
    for (distance, line) in here.lines_before(text).enumerate() {
        let opens = match line.fault {
            Some(LineFault::UnclosedQuote(_)) => !std::mem::replace(&mut quote, true),
            Some(LineFault::UnclosedBracket(_)) => !std::mem::replace(&mut bracket, true),
            _ => false,
        };
        if distance < 2 || opens {
            lines.push(line);
        }
    }
    lines.extend(here.lines_after(text).next());
    if let Some(&dash) = here.dashes.first() {
        lines.extend(first_of_block(text, &here, dash - here.start));
    }
    lines.sort_by_key(|line| match line.fault {
        // A list's item need not be a mapping.
        Some(LineFault::NoColon) if !line.dashes.is_empty() => 1,
        Some(_) => 0,
        None if stands_out(text, line) => 1,
        None => 2,
    });
    lines
}

/// Whether the indentation of a line differs from that of the lines around, which agree.
fn stands_out(text: &str, line: &Line) -> bool {
    let Some(after) = line.lines_after(text).next() else {
        return false;
    };
    match line.dashes.first() {
        Some(dash) => {
            after.dashes.is_empty()
                && after.indent() > dash - line.start
                && after.indent() != line.column()
        }
        None => {
            let before = line.lines_before(text).next().map(|before| before.column());
            before == Some(after.indent()) && after.indent() != line.indent()
        }
    }
}

/// The line that starts the block that a dash stands in: it may lack its own.
fn first_of_block(text: &str, item: &Line, column: usize) -> Option<Line> {
    let mut first = None;
    for line in item.lines_before(text) {
        if line.indent() <= column {
            return first.filter(|_| line.dashes.is_empty());
        }
        first = Some(line);
    }
    None
}

fn repairs_of(text: &str, line: &Line) -> Vec<Repair> {
    let before = line.lines_before(text).next();
    let after = line.lines_after(text).next();
    let mut repairs = Vec::new();
    match line.fault {
        Some(LineFault::UnclosedBracket(at)) => {
            if let Some(end) = closing_bracket(text, at) {
                repairs.push(Repair::leave_out(line, Span::new(at as u32, end as u32)));
            }
        }
        Some(LineFault::NoBlankBehindColon(at)) => {
            repairs.push(Repair::insert(line, at as u32 + 1, " "));
        }
        Some(LineFault::NoBlankBehindDash) => {
            repairs.push(Repair::insert(line, line.content.start + 1, " "));
        }
        Some(LineFault::NoColon) => {
            let words: Vec<&str> = line.content.text(text).split_ascii_whitespace().collect();
            let follows_key = before
                .as_ref()
                .is_some_and(|line| line.key.is_some() && line.value.is_empty());
            let owns_lines = after.as_ref().is_some_and(|after| {
                after.indent() > line.indent()
                    || (after.indent() == line.indent() && !after.dashes.is_empty())
            });
            let is_key = match words.len() {
                1 => owns_lines && !follows_key && line.dashes.is_empty(),
                2 => true,
                _ => false,
            };
            if is_key && let Some(word) = words.first() {
                let end = line.content.start + word.len() as u32;
                repairs.push(Repair::insert(line, end, ":"));
            }
        }
        None | Some(LineFault::Tab(_)) if line.dashes.is_empty() => {
            let columns = before.iter().chain(&after).map(Line::column).chain([0]);
            let columns = distinct(columns).into_iter();
            let columns = columns.filter(|&column| column != line.indent() || line.fault.is_some());
            repairs.extend(columns.map(|column| Repair::indent(line, column)));
        }
        _ => {}
    }
    let has_tab = matches!(line.fault, Some(LineFault::Tab(_)));
    let opens_list = matches!(line.fault, Some(LineFault::UnclosedBracket(_)));
    // What is indented below a value would hang under its key.
    let owns_lines = after.is_some_and(|after| after.indent() > line.column());
    if line.key.is_some() && !line.value.is_empty() && (!owns_lines || opens_list) {
        repairs.push(Repair::leave_out(line, line.value));
    }
    let misplaced = dash_columns(text, line)
        .into_iter()
        .filter(|&column| line.dashes != [line.start + column] || has_tab)
        .flat_map(|column| [Repair::dash(line, column), Repair::lone_dash(line, column)]);
    if line.dashes.is_empty() || line.content.is_empty() {
        repairs.push(Repair::leave_out_line(line));
        repairs.extend(misplaced);
    } else {
        repairs.push(Repair::leave_out(line, line.content));
        repairs.extend(misplaced);
        repairs.push(Repair::leave_out_line(line));
    }
    repairs
}

/// The columns where the nearest items before and after this line have their dash; where there
/// are none, where it would be if the next line belonged to the same item.
fn dash_columns(text: &str, line: &Line) -> Vec<usize> {
    let column = |line: Line| line.dashes.first().map(|dash| dash - line.start);
    let before = line.lines_before(text).find_map(column);
    let after = line.lines_after(text).find_map(column);
    let guess = line
        .lines_after(text)
        .next()
        .and_then(|after| after.indent().checked_sub(2));
    let known = before.into_iter().chain(after);
    distinct(known.chain(guess))
}

fn distinct(columns: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut found = Vec::new();
    for column in columns {
        if !found.contains(&column) {
            found.push(column);
        }
    }
    found
}

/// Just past the bracket that closes the one at `open`, on a later line.
pub(super) fn closing_bracket(text: &str, open: usize) -> Option<usize> {
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
