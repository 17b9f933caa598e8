//! Comments that speak to this tool: `# ai8x-lint: device=MAX78002`, `# ai8x-lint: ignore[AX301]`.

use crate::device::DeviceId;
use crate::diagnostic::{Applicability, Code, Finding};
use crate::facts::{Flags, parse_flags};
use crate::network::Spanned;
use crate::rules::tool::{UNKNOWN_DIRECTIVE, UNUSED_SUPPRESSION};
use crate::text::{Edit, LineIndex, Span, did_you_mean, nearest};
use crate::yaml::{Document, NodeKind};

use super::selection::Selector;

/// What a comment starts with that is a directive.
const PREFIX: &str = "ai8x-lint:";
const WORDS: [&str; 7] = [
    "device",
    "flags",
    "izer-flags",
    "shapes",
    "ignore",
    "ignore-file",
    "keep",
];

/// Everything that the comments of one file say.
#[derive(Clone, Debug, Default)]
pub struct Directives {
    /// `device=MAX78002`
    pub device: Option<Spanned<DeviceId>>,
    /// `flags="--fifo"`: the words and what they mean.
    pub flags: Option<Spanned<(String, Flags)>>,
    /// `shapes=FILE`
    pub shapes: Option<Spanned<String>>,
    /// `ignore[…]` and `ignore-file[…]`
    pub suppressions: Vec<Suppression>,
    /// What cannot be followed (AX982).
    pub problems: Vec<Finding>,
}

/// One `ignore[…]` or `ignore-file[…]`.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// The bytes to delete with it: the comment with the space before it, or its line.
    removal: Span,
    /// The comment, from its `#`.
    span: Span,
    /// The text between the brackets.
    list: Span,
    /// The rules, with their places, as far as they exist.
    rules: Vec<Spanned<Selector>>,
    /// Whether every rule of the list exists.
    complete: bool,
    /// Where it acts: findings that start there.
    scope: Span,
}

impl Suppression {
    fn covers(&self, finding: &Finding) -> bool {
        self.scope.touches(finding.span.start)
    }
}

/// Reads the directives of a file.
pub fn parse(text: &str, document: &Document) -> Directives {
    let mut reader = Reader {
        text,
        document,
        lines: LineIndex::new(text),
        found: Directives::default(),
    };
    for comment in &document.comments {
        if let Some(start) = directive_start(comment.span.text(text)) {
            let start = comment.span.start + start as u32;
            reader.directive(Span::new(start, comment.span.end));
        }
    }
    reader.found
}

/// Where the `#` of a directive stands in a comment, which may have other text before.
fn directive_start(comment: &str) -> Option<usize> {
    comment
        .match_indices('#')
        .map(|(start, _)| start)
        .find(|start| comment[start + 1..].trim_start().starts_with(PREFIX))
}

struct Reader<'a> {
    text: &'a str,
    document: &'a Document,
    lines: LineIndex,
    found: Directives,
}

impl Reader<'_> {
    /// Reads one directive; `span` starts with its `#`.
    fn directive(&mut self, span: Span) {
        let comment = span.text(self.text);
        let body = comment.find(PREFIX).unwrap_or_default() + PREFIX.len();
        let mut rest = Rest {
            text: comment,
            base: span.start,
            position: body,
        };
        let mut any = false;
        while let Some(word) = rest.word() {
            any = true;
            match word.value {
                "keep" => return,
                "ignore" | "ignore-file" => return self.suppression(span, &word, &mut rest),
                _ => self.assignment(&word, &mut rest),
            }
        }
        if !any {
            self.unknown(span, "says nothing".to_owned());
        }
    }

    /// Reads `device=…`, `flags=…`, `shapes=…`.
    fn assignment(&mut self, word: &Spanned<&str>, rest: &mut Rest) {
        let Some(value) = rest.value() else {
            let message = match word.value {
                "device" | "flags" | "izer-flags" | "shapes" => {
                    format!("`{0}` needs a value: `{0}=…`", word.value)
                }
                other => format!("there is no `{other}`{}", did_you_mean(other, WORDS)),
            };
            let known = WORDS.contains(&word.value);
            let better = nearest(word.value, WORDS).filter(|_| !known);
            return self.replaceable(word.span, message, better);
        };
        let span = word.span.to(value.span);
        let repeated = match word.value {
            "device" => match DeviceId::parse(value.value) {
                Some(device) => put(&mut self.found.device, device, span),
                None => {
                    let message = format!(
                        "there is no device `{}`: it is MAX78000 or MAX78002",
                        value.value
                    );
                    return self.unknown(value.span, message);
                }
            },
            "flags" | "izer-flags" => match parse_flags(value.value.split_whitespace()) {
                Ok(flags) => put(&mut self.found.flags, (value.value.to_owned(), flags), span),
                Err(message) => return self.unknown(value.span, message),
            },
            "shapes" => put(&mut self.found.shapes, value.value.to_owned(), span),
            other => {
                let message = format!("there is no `{other}`{}", did_you_mean(other, WORDS));
                return self.replaceable(word.span, message, nearest(other, WORDS));
            }
        };
        if repeated {
            let message = format!("`{}` was said before; this one has no effect", word.value);
            self.unknown(span, message);
        }
    }

    /// Reads the list behind `ignore` or `ignore-file`, up to its bracket; a reason follows.
    fn suppression(&mut self, span: Span, word: &Spanned<&str>, rest: &mut Rest) {
        let Some(list) = rest.brackets() else {
            let message = format!("`{0}` needs rules in brackets: `{0}[AX301]`", word.value);
            return self.unknown(word.span, message);
        };
        let mut rules = Vec::new();
        let mut complete = true;
        for item in items(list, self.text) {
            match Selector::parse(item.value) {
                Ok(value) => rules.push(Spanned {
                    value,
                    span: item.span,
                }),
                Err(message) => {
                    complete = false;
                    let names: Vec<&str> =
                        crate::rules::documented().map(|rule| rule.name).collect();
                    self.replaceable(item.span, message, nearest(item.value, names));
                }
            }
        }
        if rules.is_empty() && complete {
            let message = format!("`{}` names no rule", word.value);
            return self.unknown(word.span.to(list), message);
        }
        let scope = if word.value == "ignore-file" {
            Span::new(0, u32::MAX)
        } else {
            self.scope(span)
        };
        self.found.suppressions.push(Suppression {
            removal: self.removal(span),
            span,
            list,
            rules,
            complete,
            scope,
        });
    }

    /// Where a suppression acts: its line, or the next one with content where it stands alone; or
    /// the whole layer, where that line is a layer's `- ` line.
    fn scope(&self, span: Span) -> Span {
        let mut line = self.lines.line(span.start);
        if self.before(span).trim().is_empty() {
            while line + 1 < self.lines.line_count() {
                line += 1;
                let content = self.line_text(line).trim_start();
                if !content.is_empty() && !content.starts_with('#') {
                    break;
                }
            }
        }
        let start = self.lines.line_start(line);
        self.item_on(line)
            .unwrap_or_else(|| Span::new(start, start + self.line_text(line).len() as u32))
    }

    /// The item of a top-level list (a layer) whose `-` stands on this line.
    fn item_on(&self, line: u32) -> Option<Span> {
        let root = self.document.root()?;
        self.document
            .entries(root)
            .iter()
            .filter(|entry| {
                let node = self.document.raw(entry.value);
                matches!(node.kind, NodeKind::Sequence { .. })
            })
            .flat_map(|entry| self.document.items(entry.value))
            .find_map(|item| {
                let dash = item.dash?;
                (self.lines.line(dash.start) == line)
                    .then(|| dash.to(self.document.span(item.value)))
            })
    }

    /// What to delete so that nothing is left of a directive.
    fn removal(&self, span: Span) -> Span {
        let line = self.lines.line(span.start);
        let before = self.before(span);
        if before.trim().is_empty() {
            Span::new(self.lines.line_start(line), self.lines.line_start(line + 1))
        } else {
            let kept = before.trim_end().len() as u32;
            Span::new(self.lines.line_start(line) + kept, span.end)
        }
    }

    /// The text of the line before a directive.
    fn before(&self, span: Span) -> &str {
        let start = self.lines.line_start(self.lines.line(span.start));
        Span::new(start, span.start).text(self.text)
    }

    /// The text of a line without its break.
    fn line_text(&self, line: u32) -> &str {
        Span::new(self.lines.line_start(line), self.lines.line_start(line + 1))
            .text(self.text)
            .trim_end_matches(['\r', '\n'])
    }

    fn unknown(&mut self, span: Span, message: String) {
        self.replaceable(span, message, None);
    }

    /// A problem that a better word mends.
    fn replaceable(&mut self, span: Span, message: String, better: Option<&str>) {
        let mut finding = UNKNOWN_DIRECTIVE.finding(span, message);
        if let Some(better) = better {
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Write `{better}`"),
                vec![Edit::replace(span, better)],
            );
        }
        self.found.problems.push(finding);
    }
}

/// Sets what is not set yet; tells whether it was.
fn put<T>(place: &mut Option<Spanned<T>>, value: T, span: Span) -> bool {
    let repeated = place.is_some();
    if !repeated {
        *place = Some(Spanned { value, span });
    }
    repeated
}

/// The parts of a list between commas, without the space around them.
fn items(list: Span, text: &str) -> Vec<Spanned<&str>> {
    let mut start = list.start;
    let mut found = Vec::new();
    for part in list.text(text).split(',') {
        let value = part.trim();
        let at = start + (part.len() - part.trim_start().len()) as u32;
        if !value.is_empty() {
            let span = Span::new(at, at + value.len() as u32);
            found.push(Spanned { value, span });
        }
        start += part.len() as u32 + 1;
    }
    found
}

/// What of a comment is still to be read.
struct Rest<'a> {
    text: &'a str,
    base: u32,
    position: usize,
}

impl<'a> Rest<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    /// Takes the next `length` bytes.
    fn take(&mut self, length: usize) -> Spanned<&'a str> {
        let value = &self.text[self.position..self.position + length];
        let start = self.base + self.position as u32;
        self.position += length;
        Spanned {
            value,
            span: Span::new(start, start + length as u32),
        }
    }

    /// The next word: up to a space, a comma, `=` or `[`.
    fn word(&mut self) -> Option<Spanned<&'a str>> {
        let separator = |c: char| c.is_whitespace() || c == ',';
        let rest = self.rest();
        self.position += rest.len() - rest.trim_start_matches(separator).len();
        let rest = self.rest();
        // A stray sign is a word of its own, so that every call makes progress.
        let first = rest.chars().next()?.len_utf8();
        let length = rest[first..]
            .find(|c: char| separator(c) || c == '=' || c == '[')
            .map_or(rest.len(), |length| first + length);
        Some(self.take(length))
    }

    /// The value behind `=`, in quotes or up to a space or a comma.
    fn value(&mut self) -> Option<Spanned<&'a str>> {
        let rest = self.rest();
        let after = rest.strip_prefix('=')?;
        let (start, length) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => (2, after[1..].find(quote)?),
            _ => {
                let end = |c: char| c.is_whitespace() || c == ',';
                (1, after.find(end).unwrap_or(after.len()))
            }
        };
        self.position += start;
        let value = self.take(length);
        self.position += start - 1;
        Some(value)
    }

    /// The text between `[` and `]`.
    fn brackets(&mut self) -> Option<Span> {
        let length = self.rest().strip_prefix('[')?.find(']')?;
        self.position += 1;
        Some(self.take(length).span)
    }
}

/// Takes out what is suppressed, and adds a finding for each suppression that did nothing.
///
/// `enabled` tells whether a rule speaks at all: one that is switched off leaves a suppression
/// unjudged.
pub fn suppress(
    found: &mut Vec<Finding>,
    directives: &Directives,
    text: &str,
    enabled: impl Fn(Code) -> bool,
) -> Vec<Finding> {
    let suppressions = &directives.suppressions;
    let mut used: Vec<Vec<bool>> = suppressions
        .iter()
        .map(|suppression| vec![false; suppression.rules.len()])
        .collect();
    let mut suppressed = Vec::new();
    let mut sift = |found: &mut Vec<Finding>, used: &mut Vec<Vec<bool>>| {
        found.retain(|finding| {
            let mut hit = false;
            for (suppression, used) in suppressions.iter().zip(used) {
                for (rule, used) in suppression.rules.iter().zip(used) {
                    if suppression.covers(finding) && rule.value.matches(finding.code) {
                        *used = true;
                        hit = true;
                    }
                }
            }
            if hit {
                suppressed.push(finding.clone());
            }
            !hit
        });
    };
    sift(found, &mut used);
    let mut unused: Vec<Finding> = suppressions
        .iter()
        .zip(&used)
        .filter_map(|(suppression, used)| unused_finding(suppression, used, text, &enabled))
        .collect();
    sift(&mut unused, &mut used);
    found.append(&mut unused);
    suppressed
}

fn unused_finding(
    suppression: &Suppression,
    used: &[bool],
    text: &str,
    enabled: impl Fn(Code) -> bool,
) -> Option<Finding> {
    let (idle, needed): (Vec<_>, Vec<_>) =
        suppression.rules.iter().zip(used).partition(|(rule, used)| {
            let meant = |code| rule.value.matches(code);
            // One that is about this very finding cannot be judged by it.
            !**used && !meant(UNUSED_SUPPRESSION.code) && !judged_elsewhere(&meant, &enabled)
        });
    let first = idle.first()?.0.span;
    let names: Vec<String> = idle
        .iter()
        .map(|(rule, _)| format!("`{}`", rule.span.text(text)))
        .collect();
    let names = names.join(", ");
    let finding = UNUSED_SUPPRESSION.finding(
        if needed.is_empty() && suppression.complete {
            suppression.span
        } else {
            first
        },
        format!("{names} is not reported here, so there is nothing to suppress"),
    );
    if needed.is_empty() && suppression.complete {
        let edit = Edit::delete(suppression.removal);
        return Some(finding.fix(Applicability::Safe, "Delete the suppression", vec![edit]));
    }
    let kept: Vec<&str> = items(suppression.list, text)
        .into_iter()
        .filter(|item| !idle.iter().any(|(rule, _)| rule.span == item.span))
        .map(|item| item.value)
        .collect();
    let edit = Edit::replace(suppression.list, kept.join(", "));
    Some(finding.fix(Applicability::Safe, format!("Delete {names}"), vec![edit]))
}

/// Whether all rules that a selector means are switched off.
fn judged_elsewhere(meant: impl Fn(Code) -> bool, enabled: impl Fn(Code) -> bool) -> bool {
    !crate::rules::documented().any(|rule| meant(rule.code) && enabled(rule.code))
}
