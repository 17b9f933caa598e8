//! What PyYAML refuses and a parser for YAML 1.2 accepts.

use crate::text::Span;

use super::scalar;
use super::tree::{Document, NodeKind, Scalar, ScalarStyle, SyntaxError, SyntaxErrorKind};

/// More errors about tabs than these help nobody.
const MAX_TABS: usize = 32;

/// Why the vendor's tool does not take a node.
pub(super) struct Refusal {
    pub(super) kind: SyntaxErrorKind,
    pub(super) message: String,
}

impl Refusal {
    fn new(kind: SyntaxErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

/// A scalar that PyYAML cannot construct a value from.
pub(super) fn refuse_scalar(scalar: &Scalar) -> Option<Refusal> {
    let tag = scalar.tag.as_deref();
    let plain = match tag {
        None => scalar.style == ScalarStyle::Plain,
        Some(tag) => tag == "!",
    };
    match scalar.text.as_str() {
        "<<" if plain => Some(Refusal::new(
            SyntaxErrorKind::MergeKey,
            "merging with `<<` is not supported; write the keys out",
        )),
        "=" if plain => Some(Refusal::new(
            SyntaxErrorKind::Tag,
            "a lone `=` is not supported as a value; quote it if it is meant as text",
        )),
        text => {
            let tag = tag?;
            if scalar::construct(tag, text).is_some() {
                return None;
            }
            let message = match text {
                _ if !is_standard_tag(tag) => unknown_tag(tag),
                "" => format!("nothing cannot be read as `{tag}`"),
                _ => format!("`{text}` cannot be read as `{tag}`"),
            };
            Some(Refusal::new(SyntaxErrorKind::Tag, message))
        }
    }
}

/// The tags for which PyYAML has a constructor, in their short form.
fn is_standard_tag(tag: &str) -> bool {
    let names = [
        "str",
        "binary",
        "null",
        "bool",
        "int",
        "float",
        "timestamp",
        "seq",
        "omap",
        "pairs",
        "map",
        "set",
    ];
    tag.strip_prefix("!!")
        .is_some_and(|name| names.contains(&name))
}

/// A tag that PyYAML does not take for a list or a mapping.
pub(super) fn refuse_collection_tag(kind: &NodeKind, tag: &str) -> Option<Refusal> {
    let (name, taken): (_, &[&str]) = match kind {
        NodeKind::Sequence { .. } => ("list", &["!", "!!seq", "!!omap", "!!pairs"]),
        _ => ("mapping", &["!", "!!map", "!!set"]),
    };
    if taken.contains(&tag) {
        return None;
    }
    let message = match is_standard_tag(tag) {
        true => format!("a {name} cannot be read as `{tag}`"),
        false => unknown_tag(tag),
    };
    Some(Refusal::new(SyntaxErrorKind::Tag, message))
}

fn unknown_tag(tag: &str) -> String {
    format!("the tag `{tag}` is not supported")
}

/// A list or mapping in the place of a key.
pub(super) fn collection_as_key(kind: &NodeKind) -> Refusal {
    let name = match kind {
        NodeKind::Sequence { .. } => "list",
        _ => "mapping",
    };
    Refusal::new(
        SyntaxErrorKind::UnhashableKey,
        format!("a {name} cannot be a key"),
    )
}

/// A plain scalar in brackets, where PyYAML takes `?` and a leading `:` for indicators.
pub(super) fn refuse_plain_in_flow(text: &str) -> Option<Refusal> {
    let indicator = if text.starts_with(':') {
        ':'
    } else if text.bytes().skip(1).any(|byte| byte == b'?') {
        '?'
    } else {
        return None;
    };
    Some(Refusal::new(
        SyntaxErrorKind::Grammar,
        format!("`{indicator}` has a meaning of its own inside brackets; quote the text"),
    ))
}

/// Whether PyYAML takes a character in the name of an anchor.
fn is_anchor_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// Where PyYAML lets an anchor's name end and another token start, if it does so inside the name.
pub(super) fn end_of_anchor(name: &str) -> Option<usize> {
    let length = name.find(|c| !is_anchor_character(c))?;
    let next = name.get(length..)?;
    (length > 0 && next.starts_with(['?', ':', ',', ']', '}', '%', '@', '`'])).then_some(length)
}

/// An anchor's name with characters that PyYAML does not take.
pub(super) fn refuse_anchor(name: &str) -> Option<Refusal> {
    let odd = name.chars().find(|c| !is_anchor_character(*c))?;
    Some(Refusal::new(
        SyntaxErrorKind::Grammar,
        format!("`{odd}` cannot stand in the name of an anchor"),
    ))
}

/// Tabs outside of quotes, block scalars and comments, in what was read.
pub(super) fn tabs(text: &str, document: &Document) -> Vec<SyntaxError> {
    if !text.contains('\t') {
        return Vec::new();
    }
    let comments = document.comments.iter().map(|comment| comment.span);
    let quoted = document.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Scalar(Scalar {
            style: ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted,
            ..
        }) => Some(node.span),
        _ => None,
    });
    let blocks = document.block_texts.iter().copied();
    let gaps = document.gaps.iter().map(|gap| gap.span);
    let mut opaque: Vec<Span> = comments.chain(quoted).chain(blocks).chain(gaps).collect();
    opaque.sort_unstable();
    let mut errors: Vec<SyntaxError> = Vec::new();
    let mut opaque = opaque.into_iter().peekable();
    for (at, _) in text.match_indices('\t') {
        let at = at as u32;
        while opaque.next_if(|span| span.end <= at).is_some() {}
        if opaque.peek().is_some_and(|span| span.start <= at) {
            continue;
        }
        if let Some(last) = errors.last_mut()
            && last.span.end == at
        {
            last.span.end += 1;
        } else if errors.len() < MAX_TABS {
            errors.push(SyntaxError {
                span: Span::new(at, at + 1),
                kind: SyntaxErrorKind::Tab,
                message: String::new(),
            });
        } else {
            break;
        }
    }
    for error in &mut errors {
        error.message = tab_message(text, error.span);
    }
    errors
}

/// What to say about a tab.
pub(super) fn tab_message(text: &str, span: Span) -> String {
    let before = &text.as_bytes()[..span.start as usize];
    let indents = before
        .iter()
        .rev()
        .take_while(|b| !matches!(b, b'\n' | b'\r'))
        .all(|b| matches!(b, b' ' | b'\t'));
    if indents {
        "a tab indents this line; only spaces may".to_owned()
    } else {
        "a tab stands here; only spaces may".to_owned()
    }
}
