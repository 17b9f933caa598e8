//! What PyYAML refuses and a parser for YAML 1.2 accepts.

use crate::text::Span;

use super::scalar;
use super::tree::{Document, NodeKind, Scalar, ScalarStyle, SyntaxError, SyntaxErrorKind};

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
            let message = if scalar::is_scalar_tag(tag) {
                format!("`{text}` cannot be read as `{tag}`")
            } else {
                unknown_tag(tag)
            };
            Some(Refusal::new(SyntaxErrorKind::Tag, message))
        }
    }
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
    let message = if scalar::is_scalar_tag(tag) || ["!!seq", "!!map"].contains(&tag) {
        format!("a {name} cannot be read as `{tag}`")
    } else {
        unknown_tag(tag)
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

/// `: value`
pub(super) fn value_without_key() -> Refusal {
    Refusal::new(SyntaxErrorKind::Grammar, "no key stands before this `:`")
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

/// An anchor's name with characters that PyYAML does not take.
pub(super) fn refuse_anchor(name: &str) -> Option<Refusal> {
    let taken = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let odd = name.chars().find(|c| !taken(*c))?;
    Some(Refusal::new(
        SyntaxErrorKind::Grammar,
        format!("`{odd}` cannot stand in the name of an anchor"),
    ))
}

/// Tabs outside of quotes, block scalars and comments.
pub(super) fn tabs(text: &str, document: &Document) -> Vec<SyntaxError> {
    if !text.contains('\t') {
        return Vec::new();
    }
    let mut opaque: Vec<Span> = document
        .comments
        .iter()
        .map(|comment| comment.span)
        .collect();
    opaque.extend(document.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Scalar(scalar) if scalar.style != ScalarStyle::Plain => Some(node.span),
        _ => None,
    }));
    opaque.sort_unstable();
    let mut errors: Vec<SyntaxError> = Vec::new();
    let mut opaque = opaque.into_iter().peekable();
    for (at, _) in text.match_indices('\t') {
        let at = at as u32;
        while opaque.next_if(|span| span.end <= at).is_some() {}
        if opaque.peek().is_some_and(|span| span.start <= at) {
            continue;
        }
        match errors.last_mut() {
            Some(last) if last.span.end == at => last.span.end += 1,
            _ => errors.push(SyntaxError {
                span: Span::new(at, at + 1),
                kind: SyntaxErrorKind::Tab,
                message: String::new(),
            }),
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
