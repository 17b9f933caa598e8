//! Plain words for a line that breaks the grammar.

use granit_parser::ErrorKind;

use crate::text::Span;

use super::dialect;
use super::line::{Line, LineFault};
use super::parse::Fault;
use super::repair::{Mend, closing_bracket};
use super::tree::{SyntaxError, SyntaxErrorKind};

const NO_KEY: &str = "no key stands before this `:`";

/// The error for the line that was found to be the culprit.
pub(super) fn explain(text: &str, culprit: &Line, mend: Mend, fault: &Fault) -> SyntaxError {
    if let Some(error) = tab(text, culprit, fault) {
        return error;
    }
    let (span, message) = explain_mend(text, culprit, mend)
        .or_else(|| explain_line(text, culprit, culprit.fault?))
        .or_else(|| explain_place(text, culprit, fault))
        .unwrap_or_else(|| explain_kind(text, culprit, fault));
    SyntaxError {
        span,
        kind: SyntaxErrorKind::Grammar,
        message,
    }
}

/// A tab in front of the line's text, or anywhere where the parser complains of one.
fn tab(text: &str, culprit: &Line, fault: &Fault) -> Option<SyntaxError> {
    let complained = matches!(
        fault.kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::InvalidBlockEntryWhitespace
            | ErrorKind::InvalidMappingValueWhitespace
    );
    let end = match complained {
        true => culprit.span().end as usize,
        false => culprit.text,
    };
    let start = culprit.start + text.get(culprit.start..end)?.find('\t')?;
    let length = text[start..].bytes().take_while(|b| *b == b'\t').count();
    let span = Span::new(start as u32, (start + length) as u32);
    Some(SyntaxError {
        span,
        kind: SyntaxErrorKind::Tab,
        message: dialect::tab_message(text, span),
    })
}

/// What the line needs in order to be read.
fn explain_mend(text: &str, line: &Line, mend: Mend) -> Option<(Span, String)> {
    let key = key(line);
    let name = key.text(text);
    let found = match line.indent() {
        0 => "not indented".to_owned(),
        columns => format!("indented by {}", spaces(columns)),
    };
    match (mend, line.dashes.first()) {
        (Mend::Indent(column), _) => Some((
            key,
            format!("`{name}` is {found}, where {} are expected", spaces(column)),
        )),
        (Mend::Dash(column), Some(&dash)) => Some((
            Span::new(dash as u32, dash as u32 + 1),
            format!(
                "this `-` is {found}, but the other items by {}",
                spaces(column)
            ),
        )),
        (Mend::Dash(_), None) if line.fault.is_none() => {
            Some((key, format!("a `- ` is missing before `{name}`")))
        }
        _ => None,
    }
}

/// The key of a line, or else its text.
fn key(line: &Line) -> Span {
    let end = line.key.map_or(line.content.end, |key| key.end);
    Span::new(line.content.start, end)
}

fn explain_line(text: &str, line: &Line, fault: LineFault) -> Option<(Span, String)> {
    let content = line.content;
    let words = content.text(text);
    let character = |at: usize| text.get(at..).and_then(|rest| rest.chars().next());
    let to_end = |at: usize| Span::new(at as u32, content.end);
    Some(match fault {
        LineFault::Tab(_) => return None,
        LineFault::NoKey => {
            let span = Span::new(content.start, content.start + 1);
            (span, NO_KEY.to_owned())
        }
        LineFault::NoColon => {
            let word = words.split([' ', '\t']).next().unwrap_or(words);
            let length = word.len() as u32;
            let span = Span::new(content.start, content.start + length);
            (
                span,
                format!("`{word}` is a key without a colon: write `{word}:`"),
            )
        }
        LineFault::NoBlankBehindColon(at) => {
            let key = text.get(content.start as usize..at).unwrap_or_default();
            let message = format!("a space is missing behind `{key}:`");
            (Span::new(content.start, at as u32 + 1), message)
        }
        LineFault::NoBlankBehindDash => {
            let span = Span::new(content.start, content.start + 1);
            (span, "a space is missing behind this `-`".to_owned())
        }
        LineFault::SecondColon(at) => {
            let message = "a second `key: value` on the same line; start a new line, or quote \
                           the value if the colon belongs to it";
            (Span::new(at as u32, at as u32 + 1), message.to_owned())
        }
        LineFault::UnclosedQuote(at) => {
            let quote = character(at)?;
            (to_end(at), format!("this `{quote}` is never closed"))
        }
        // Where it is closed on a later line, something in between is wrong.
        LineFault::UnclosedBracket(at) if closing_bracket(text, at).is_some() => return None,
        LineFault::UnclosedBracket(at) => {
            let open = character(at)?;
            let close = if open == '[' { ']' } else { '}' };
            (
                to_end(at),
                format!("this `{open}` is not closed with `{close}`"),
            )
        }
        LineFault::StrayBracket(at) => {
            let close = character(at)?;
            let span = Span::new(at as u32, at as u32 + 1);
            match close {
                ',' => (span, "nothing stands before this comma".to_owned()),
                _ => (span, format!("this `{close}` closes nothing")),
            }
        }
        LineFault::TextBehind(at) => {
            let message = "text stands behind the end of the value".to_owned();
            (to_end(at), message)
        }
        LineFault::Reserved(at) => {
            let reserved = character(at)?;
            let span = Span::new(at as u32, at as u32 + 1);
            (
                span,
                format!("`{reserved}` cannot start a key or a value; quote the text"),
            )
        }
    })
}

/// A line that is fine by itself, but cannot stand where it does.
fn explain_place(text: &str, line: &Line, fault: &Fault) -> Option<(Span, String)> {
    let relevant = matches!(
        fault.kind,
        ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::ExpectedDocumentStart
            | ErrorKind::MappingValueNotAllowed
            | ErrorKind::MappingKeyNotAllowed
            | ErrorKind::BlockSequenceEntryNotAllowed
            | ErrorKind::SimpleKeyExpected
            | ErrorKind::InvalidIndentation
    );
    let above = line.lines_before(text).next()?.column();
    if !relevant || above == line.column() {
        return None;
    }
    if let Some(&dash) = line.dashes.first() {
        let span = Span::new(dash as u32, dash as u32 + 1);
        return Some((span, "no `-` item can stand here".to_owned()));
    }
    let key = key(line);
    let message = format!(
        "`{}` is indented by {}, but the key above it starts after {}",
        key.text(text),
        spaces(line.indent()),
        spaces(above)
    );
    Some((key, message))
}

fn spaces(count: usize) -> String {
    match count {
        1 => "1 space".to_owned(),
        _ => format!("{count} spaces"),
    }
}

/// What the parser knows, in plain words.
fn explain_kind(text: &str, line: &Line, fault: &Fault) -> (Span, String) {
    let in_line = (line.start..=line.span().end as usize).contains(&fault.at);
    let span = match in_line {
        true => token(text, fault.at),
        false => line.span(),
    };
    let message = match &fault.kind {
        ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            "a comma or a closing bracket is missing before this"
        }
        ErrorKind::UnclosedFlowCollection { .. } => "this bracket is never closed",
        ErrorKind::MismatchedFlowCollectionEnd { .. } | ErrorKind::MisplacedFlowCollectionEnd => {
            "this bracket does not close the one before it"
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            "this quote is never closed"
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => {
            "`\\` starts an escape that does not exist; write `\\\\` or use single quotes"
        }
        ErrorKind::MissingAnchorOrAliasName => "a name is missing behind `&` or `*`",
        ErrorKind::UndeclaredTagHandle
        | ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidGlobalTagCharacter
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape
        | ErrorKind::InvalidTagUtf8
        | ErrorKind::InvalidTagUtf8LeadingByte
        | ErrorKind::InvalidTagUtf8TrailingByte => "this tag is not declared",
        ErrorKind::InvalidBlockScalarHeader
        | ErrorKind::ZeroBlockScalarIndent
        | ErrorKind::InvalidBlockScalarIndent => {
            "`|` or `>` starts a text over several lines and takes nothing else on its line"
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            "a key must stand on one line with its colon"
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::MappingKeyNotAllowed => {
            "no `key: value` can stand here"
        }
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            "no `-` item can stand here"
        }
        ErrorKind::ExpectedBlockMappingKey if span.text(text).starts_with(':') => NO_KEY,
        ErrorKind::ExpectedBlockMappingKey => "a key is expected here",
        ErrorKind::ExpectedBlockSequenceEntry => "an item with `-` is expected here",
        ErrorKind::MissingDocumentEndBeforeDirective
        | ErrorKind::InvalidDirectiveName
        | ErrorKind::MissingDirectiveName => "`%` at the start of a line is reserved",
        _ => "this cannot stand here",
    };
    (span, message.to_owned())
}

/// The word at an offset.
fn token(text: &str, at: usize) -> Span {
    let rest = text.get(at..).unwrap_or_default();
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    Span::new(at as u32, (at + length) as u32)
}
