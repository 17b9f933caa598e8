//! What the words of a file mean, for colours.

use crate::network::keys::{Domain, Scope};
use crate::text::Span;
use crate::yaml::{NodeId, NodeKind, Value};

use super::{Analyzed, comment};

/// A word with a meaning; on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
    /// Whether it names something here, instead of referring to it.
    pub declaration: bool,
}

/// The kinds of word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A key of the table.
    Key,
    /// The name of a layer or of the rolling buffer, or a reference to one.
    Layer,
    /// One of the words that a key takes.
    Word,
    /// A processor mask.
    Mask,
    /// A byte offset.
    Offset,
    /// Another number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Other text.
    Text,
    /// A rule that a comment names.
    Rule,
}

/// The words that touch `within`, or all, in order of the text.
pub fn tokens(analyzed: &Analyzed, within: Option<Span>) -> Vec<Token> {
    let mut found = Vec::new();
    if let Some(root) = analyzed.document.root() {
        mapping(analyzed, Scope::Global, root, &mut found);
    }
    for &one in &analyzed.document.comments {
        found.extend(
            comment::suppressed(analyzed, one)
                .into_iter()
                .map(|rule| Token {
                    span: rule.span,
                    kind: TokenKind::Rule,
                    declaration: false,
                }),
        );
    }
    found.retain(|token| {
        !token.span.is_empty()
            && !token.span.text(&analyzed.text).contains(['\n', '\r'])
            && within.is_none_or(|within| {
                within.touches(token.span.start) || token.span.touches(within.start)
            })
    });
    found.sort_by_key(|token| token.span);
    // Of two that overlap the first one stays.
    let mut end = 0;
    found.retain(|token| {
        let fits = token.span.start >= end;
        if fits {
            end = token.span.end;
        }
        fits
    });
    found
}

fn mapping(analyzed: &Analyzed, scope: Scope, node: NodeId, found: &mut Vec<Token>) {
    let document = &analyzed.document;
    let NodeKind::Mapping { entries, .. } = &document.raw(node).kind else {
        return;
    };
    for entry in entries {
        let Some(key) = analyzed.key(scope, *entry) else {
            continue;
        };
        found.push(Token {
            span: document.span(entry.key),
            kind: TokenKind::Key,
            declaration: false,
        });
        match key.domain {
            Domain::Blocks(inner) => {
                for item in analyzed.own_items(entry.value) {
                    mapping(analyzed, inner, item.value, found);
                }
            }
            domain => {
                let names = key.name == "name" && scope != Scope::Global;
                value(analyzed, domain, names, entry.value, found);
            }
        }
    }
}

fn value(analyzed: &Analyzed, domain: Domain, names: bool, node: NodeId, found: &mut Vec<Token>) {
    let document = &analyzed.document;
    match &document.raw(node).kind {
        NodeKind::Sequence { items, .. } => {
            for item in items {
                value(analyzed, domain, names, item.value, found);
            }
        }
        NodeKind::Scalar(scalar) => {
            let kind = match domain {
                Domain::Mask { .. } | Domain::NumericMask => TokenKind::Mask,
                Domain::Offset(_) => TokenKind::Offset,
                Domain::Reference | Domain::References | Domain::Target => TokenKind::Layer,
                Domain::Words { .. } | Domain::Kernel => TokenKind::Word,
                _ if names => TokenKind::Layer,
                _ => match scalar.resolve() {
                    Value::Int(_) | Value::Float(_) => TokenKind::Number,
                    Value::Bool(_) => TokenKind::Boolean,
                    _ => TokenKind::Text,
                },
            };
            found.push(Token {
                span: document.span(node),
                kind,
                declaration: names,
            });
        }
        NodeKind::Mapping { .. } | NodeKind::Alias(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::plain;

    #[test]
    fn words_have_the_meaning_of_their_key() {
        let analyzed = plain(
            "arch: a # ai8x-lint: ignore[AX301]\nlayers:\n  - name: x\n    op: Conv2d\n    flatten: true\n    \
             processors: 0x0f\n    out_offset: 0x2000\n    in_sequences: [-1, x]\n    pad: 1\n    huh: 3\n",
        );
        let shown: Vec<String> = tokens(&analyzed, None)
            .iter()
            .map(|token| {
                let declares = if token.declaration { " declares" } else { "" };
                format!(
                    "{} {:?}{declares}",
                    token.span.text(&analyzed.text),
                    token.kind
                )
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        arch Key
        a Text
        AX301 Rule
        layers Key
        name Key
        x Layer declares
        op Key
        Conv2d Word
        flatten Key
        true Boolean
        processors Key
        0x0f Mask
        out_offset Key
        0x2000 Offset
        in_sequences Key
        -1 Layer
        x Layer
        pad Key
        1 Number
        ");
    }

    #[test]
    fn a_range_has_its_own_words_only() {
        let analyzed = plain("arch: a\ndataset: b\nlayers: []\n");
        let all = tokens(&analyzed, None).len();
        let some = tokens(&analyzed, Some(Span::new(9, 12)));
        assert_eq!((all, some.len()), (5, 1));
    }
}
