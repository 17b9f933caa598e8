//! Where the cursor is, read off the lines around it: completion works in texts whose tree is
//! broken, and broken right here.

use crate::network::keys::{self, Domain, Key, Scope};
use crate::text::{LineIndex, Span};

/// Where something is to be written.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    /// The mapping.
    pub(super) block: Block<'a>,
    /// What of it.
    pub(super) kind: Kind,
    /// The list that another block could be added to here.
    pub(super) list: Option<Block<'a>>,
    /// The word around the cursor.
    pub(super) word: Span,
}

/// What is to be written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A key.
    Key {
        /// In `{a: b}`.
        flow: bool,
        /// On a line that has nothing else; then it may as well start another block.
        blank: bool,
    },
    /// The value of a key, or an item of it.
    Value {
        /// The key.
        key: &'static Key,
        /// Whether the word follows the colon at once.
        tight: bool,
    },
}

/// A mapping as its lines show it.
#[derive(Clone, Debug)]
pub(super) struct Block<'a> {
    /// What it is.
    pub(super) scope: Scope,
    /// The offset of its `-`.
    pub(super) dash: Option<u32>,
    /// The column of its `-`; of the blocks of the list, where it has none itself.
    pub(super) dash_column: usize,
    /// The column of its keys.
    pub(super) column: usize,
    /// The keys that it has.
    pub(super) keys: Vec<&'a str>,
}

/// A line and what it starts with.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    start: usize,
    text: &'a str,
    /// The column of its first `-`.
    dash: Option<usize>,
    /// The column of its content, behind all `-`.
    column: usize,
    key: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn new(start: usize, text: &'a str) -> Self {
        let mut column = text.len() - text.trim_start_matches(' ').len();
        let mut dash = None;
        while let Some(rest) = text.get(column..).and_then(|rest| rest.strip_prefix('-')) {
            if !rest.is_empty() && !rest.starts_with(' ') {
                break;
            }
            dash = dash.or(Some(column));
            column += 1 + rest.len() - rest.trim_start_matches(' ').len();
            // Behind a lone dash content starts after one blank.
            if rest.is_empty() {
                column += 1;
            }
        }
        let content = text.get(column..).unwrap_or_default();
        Self {
            start,
            text,
            dash,
            column,
            key: key_of(content),
        }
    }

    fn is_empty(&self) -> bool {
        let content = self.text.trim();
        content.is_empty() || content.starts_with('#')
    }

    /// The column of its first sign.
    fn first(&self) -> usize {
        self.dash.unwrap_or(self.column)
    }
}

/// The key that a text starts with.
fn key_of(content: &str) -> Option<&str> {
    let (key, rest) = content.split_once(':')?;
    let is_word = !key.is_empty() && key.chars().all(is_key_char);
    (is_word && (rest.is_empty() || rest.starts_with([' ', '\t']))).then_some(key)
}

const fn is_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// What ends the word of a value.
const fn ends_value(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | ',' | '[' | ']' | '{' | '}' | '#' | '"' | '\''
    )
}

/// Reads where `offset` is; none where nothing of ours can be written.
pub(super) fn spot(text: &str, offset: u32) -> Option<Spot<'_>> {
    let lines = lines(text);
    let at = offset as usize;
    let current = lines
        .partition_point(|line| line.start <= at)
        .checked_sub(1)?;
    let line = *lines.get(current)?;
    let before = text.get(line.start..at)?;
    let after = line.text.get(before.len()..)?;
    match open_bracket(before) {
        Some((open, '{')) => in_flow(&lines, current, before, after, open),
        Some((open, _)) => {
            // The key of the list stands before the bracket, on this line.
            let head = before.get(..open)?.trim_end();
            let head = head
                .rsplit(['{', ','])
                .next()?
                .trim_start_matches([' ', '-']);
            let block = block(&lines, current, line.column)?;
            let key = keys::find(block.scope, head.strip_suffix(':')?)?;
            value(block, key, &line, before, after, false)
        }
        None => in_block(&lines, current, before, after),
    }
}

fn in_block<'a>(lines: &[Line<'a>], current: usize, before: &str, after: &str) -> Option<Spot<'a>> {
    let line = *lines.get(current)?;
    let own = Line::new(line.start, before);
    if let Some(key) = own.key {
        let block = block(lines, current, line.column)?;
        let key = keys::find(block.scope, key)?;
        return value(block, key, &line, before, after, before.ends_with(':'));
    }
    // A further line of a list in brackets.
    if line.dash.is_none()
        && let Some(above) = parent(lines, current, line.column)
        && above.column < line.column
        && matches!(open_bracket(above.text), Some((_, '[')))
        && let Some(block) = block(lines, above_index(lines, above)?, above.column)
        && let Some(key) = keys::find(block.scope, above.key?)
    {
        return value(block, key, &line, before, after, false);
    }
    // An item of a list that a key holds.
    if line.dash.is_some()
        && let Some(above) = parent(lines, current, line.first())
        && let Some(holder) = above.key
        && let Some(block) = block(lines, above_index(lines, above)?, above.column)
        && let Some(key) = keys::find(block.scope, holder)
        && !matches!(key.domain, Domain::Blocks(_))
    {
        return value(block, key, &line, before, after, false);
    }
    let word_start = before.trim_end_matches(is_key_char).len();
    // Behind the `-` of an item a blank is to come first.
    if before.get(word_start..)?.starts_with('-') {
        return None;
    }
    let lead = before.get(..word_start)?;
    if !lead.chars().all(|c| matches!(c, ' ' | '-')) {
        return None;
    }
    let blank = lead.trim().is_empty() && word_start == before.len() && after.trim().is_empty();
    let block = block(lines, current, word_start)?;
    let mut length = after.len() - after.trim_start_matches(is_key_char).len();
    if after
        .get(length..)
        .is_some_and(|rest| rest.starts_with(':'))
    {
        length += 1;
    }
    let start = line.start + word_start;
    // Behind a lone `-` a block starts, too.
    let list = if blank && block.scope == Scope::Global {
        list_above(lines, current)
    } else {
        (blank || block.keys.is_empty() && line.dash.is_some()).then(|| block.clone())
    };
    Some(Spot {
        block,
        list,
        kind: Kind::Key { flow: false, blank },
        word: Span::new(start as u32, (line.start + before.len() + length) as u32),
    })
}

fn in_flow<'a>(
    lines: &[Line<'a>],
    current: usize,
    before: &str,
    after: &str,
    open: usize,
) -> Option<Spot<'a>> {
    let line = *lines.get(current)?;
    let mut block = block(lines, current, line.column)?;
    let inside = line.text.get(open + 1..)?;
    let inside = inside.split('}').next()?;
    block.keys = inside
        .split(',')
        .filter_map(|part| key_of(part.trim_start()))
        .collect();
    let part = before.get(open + 1..)?.rsplit(',').next()?.trim_start();
    if let Some(key) = key_of(part) {
        let key = keys::find(block.scope, key)?;
        return value(block, key, &line, before, after, before.ends_with(':'));
    }
    let start = before.trim_end_matches(is_key_char).len();
    if part.len() != before.len() - start {
        return None;
    }
    let mut length = after.len() - after.trim_start_matches(is_key_char).len();
    if after
        .get(length..)
        .is_some_and(|rest| rest.starts_with(':'))
    {
        length += 1;
    }
    Some(Spot {
        block,
        list: None,
        kind: Kind::Key {
            flow: true,
            blank: false,
        },
        word: Span::new(
            (line.start + start) as u32,
            (line.start + before.len() + length) as u32,
        ),
    })
}

fn value<'a>(
    block: Block<'a>,
    key: &'static Key,
    line: &Line,
    before: &str,
    after: &str,
    tight: bool,
) -> Option<Spot<'a>> {
    let start = if tight {
        before.len()
    } else {
        before.trim_end_matches(|c| !ends_value(c)).len()
    };
    let length = after.find(ends_value).unwrap_or(after.len());
    Some(Spot {
        block,
        list: None,
        kind: Kind::Value { key, tight },
        word: Span::new(
            (line.start + start) as u32,
            (line.start + before.len() + length) as u32,
        ),
    })
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let index = LineIndex::new(text);
    (0..index.line_count())
        .map(|line| {
            let start = index.line_start(line);
            let whole = Span::new(start, index.line_start(line + 1)).text(text);
            Line::new(start as usize, whole.trim_end_matches(['\r', '\n']))
        })
        .collect()
}

/// The innermost bracket that is open at the end of a text, and where it stands.
fn open_bracket(before: &str) -> Option<(usize, char)> {
    let mut open = Vec::new();
    let mut quote = None;
    for (at, c) in before.char_indices() {
        match (quote, c) {
            (Some(own), _) if own == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => open.push((at, c)),
            (None, ']' | '}') => {
                open.pop();
            }
            (None, _) => {}
        }
    }
    open.pop()
}

/// The nearest line above with less indentation.
fn parent<'a>(lines: &[Line<'a>], current: usize, column: usize) -> Option<Line<'a>> {
    lines
        .get(..current)?
        .iter()
        .rev()
        .filter(|line| !line.is_empty())
        // The list of a key may stand below it without indentation.
        .find(|line| line.column < column || (line.dash.is_none() && line.column == column))
        .copied()
}

fn above_index(lines: &[Line], above: Line) -> Option<usize> {
    lines.iter().position(|line| line.start == above.start)
}

/// A place in a list, but in none of its blocks: another block can start here.
fn between<'a>(lines: &[Line<'a>], scope: Scope, top: &Line, column: usize) -> Block<'a> {
    let first = lines
        .iter()
        .skip_while(|line| line.start <= top.start)
        .find(|line| !line.is_empty())
        .and_then(|line| line.dash);
    let dash_column = first.unwrap_or(column);
    Block {
        scope,
        dash: None,
        dash_column,
        column: dash_column + 2,
        keys: Vec::new(),
    }
}

/// The list to which a block on an empty line without indentation would belong.
fn list_above<'a>(lines: &[Line<'a>], current: usize) -> Option<Block<'a>> {
    let top = lines
        .get(..current)?
        .iter()
        .rev()
        .find(|line| line.dash.is_none() && line.column == 0 && line.key.is_some())?;
    match keys::find(Scope::Global, top.key?)?.domain {
        Domain::Blocks(scope) => Some(between(lines, scope, top, 2)),
        _ => None,
    }
}

/// The mapping to which a key at `column` of a line would belong.
fn block<'a>(lines: &[Line<'a>], current: usize, column: usize) -> Option<Block<'a>> {
    let line = lines.get(current)?;
    if column == 0 && line.dash.is_none() {
        return Some(Block {
            scope: Scope::Global,
            dash: None,
            dash_column: 0,
            column: 0,
            keys: lines
                .iter()
                .enumerate()
                .filter(|(index, line)| {
                    *index != current && line.column == 0 && line.dash.is_none()
                })
                .filter_map(|(_, line)| line.key)
                .collect(),
        });
    }
    let head = if line.dash.is_some() {
        Some(current)
    } else {
        let found = (0..current).rev().find(|index| {
            lines
                .get(*index)
                .is_some_and(|line| !line.is_empty() && line.first() < column)
        })?;
        lines.get(found)?.dash.map(|_| found)
    };
    let top = lines
        .get(..=head.unwrap_or(current))?
        .iter()
        .rev()
        .find(|line| line.dash.is_none() && line.column == 0 && line.key.is_some())?;
    let Some(Domain::Blocks(scope)) = keys::find(Scope::Global, top.key?).map(|key| key.domain)
    else {
        return None;
    };
    let Some(head) = head else {
        return Some(between(lines, scope, top, column));
    };
    let start = *lines.get(head)?;
    let dash = start.dash?;
    let end = lines
        .iter()
        .enumerate()
        .skip(head + 1)
        .find(|(_, line)| !line.is_empty() && line.first() <= dash)
        .map_or(lines.len(), |(index, _)| index);
    Some(Block {
        scope,
        dash: Some((start.start + dash) as u32),
        dash_column: dash,
        column: start.column,
        keys: lines
            .iter()
            .enumerate()
            .take(end)
            .skip(head)
            .filter(|(index, line)| {
                *index != current
                    && line.column == start.column
                    && (line.dash.is_none() || *index == head)
            })
            .filter_map(|(_, line)| line.key)
            .collect(),
    })
}
