//! The syntax tree: an arena of nodes, each with its place in the text.

use crate::text::Span;

use super::scalar::{self, Value, resolve_plain};

/// Index of a node in its [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

/// What [`super::parse`] yields: the first document of the text, its comments, its faults.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub(super) nodes: Vec<Node>,
    pub(super) root: Option<NodeId>,
    /// All comments, in order of the text, from `#` to the end of the line.
    pub comments: Vec<Comment>,
    /// What is not YAML as the vendor's tool reads it, in order of the text; one a culprit.
    pub errors: Vec<SyntaxError>,
    /// What was left out of the tree because it could not be read, in no order.
    pub gaps: Vec<Gap>,
    /// The contents of the block scalars.
    pub(super) block_texts: Vec<Span>,
    /// The nodes without a readable value, in order.
    pub(super) unreadable: Vec<NodeId>,
    /// What the tree was made of, where the grammar had to be mended and that went well.
    pub(super) mended: Option<Box<Mended>>,
}

/// A text after its mending, and the tree of it.
#[derive(Clone, Debug)]
pub(super) struct Mended {
    pub(super) text: String,
    pub(super) tree: Document,
}

/// A stretch of text that the tree does not hold, because it breaks the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The text that was left out.
    pub span: Span,
    /// Where the text that was read ends before it.
    pub(super) after: u32,
}

impl Document {
    /// The document of a text in another language whose comments are written as in YAML: without a
    /// tree.
    pub fn of_comments(comments: impl IntoIterator<Item = Span>) -> Self {
        Self {
            comments: comments.into_iter().map(|span| Comment { span }).collect(),
            ..Self::default()
        }
    }

    /// The top node; `None` for an empty text.
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// A node, with aliases followed to what they stand for.
    pub fn node(&self, id: NodeId) -> &Node {
        match self.nodes[id.0 as usize].kind {
            NodeKind::Alias(target) => &self.nodes[target.0 as usize],
            _ => &self.nodes[id.0 as usize],
        }
    }

    /// The node itself: an alias stays an alias. Its span is where the value is *used*.
    pub fn raw(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The place of a node in the text; of an alias, the place of the alias.
    pub fn span(&self, id: NodeId) -> Span {
        self.raw(id).span
    }

    /// The resolved value of a scalar (aliases followed); `None` for a collection.
    pub fn value(&self, id: NodeId) -> Option<Value> {
        match &self.node(id).kind {
            NodeKind::Scalar(scalar) => Some(scalar.resolve()),
            _ => None,
        }
    }

    /// The entries of a mapping (aliases followed); empty for other nodes.
    pub fn entries(&self, id: NodeId) -> &[Entry] {
        match &self.node(id).kind {
            NodeKind::Mapping { entries, .. } => entries,
            _ => &[],
        }
    }

    /// The items of a sequence (aliases followed); empty for other nodes.
    pub fn items(&self, id: NodeId) -> &[Item] {
        match &self.node(id).kind {
            NodeKind::Sequence { items, .. } => items,
            _ => &[],
        }
    }

    /// The value of the first entry whose key is the string `key`.
    pub fn get(&self, mapping: NodeId, key: &str) -> Option<NodeId> {
        self.entries(mapping)
            .iter()
            .find(|entry| self.is_text(entry.key, key))
            .map(|entry| entry.value)
    }

    /// Whether a node is a scalar that reads as the string `text`.
    pub fn is_text(&self, id: NodeId, text: &str) -> bool {
        matches!(&self.node(id).kind, NodeKind::Scalar(scalar)
            if scalar.text == text && matches!(scalar.resolve(), Value::String(_)))
    }

    /// Whether something stands here that could not be read (an unknown alias, a tag that the
    /// vendor's tool cannot construct): a syntax error says so, and its value is not known.
    pub fn is_unreadable(&self, id: NodeId) -> bool {
        let id = match self.raw(id).kind {
            NodeKind::Alias(target) => target,
            _ => id,
        };
        self.unreadable.binary_search(&id).is_ok()
    }

    /// The entries of every mapping, and whether it is written `{a: b}`; each mapping once.
    pub fn mappings(&self) -> impl Iterator<Item = (&[Entry], bool)> {
        self.nodes.iter().filter_map(|node| match &node.kind {
            NodeKind::Mapping { entries, flow } => Some((entries.as_slice(), *flow)),
            _ => None,
        })
    }

    /// Whether text is missing in a node, or right behind it, because it could not be read: a
    /// mapping may then have entries that the tree does not hold.
    pub fn is_incomplete(&self, id: NodeId) -> bool {
        self.gaps_in(id).next().is_some()
    }

    /// The stretches of text that are missing in a node, or right behind it.
    pub fn gaps_in(&self, id: NodeId) -> impl Iterator<Item = Span> {
        let span = self.node(id).span;
        self.gaps
            .iter()
            .filter(move |gap| span.start <= gap.span.start && gap.after <= span.end)
            .map(|gap| gap.span)
    }

    /// Number of nodes.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }
}

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// From the first byte of the value (its quote, bracket, or first key) to just past its last
    /// one. A missing value (`key:`) has an empty span behind the colon.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
    /// The place of `&name`, where the node has an anchor.
    pub anchor: Option<Span>,
}

/// The kinds of node.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    Sequence {
        /// The items, in order.
        items: Vec<Item>,
        /// Whether it is written `[a, b]`.
        flow: bool,
    },
    /// A mapping.
    Mapping {
        /// The entries in order, duplicates included.
        entries: Vec<Entry>,
        /// Whether it is written `{a: b}`.
        flow: bool,
    },
    /// `*name`, and the node that it stands for.
    Alias(NodeId),
}

/// A key and its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The key.
    pub key: NodeId,
    /// The value.
    pub value: NodeId,
}

/// An item of a sequence.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// The place of the `-`; `None` in `[a, b]`.
    pub dash: Option<Span>,
    /// The value.
    pub value: NodeId,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes: its text decides its type.
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A single value as written.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The text, quotes and escapes removed.
    pub text: String,
    /// How it is written.
    pub style: ScalarStyle,
    /// The explicit tag, where there is one; standard ones in their short form (`!!str`).
    pub tag: Option<String>,
}

impl Scalar {
    /// The value, by PyYAML's rules.
    pub fn resolve(&self) -> Value {
        match &self.tag {
            None if self.style == ScalarStyle::Plain => resolve_plain(&self.text),
            None => Value::String(self.text.clone()),
            Some(tag) => scalar::construct(tag, &self.text)
                .unwrap_or_else(|| Value::String(self.text.clone())),
        }
    }
}

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line.
    pub span: Span,
}

/// One thing that makes the text no YAML for the vendor's tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The culprit.
    pub span: Span,
    /// What kind of fault.
    pub kind: SyntaxErrorKind,
    /// A plain sentence of ours, without a full stop.
    pub message: String,
}

/// The kinds of syntax fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyntaxErrorKind {
    /// The text breaks YAML's grammar.
    Grammar,
    /// A tab where only spaces may stand.
    Tab,
    /// A second document.
    SecondDocument,
    /// `<<`, which the vendor's tool does not support.
    MergeKey,
    /// `*name` without a `&name` before it.
    UnknownAlias,
    /// An explicit tag that the vendor's tool cannot construct.
    Tag,
    /// A mapping key that is a list or a mapping.
    UnhashableKey,
    /// Nesting or alias expansion beyond the limits.
    TooDeep,
}
