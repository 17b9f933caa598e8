//! Comments that speak to this tool: `# ai8x-lint: device=MAX78002`, `# ai8x-lint: ignore[AX301]`.

use crate::device::DeviceId;
use crate::diagnostic::{Applicability, Code, Finding};
use crate::facts::{Flags, parse_flags};
use crate::network::Spanned;
use crate::rules::{
    self,
    tool::{UNKNOWN_DIRECTIVE, UNUSED_SUPPRESSION},
};
use crate::text::{Edit, LineIndex, Span, did_you_mean, nearest};
use crate::yaml::{Document, NodeKind};

use super::selection::Selector;

/// What a comment starts with that is a directive.
const PREFIX: &str = "ai8x-lint:";
const WORDS: [&str; 9] = [
    "checkpoint",
    "device",
    "flags",
    "izer-flags",
    "model",
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
    /// `checkpoint=FILE`
    pub checkpoint: Option<Spanned<String>>,
    /// `model=FILE:NAME`
    pub model: Option<Spanned<String>>,
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
        if rest.rest().trim().is_empty() {
            self.unknown(span, "`ai8x-lint:` is followed by no directive".to_owned());
        }
        while let Some(word) = rest.word() {
            let understood = match word.value {
                "keep" => return,
                prose if prose.starts_with('#') => return,
                "ignore" | "ignore-file" => return self.suppression(span, &word, &mut rest),
                "checkpoint" | "device" | "flags" | "izer-flags" | "model" | "shapes" => {
                    self.assignment(&word, &mut rest)
                }
                other => {
                    let message = format!(
                        "there is no directive `{other}`{}",
                        did_you_mean(other, WORDS)
                    );
                    self.replaceable(word.span, message, nearest(other, WORDS));
                    false
                }
            };
            // What follows something unknown belongs to it.
            if !understood {
                return;
            }
        }
    }

    /// Reads the value of `device=…`, `flags=…`, `shapes=…` and the like; tells whether it can be followed.
    fn assignment(&mut self, word: &Spanned<&str>, rest: &mut Rest) -> bool {
        let Some(value) = rest.value() else {
            let message = format!("`{0}` needs a value: `{0}=…`", word.value);
            self.unknown(word.span, message);
            return false;
        };
        let span = value.span;
        let repeated = match word.value {
            "device" => match DeviceId::parse(value.value) {
                Some(device) => put(&mut self.found.device, device, span),
                None => {
                    let message = format!(
                        "there is no device `{}`: it is MAX78000 or MAX78002",
                        value.value
                    );
                    self.unknown(value.span, message);
                    return false;
                }
            },
            "shapes" => put(&mut self.found.shapes, value.value.to_owned(), span),
            "checkpoint" => put(&mut self.found.checkpoint, value.value.to_owned(), span),
            "model" => put(&mut self.found.model, value.value.to_owned(), span),
            _ => match parse_flags(value.value.split_whitespace()) {
                Ok(flags) => put(&mut self.found.flags, (value.value.to_owned(), flags), span),
                Err(message) => {
                    self.unknown(value.span, message);
                    return false;
                }
            },
        };
        if repeated {
            let message = format!("`{}` was said before; this one has no effect", word.value);
            self.unknown(word.span.to(span), message);
        }
        true
    }

    /// Reads the list behind `ignore` or `ignore-file`, up to its bracket; a reason follows.
    fn suppression(&mut self, span: Span, word: &Spanned<&str>, rest: &mut Rest) {
        let Some(list) = rest.brackets() else {
            let message = format!("`{0}` needs rules in brackets: `{0}[AX301]`", word.value);
            return self.unknown(word.span, message);
        };
        let mut named = Vec::new();
        let mut complete = true;
        for item in items(list, self.text) {
            match Selector::parse(item.value) {
                Ok(value) => named.push(Spanned {
                    value,
                    span: item.span,
                }),
                Err(message) => {
                    complete = false;
                    let names: Vec<&str> = rules::documented().map(|rule| rule.name).collect();
                    self.replaceable(item.span, message, nearest(item.value, names));
                }
            }
        }
        if named.is_empty() && complete {
            let message = format!("`{}` names no rule", word.value);
            return self.unknown(Span::new(word.span.start, list.end + 1), message);
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
            rules: named,
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

/// Takes out what is suppressed and yields it, and adds a finding for each suppression that did
/// nothing.
///
/// `enabled` tells whether a rule speaks at all: one that is switched off leaves a suppression
/// unjudged.
pub(super) fn suppress(
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
    let mut suppressed = take_suppressed(found, suppressions, &mut used);
    let mut unused: Vec<Finding> = suppressions
        .iter()
        .zip(&used)
        .filter_map(|(suppression, used)| unused_finding(suppression, used, text, &enabled))
        .collect();
    suppressed.append(&mut take_suppressed(&mut unused, suppressions, &mut used));
    found.append(&mut unused);
    suppressed
}

/// Takes out what is suppressed; notes in `used` which rule of which suppression did something.
fn take_suppressed(
    found: &mut Vec<Finding>,
    suppressions: &[Suppression],
    used: &mut [Vec<bool>],
) -> Vec<Finding> {
    let mut is_suppressed = |finding: &Finding| {
        let mut hit = false;
        for (suppression, used) in suppressions.iter().zip(used.iter_mut()) {
            for (rule, used) in suppression.rules.iter().zip(used) {
                let suppresses = suppression.covers(finding) && rule.value.matches(finding.code);
                *used |= suppresses;
                hit |= suppresses;
            }
        }
        hit
    };
    found
        .extract_if(.., |finding| is_suppressed(finding))
        .collect()
}

fn unused_finding(
    suppression: &Suppression,
    used: &[bool],
    text: &str,
    enabled: impl Fn(Code) -> bool,
) -> Option<Finding> {
    let can_be_judged = |rule: &Selector| {
        // One that is about this very finding cannot be judged by it.
        !rule.matches(UNUSED_SUPPRESSION.code)
            && rules::documented().any(|known| rule.matches(known.code) && enabled(known.code))
    };
    let (idle, needed): (Vec<_>, Vec<_>) = suppression
        .rules
        .iter()
        .zip(used)
        .partition(|(rule, used)| !**used && can_be_judged(&rule.value));
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

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::diagnostic::Severity;
    use crate::text::apply_edits;

    fn read(text: &str) -> Directives {
        parse(text, &crate::yaml::parse(text))
    }

    /// A finding with this code that starts at `word`.
    fn at(text: &str, word: &str, code: u16) -> Finding {
        let start = text.find(word).unwrap() as u32;
        let mut finding = UNKNOWN_DIRECTIVE.finding(Span::at(start), "");
        finding.code = Code(code);
        finding.severity = Severity::Error;
        finding
    }

    /// What is left of the findings, as `code@word under the place`.
    fn left(text: &str, mut found: Vec<Finding>) -> Vec<Finding> {
        suppress(&mut found, &read(text), text, |_| true);
        found
    }

    fn problems(text: &str) -> String {
        let lines: Vec<String> = read(text)
            .problems
            .iter()
            .map(|problem| {
                let fix = problem.fixes.first().map(|fix| format!(" [{}]", fix.title));
                format!(
                    "{}: {}{}",
                    problem.span.text(text),
                    problem.message,
                    fix.unwrap_or_default()
                )
            })
            .collect();
        lines.join("\n")
    }

    #[test]
    fn assignments() {
        let text = "# ai8x-lint: device=MAX78002, shapes=a.json\n\
                    arch: x # ai8x-lint:flags=\"--fifo --max-proc 4\"\n";
        let read = read(text);
        assert_eq!(read.device.unwrap().value, DeviceId::Max78002);
        assert_eq!(read.shapes.unwrap().value, "a.json");
        let flags = read.flags.unwrap();
        assert_eq!(flags.span.text(text), "--fifo --max-proc 4");
        assert!(flags.value.1.fifo && flags.value.1.max_proc == Some(4));
        assert!(read.problems.is_empty());
    }

    #[test]
    fn only_comments_speak() {
        let read = read("arch: \"# ai8x-lint: device=MAX78002\"\n# ai8x-lint says: hello\n");
        assert!(read.device.is_none() && read.problems.is_empty());
    }

    #[test]
    fn what_cannot_be_followed() {
        assert_snapshot!(problems(
            "# ai8x-lint:\n\
             # ai8x-lint: devise=MAX78000\n\
             # ai8x-lint: device=MAX78003\n\
             # ai8x-lint: device\n\
             # ai8x-lint: device=ai85\n\
             # ai8x-lint: device=ai87\n\
             # ai8x-lint: flags=\"--max-proc x\"\n\
             # ai8x-lint: flags=\"--fifo\n\
             # ai8x-lint: ignroe[AX981]\n\
             # ai8x-lint: ignore\n\
             # ai8x-lint: ignore[]\n\
             # ai8x-lint: ignore[AX981\n\
             # ai8x-lint: ignore[AX9811, unused-supression, AX981]\n\
             # ai8x-lint: [=\n\
             # ai8x-lint: keep the masks\n"
        ), @"
        # ai8x-lint:: `ai8x-lint:` is followed by no directive
        devise: there is no directive `devise`; did you mean `device`? [Write `device`]
        MAX78003: there is no device `MAX78003`: it is MAX78000 or MAX78002
        device: `device` needs a value: `device=…`
        device=ai87: `device` was said before; this one has no effect
        --max-proc x: `--max-proc` needs a number, not `x`
        flags: `flags` needs a value: `flags=…`
        ignroe: there is no directive `ignroe`; did you mean `ignore`? [Write `ignore`]
        ignore: `ignore` needs rules in brackets: `ignore[AX301]`
        ignore[]: `ignore` names no rule
        ignore: `ignore` needs rules in brackets: `ignore[AX301]`
        AX9811: there is no rule `AX9811`
        unused-supression: there is no rule `unused-supression`; did you mean `unused-suppression`? [Write `unused-suppression`]
        [: there is no directive `[`
        ");
    }

    const NETWORK: &str = "\
arch: x
layers:
  # ai8x-lint: ignore[AX982]
  - out_offset: 0x0
    processors: 1 # ai8x-lint: ignore[AX981]
  - pad: 1
    # ai8x-lint: ignore[AX981] below

    # prose
    op: conv2d
    name: n
";

    #[test]
    fn a_suppression_acts_on_its_line_the_next_or_the_layer() {
        let places = |code| {
            let words = ["arch", "out_offset", "processors", "pad", "op:", "name"];
            words
                .into_iter()
                .filter(|word| {
                    let found = left(NETWORK, vec![at(NETWORK, word, code)]);
                    !found
                        .iter()
                        .any(|finding| finding.code == Code(code) && finding.message.is_empty())
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(places(982), ["out_offset", "processors"]);
        assert_eq!(places(981), ["processors", "op:"]);
        assert_eq!(places(983), [""; 0]);
    }

    #[test]
    fn a_suppression_of_the_file_acts_everywhere() {
        let text = "arch: x\n# ai8x-lint: ignore-file[AX98]\n";
        assert!(left(text, vec![at(text, "arch", 982)]).is_empty());
    }

    /// The text after the fixes of all findings of `text`.
    fn cleaned(text: &str, found: Vec<Finding>) -> String {
        let edits: Vec<Edit> = left(text, found)
            .into_iter()
            .flat_map(|finding| finding.fixes)
            .flat_map(|fix| fix.edits)
            .collect();
        apply_edits(text, &edits).unwrap()
    }

    #[test]
    fn an_unused_suppression_is_deleted_and_nothing_else() {
        assert_eq!(
            cleaned(
                "a: 1\r\n  # ai8x-lint: ignore[AX982] why\r\nb: 2\r\n",
                vec![]
            ),
            "a: 1\r\nb: 2\r\n"
        );
        assert_eq!(
            cleaned("a: 1  # ai8x-lint: ignore[AX982]\n", vec![]),
            "a: 1\n"
        );
        assert_eq!(
            cleaned("a: 1  # one # ai8x-lint: ignore[AX982]\n", vec![]),
            "a: 1  # one\n"
        );
        let text = "a: 1  # ai8x-lint: ignore[AX982, AX983,AX984] why\n";
        assert_eq!(
            cleaned(text, vec![at(text, "a", 983)]),
            "a: 1  # ai8x-lint: ignore[AX983] why\n"
        );
        // What is not known stays for its author to mend.
        assert_eq!(
            cleaned("a: 1  # ai8x-lint: ignore[AX982, nothing]\n", vec![]),
            "a: 1  # ai8x-lint: ignore[nothing]\n"
        );
    }

    #[test]
    fn unused_is_said_of_rules_that_speak() {
        let text = "a: 1  # ai8x-lint: ignore[AX982]\n";
        let mut found = Vec::new();
        suppress(&mut found, &read(text), text, |code| code != Code(982));
        assert!(found.is_empty());
        suppress(&mut found, &read(text), text, |_| true);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "`AX982` is not reported here, so there is nothing to suppress"
        );
        // The finding itself can be suppressed.
        let text = "a: 1  # ai8x-lint: ignore[AX982, AX981]\n";
        assert!(left(text, vec![]).is_empty());
    }

    proptest::proptest! {
        /// Any comment can be read, and every edit fits the text.
        #[test]
        fn no_comment_is_a_panic(body in "[ \\[\\],=\"'#a-zü]{0,40}") {
            let text = format!("a: 1 # ai8x-lint: {body}\nb: 1\n# ai8x-lint: ignore[AX982{body}");
            for finding in left(&text, read(&text).problems) {
                for fix in &finding.fixes {
                    proptest::prop_assert!(apply_edits(&text, &fix.edits).is_some());
                }
            }
        }
    }
}
