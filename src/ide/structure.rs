//! The shape of the text: what folds, what a growing selection takes in, what leads elsewhere.

use crate::diagnostic::Code;
use crate::text::{LineIndex, Span};
use crate::yaml::{Comment, NodeId, NodeKind};

use super::{Analyzed, comment};

/// Text that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From where it stays visible to where it ends; more than one line.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// What folds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// Comments below each other.
    Comment,
    /// A list, a layer, a mapping.
    Region,
}

/// A place that leads out of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The text.
    pub span: Span,
    /// Where it leads.
    pub target: LinkTarget,
    /// What is there.
    pub tooltip: String,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A file, by its path from the folder of the network.
    File(String),
    /// The documentation of a rule.
    Rule(Code),
}

/// What can be folded, in order of the text.
pub fn folding(analyzed: &Analyzed) -> Vec<Fold> {
    let lines = LineIndex::new(&analyzed.text);
    let mut folds = comment_blocks(analyzed, &lines);
    if let Some(root) = analyzed.document.root() {
        fold_node(analyzed, root, &mut folds);
    }
    folds.retain(|fold| lines.line(fold.span.start) < lines.line(fold.span.end));
    folds.sort_by_key(|fold| (fold.span.start, std::cmp::Reverse(fold.span.end)));
    folds
}

/// Comments that have their lines for themselves, two or more below each other.
fn comment_blocks(analyzed: &Analyzed, lines: &LineIndex) -> Vec<Fold> {
    let alone = |span: Span| {
        let start = lines.line_start(lines.line(span.start));
        Span::new(start, span.start)
            .text(&analyzed.text)
            .trim()
            .is_empty()
    };
    let mut blocks: Vec<Fold> = Vec::new();
    let own_lines = analyzed.document.comments.iter().map(|one| one.span);
    for span in own_lines.filter(|span| alone(*span)) {
        match blocks.last_mut() {
            Some(last) if lines.line(last.span.end) + 1 == lines.line(span.start) => {
                last.span = last.span.to(span);
            }
            _ => blocks.push(Fold {
                span,
                kind: FoldKind::Comment,
            }),
        }
    }
    blocks
}

fn fold_node(analyzed: &Analyzed, node: NodeId, folds: &mut Vec<Fold>) {
    let document = &analyzed.document;
    let mut add = |span: Span| {
        folds.push(Fold {
            span,
            kind: FoldKind::Region,
        });
    };
    match &document.raw(node).kind {
        NodeKind::Mapping { entries, .. } => {
            for entry in entries {
                let value = document.raw(entry.value);
                if !matches!(value.kind, NodeKind::Scalar(_)) {
                    add(document.span(entry.key).to(value.span));
                }
            }
            for entry in entries {
                fold_node(analyzed, entry.value, folds);
            }
        }
        NodeKind::Sequence { items, .. } => {
            for item in items {
                if item.dash.is_some() {
                    add(analyzed.item_span(item));
                }
            }
            for item in items {
                fold_node(analyzed, item.value, folds);
            }
        }
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
    }
}

/// The stretches of text around an offset, each inside the next: value, pair, layer, list, file.
pub fn selection(analyzed: &Analyzed, offset: u32) -> Vec<Span> {
    let document = &analyzed.document;
    let whole = Span::new(0, analyzed.text.len() as u32);
    let mut spans = vec![whole];
    let mut next = document.root();
    while let Some(node) = next.take() {
        let raw = document.raw(node);
        if raw.span.touches(offset) {
            spans.push(raw.span);
        }
        match &raw.kind {
            NodeKind::Mapping { entries, .. } => {
                let pair = entries.iter().rev().find_map(|entry| {
                    let key = document.span(entry.key);
                    let pair = key.to(document.span(entry.value));
                    pair.touches(offset).then_some((entry, key, pair))
                });
                if let Some((entry, key, pair)) = pair {
                    spans.push(pair);
                    if key.touches(offset) {
                        spans.push(key);
                    } else {
                        next = Some(entry.value);
                    }
                }
            }
            NodeKind::Sequence { items, .. } => {
                let item = items
                    .iter()
                    .rev()
                    .find(|item| analyzed.item_span(item).touches(offset));
                if let Some(item) = item {
                    spans.push(analyzed.item_span(item));
                    next = Some(item.value);
                }
            }
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        }
    }
    let comment = document
        .comments
        .iter()
        .find(|comment| comment.span.touches(offset));
    spans.extend(comment.map(|comment| comment.span));
    // From the inside out, each really larger than the one before.
    let mut nested: Vec<Span> = Vec::new();
    for span in spans {
        while nested
            .last()
            .is_some_and(|outer| !outer.contains(span) || *outer == span)
        {
            nested.pop();
        }
        nested.push(span);
    }
    nested.reverse();
    nested
}

/// What leads elsewhere: the files and the rules that comments name.
pub fn links(analyzed: &Analyzed) -> Vec<Link> {
    let mut links = Vec::new();
    for &comment in &analyzed.document.comments {
        links.extend(
            comment::suppressed(analyzed, comment)
                .into_iter()
                .map(|rule| Link {
                    span: rule.span,
                    target: LinkTarget::Rule(rule.value.code),
                    tooltip: format!("{} {}", rule.value.code, rule.value.name),
                }),
        );
        let files = FILES.iter();
        links.extend(files.filter_map(|(word, what)| file(analyzed, comment, word, what)));
    }
    links
}

/// The directives that name a file which an editor can show.
const FILES: [(&str, &str); 2] = [
    ("shapes=", "the shapes of the network"),
    ("model=", "the model of the network"),
];

fn file(analyzed: &Analyzed, comment: Comment, word: &str, what: &str) -> Option<Link> {
    let body = comment::directive(analyzed, comment)?;
    let start = body.value.find(word)? + word.len();
    let rest = body.value.get(start..)?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (skip, end) = match quote {
        Some(quote) => (1, rest.get(1..)?.find(quote)? + 1),
        None => (
            0,
            rest.find(|c: char| c.is_whitespace() || c == ',')
                .unwrap_or(rest.len()),
        ),
    };
    let file = rest.get(skip..end).filter(|file| !file.is_empty())?;
    // `FILE.py:NAME`
    let file = match file.find(".py:") {
        Some(at) => file.get(..at + 3)?,
        None => file,
    };
    let from = body.span.start + (start + skip) as u32;
    Some(Link {
        span: Span::new(from, from + file.len() as u32),
        target: LinkTarget::File(file.to_owned()),
        tooltip: what.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::{cursor, plain};

    const TEXT: &str = "# one\n# two\narch: a # three\nlayers:\n  - name: x\n    op: fc # ai8x-lint: ignore[AX301, out-offset] why\n  - {op: fc,\n     name: y}\n";

    #[test]
    fn comments_lists_and_layers_fold() {
        let analyzed = plain(TEXT);
        let folds: Vec<String> = folding(&analyzed)
            .iter()
            .map(|fold| format!("{:?} {:?}", fold.kind, fold.span.text(&analyzed.text)))
            .collect();
        insta::assert_snapshot!(folds.join("\n"), @r##"
        Comment "# one\n# two"
        Region "layers:\n  - name: x\n    op: fc # ai8x-lint: ignore[AX301, out-offset] why\n  - {op: fc,\n     name: y}"
        Region "- name: x\n    op: fc"
        Region "- {op: fc,\n     name: y}"
        "##);
    }

    #[test]
    fn a_selection_grows_from_value_to_file() {
        let (analyzed, offset) =
            cursor("arch: a\nlayers:\n  - name: x\n    in_sequences: [a, b$0b]\n");
        let spans: Vec<String> = selection(&analyzed, offset)
            .iter()
            .map(|span| format!("{:?}", span.text(&analyzed.text)))
            .collect();
        insta::assert_snapshot!(spans.join("\n"), @r#"
        "bb"
        "[a, bb]"
        "in_sequences: [a, bb]"
        "name: x\n    in_sequences: [a, bb]"
        "- name: x\n    in_sequences: [a, bb]"
        "layers:\n  - name: x\n    in_sequences: [a, bb]"
        "arch: a\nlayers:\n  - name: x\n    in_sequences: [a, bb]"
        "arch: a\nlayers:\n  - name: x\n    in_sequences: [a, bb]\n"
        "#);
    }

    #[test]
    fn rules_and_files_are_links() {
        let analyzed = plain(
            "# ai8x-lint: device=MAX78000 shapes=\"a b.json\"\n# ai8x-lint: ignore-file[AX301, dead-output, AX9] x\n# ai8x-lint: model=models/net.py:ai85net\n# ai8x-lint: model=net.py\n",
        );
        let links: Vec<String> = links(&analyzed)
            .iter()
            .map(|link| format!("{} {:?}", link.span.text(&analyzed.text), link.target))
            .collect();
        insta::assert_snapshot!(links.join("\n"), @r#"
        a b.json File("a b.json")
        AX301 Rule(Code(301))
        dead-output Rule(Code(157))
        models/net.py File("models/net.py")
        net.py File("net.py")
        "#);
    }
}
