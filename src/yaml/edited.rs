//! The tree of a text after an edit within one item of a list at the top level, such as one layer: only
//! that item is read again, also where the grammar is broken in it.

use crate::text::Span;

use super::parse::read;
use super::recover;
use super::tree::{Comment, Document, Entry, Item, Node, NodeId, NodeKind};

/// Items that nest deeper are read with the whole text, which knows the limit.
const MAX_DEPTH: usize = 32;

/// What [`super::parse`] makes of `text`; quicker where the text before, whose tree this is, differs from
/// it in one item.
pub fn parse_edited(before: &str, tree: &Document, text: &str) -> Document {
    let (before, tree) = readable(before, tree);
    recover::parse_with(text, &|text| match spliced(before, tree, text) {
        Some(document) => (document, None),
        None => read(text),
    })
}

/// A text without faults of grammar and its tree: where it had to be mended, what came of that. An edit
/// of a broken text, or what is tried to mend that, is near to it.
fn readable<'a>(text: &'a str, tree: &'a Document) -> (&'a str, &'a Document) {
    match &tree.mended {
        Some(mended) => (&mended.text, &mended.tree),
        None => (text, tree),
    }
}

/// What [`read`] makes of a text without faults, where that follows from the tree of the text before and
/// from the one item in which they differ; `None` where the whole text has to be read.
fn spliced(before: &str, tree: &Document, text: &str) -> Option<Document> {
    if !is_plain(tree) {
        return None;
    }
    let place = Place::around(before, tree, text)?;
    let grown = text.len() as i64 - before.len() as i64;
    let end = usize::try_from(i64::from(place.end) + grown).ok()?;
    let own = text.get(place.start as usize..end)?;
    if !stands_alone(own) || line_of(own, place.column) != Some(0) {
        return None;
    }
    let (part, stop) = read(own);
    if stop.is_some() || !is_plain(&part) || !is_item_at(&part, place.column) {
        return None;
    }
    Some(place.with(tree, &part, grown))
}

/// Whether nothing in a tree depends on what stands elsewhere: block scalars reach to what follows them.
fn is_plain(tree: &Document) -> bool {
    tree.block_texts.is_empty()
        && tree.errors.is_empty()
        && tree.gaps.is_empty()
        && tree.unreadable.is_empty()
        && tree
            .nodes
            .iter()
            .all(|node| node.anchor.is_none() && !matches!(node.kind, NodeKind::Alias(_)))
}

/// How many bytes two texts have in common at their starts, and at their ends.
fn common(before: &str, text: &str) -> [usize; 2] {
    let (old, new) = (before.as_bytes(), text.as_bytes());
    let same = |pair: &(&u8, &u8)| pair.0 == pair.1;
    let ends = old.iter().rev().zip(new.iter().rev());
    [
        old.iter().zip(new).take_while(same).count(),
        ends.take_while(same).count(),
    ]
}

/// Whether whole lines mean the same by themselves: no line ends a document, and there is nothing in
/// them that is looked for in the whole text.
fn stands_alone(lines: &str) -> bool {
    let mut bytes = lines.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let is_usual = match byte {
            b'\r' => bytes.peek() == Some(&b'\n'),
            byte => matches!(byte, b'\n' | b' '..=b'~'),
        };
        if !is_usual {
            return false;
        }
    }
    let ends = |line: &str| {
        ["---", "...", "%"]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    lines.ends_with('\n') && !lines.lines().any(ends)
}

/// Whether a tree is one item, whose dash is in this column of the first line.
fn is_item_at(part: &Document, column: u32) -> bool {
    let Some(root) = part.root() else {
        return false;
    };
    let dash = Span::new(column, column + 1);
    root == NodeId(0)
        && depth(part, root) <= MAX_DEPTH
        && matches!(&part.raw(root).kind, NodeKind::Sequence { items, flow: false }
            if matches!(items[..], [Item { dash: Some(own), value: NodeId(1) }] if own == dash))
}

/// How deep a node nests; the parser has a limit.
fn depth(part: &Document, id: NodeId) -> usize {
    let items = part.items(id).iter().map(|item| item.value);
    let entries = part.entries(id).iter();
    let entries = entries.flat_map(|entry| [entry.key, entry.value]);
    let inner = items.chain(entries).map(|inner| depth(part, inner));
    1 + inner.max().unwrap_or(0)
}

/// An item in the text before.
struct Place {
    /// Where its first line starts.
    start: u32,
    /// Where the first line of the next item does.
    end: u32,
    /// The column of its dash.
    column: u32,
    /// Its nodes are this one and those up to the next.
    first: u32,
    next: u32,
}

impl Place {
    /// The item outside of which the texts are the same; another one follows it.
    fn around(before: &str, tree: &Document, text: &str) -> Option<Self> {
        let [head, tail] = common(before, text);
        let lists = tree.entries(tree.root()?).iter();
        let lists = lists.filter_map(|entry| match &tree.raw(entry.value).kind {
            NodeKind::Sequence { items, flow: false } => Some(items),
            _ => None,
        });
        let mut pairs = lists.flat_map(|items| items.windows(2));
        pairs.find_map(|pair| {
            let [item, next] = pair else {
                return None;
            };
            let (dash, after) = (item.dash?.start, next.dash?.start);
            let start = line_of(before, dash)?;
            let end = line_of(before, after)?;
            let rest = before.len() - end as usize;
            let is_outside_same = start as usize <= head && rest <= tail;
            let has_both = start as usize + rest <= text.len();
            (is_outside_same && has_both).then_some(Self {
                start,
                end,
                column: dash - start,
                first: item.value.0,
                next: next.value.0,
            })
        })
    }

    /// The tree with this item replaced.
    fn with(&self, tree: &Document, part: &Document, grown: i64) -> Document {
        let more = part.nodes.len() as i64 - 1 - i64::from(self.next - self.first);
        let add = |number: u32, by: i64| u32::try_from(i64::from(number) + by).unwrap_or(number);
        let offset = |at: u32| if at < self.end { at } else { add(at, grown) };
        let id = |NodeId(id): NodeId| NodeId(if id < self.next { id } else { add(id, more) });
        let around = Moved {
            offset: &offset,
            id: &id,
        };
        let own_offset = |at: u32| at + self.start;
        let own_id = |NodeId(id): NodeId| NodeId(id - 1 + self.first);
        let own = Moved {
            offset: &own_offset,
            id: &own_id,
        };
        let (head, tail) = (self.first as usize, self.next as usize);
        let nodes = tree.nodes[..head].iter().map(|node| around.node(node));
        let nodes = nodes.chain(part.nodes[1..].iter().map(|node| own.node(node)));
        let nodes = nodes.chain(tree.nodes[tail..].iter().map(|node| around.node(node)));
        let all = &tree.comments;
        let before = all
            .iter()
            .take_while(|comment| comment.span.start < self.start);
        let behind = all
            .iter()
            .skip_while(|comment| comment.span.start < self.end);
        let comments = before.map(|comment| around.span(comment.span));
        let comments = comments.chain(part.comments.iter().map(|comment| own.span(comment.span)));
        let comments = comments.chain(behind.map(|comment| around.span(comment.span)));
        Document {
            nodes: nodes.collect(),
            root: tree.root,
            comments: comments.map(|span| Comment { span }).collect(),
            ..Document::default()
        }
    }
}

/// Where the line of a dash starts, if nothing but spaces stands before it.
fn line_of(text: &str, dash: u32) -> Option<u32> {
    let before = text.get(..dash as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let is_first = before[start..].bytes().all(|byte| byte == b' ');
    is_first.then_some(start as u32)
}

/// Where nodes and offsets come to lie.
struct Moved<'a> {
    offset: &'a dyn Fn(u32) -> u32,
    id: &'a dyn Fn(NodeId) -> NodeId,
}

impl Moved<'_> {
    fn span(&self, span: Span) -> Span {
        Span::new((self.offset)(span.start), (self.offset)(span.end))
    }

    fn node(&self, node: &Node) -> Node {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar) => NodeKind::Scalar(scalar.clone()),
            NodeKind::Sequence { items, flow } => NodeKind::Sequence {
                items: items.iter().map(|item| self.item(item)).collect(),
                flow: *flow,
            },
            NodeKind::Mapping { entries, flow } => NodeKind::Mapping {
                entries: entries.iter().map(|entry| self.entry(entry)).collect(),
                flow: *flow,
            },
            NodeKind::Alias(target) => NodeKind::Alias((self.id)(*target)),
        };
        Node {
            span: self.span(node.span),
            kind,
            anchor: node.anchor.map(|anchor| self.span(anchor)),
        }
    }

    fn item(&self, item: &Item) -> Item {
        Item {
            dash: item.dash.map(|dash| self.span(dash)),
            value: (self.id)(item.value),
        }
    }

    fn entry(&self, entry: &Entry) -> Entry {
        Entry {
            key: (self.id)(entry.key),
            value: (self.id)(entry.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    const TEXT: &str = "\
# A network
arch: demo
layers:
  # The first
  - name: one
    op: conv2d  # a comment
    in_dim: [8, 8]
  - op: add
    in_sequences:
      - 0
      - one
  - name: three
    op: fc
last: 1
";

    /// Numbers that look random and are always the same.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, end: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % end.max(1)
        }
    }

    #[test]
    fn an_edited_item_gives_the_tree_of_the_whole_text() {
        const PIECES: &[&str] = &[
            "a", "0", " ", "  ", "\n", "\n    ", "\n  - ", "- ", ": ", ":", "#", " # b", "[", "]",
            "{", "}", ",", "'", "\"", "|", ">", "|\n", "&a", "*a", "!!str ", "<<: ", "%", "\t",
            "\r", "\r\n", "---", "\n---\n", "...", "?", "? ", "ü", "\u{85}", "pad: 1\n", "@", "`",
        ];
        let mut numbers = Numbers(1);
        // From a text that was right, and from one that was mended.
        let mut quick = [0, 0];
        for line_break in ["\n", "\r\n"] {
            let whole = TEXT.replace('\n', line_break);
            for _ in 0..1_500 {
                // Some edits one after the other, each from the tree before.
                let (mut text, mut tree) = (whole.clone(), parse(&whole));
                for _ in 0..3 {
                    let at = numbers.below(text.len() + 1);
                    let end = (at + numbers.below(4)).min(text.len());
                    let piece = PIECES[numbers.below(PIECES.len())];
                    if !text.is_char_boundary(at) || !text.is_char_boundary(end) {
                        continue;
                    }
                    let mut new = text.clone();
                    new.replace_range(at..end, piece);
                    let full = parse(&new);
                    let edited = parse_edited(&text, &tree, &new);
                    assert_eq!(format!("{edited:?}"), format!("{full:?}"), "{text}\n{new}");
                    let (before, known) = readable(&text, &tree);
                    if spliced(before, known, readable(&new, &full).0).is_some() {
                        quick[usize::from(tree.mended.is_some())] += 1;
                    }
                    (text, tree) = (new, full);
                }
            }
        }
        assert!(quick.iter().all(|&count| count > 500), "quick: {quick:?}");
    }

    #[test]
    fn what_reaches_further_is_read_whole() {
        let tree = parse(TEXT);
        let edited = |old: &str, new: &str| {
            assert!(TEXT.contains(old));
            spliced(TEXT, &tree, &TEXT.replacen(old, new, 1)).is_some()
        };
        assert!(edited("conv2d", "conv1d"));
        assert!(edited("8, 8]\n", "8, 8]\n    # more\n"));
        assert!(!edited("demo", "other"));
        assert!(!edited("fc", "add"));
        assert!(!edited("[8, 8]", "[8, 8"));
        assert!(!edited("conv2d", "&a conv2d"));
        assert!(!edited("  - op: add", "  op: add"));
        assert!(!edited("  - op: add", "\n - op: add"));
        assert!(!edited("      - one\n", "      - one\n  - op: fc\n"));
    }
}
