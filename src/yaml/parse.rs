//! Events to the tree.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Parser, ScanError, StructureStyle, Tag};

use crate::text::Span;

use super::tree::{
    Comment, Document, Entry, Item, Node, NodeId, NodeKind, Scalar, ScalarStyle, SyntaxError,
    SyntaxErrorKind,
};

/// Collections may be nested this deep, aliases followed.
const MAX_DEPTH: usize = 64;
/// All aliases together may stand for this many nodes.
const MAX_ALIASED_NODES: usize = 100_000;

/// Why reading stopped before the end of the text.
pub(super) enum Stop {
    /// The text breaks YAML's grammar here.
    Grammar(Box<ScanError>),
    /// Reading on makes no sense; the error is in the document already.
    Final,
}

/// Reads the first document of a text, up to the first fault of grammar: the tree holds what was
/// read before it.
pub(super) fn read(text: &str) -> (Document, Option<Stop>) {
    let mut builder = Builder::new(text);
    let stop = builder.run().err();
    (builder.finish(), stop)
}

/// A collection whose end was not read yet.
struct Open {
    id: NodeId,
    /// A key that waits for its value.
    key: Option<NodeId>,
    /// The `-` of the next item.
    dash: Option<Span>,
    /// How many levels of collections it holds so far, itself included.
    height: usize,
    /// How many nodes it holds so far, itself included, aliases expanded.
    weight: usize,
}

struct Builder<'t> {
    text: &'t str,
    document: Document,
    open: Vec<Open>,
    /// Just past the last token that was read: what follows was not looked at yet.
    cursor: usize,
    anchors: HashMap<usize, NodeId>,
    /// Height and weight of every node with an anchor.
    extents: HashMap<NodeId, (usize, usize)>,
    aliased: usize,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            document: Document::default(),
            open: Vec::new(),
            cursor: 0,
            anchors: HashMap::new(),
            extents: HashMap::new(),
            aliased: 0,
        }
    }

    fn run(&mut self) -> Result<(), Stop> {
        let options = granit_parser::options! {
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            max_buffered_comment_events: usize::MAX,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        let mut ended = false;
        for event in Parser::new_from_str_with_options(self.text, options) {
            let (event, place) = event.map_err(|error| Stop::Grammar(Box::new(error)))?;
            let span = span(&place);
            let tag = place.tag_span().map(|place| self::span(&place));
            match event {
                Event::DocumentStart(..) if ended => {
                    self.error(
                        span,
                        SyntaxErrorKind::SecondDocument,
                        "a second document starts here; the tool reads one document a file"
                            .to_owned(),
                    );
                    return Err(Stop::Final);
                }
                Event::DocumentStart(explicit, _) if explicit => self.advance(span.end),
                Event::DocumentEnd => ended = true,
                Event::Comment(..) => self.document.comments.push(Comment { span }),
                Event::Scalar(text, style, _, granit_tag) => {
                    self.before_node(tag);
                    self.scalar(text, style, span, granit_tag.as_deref().zip(tag));
                }
                Event::SequenceStart(style, _, granit_tag) => {
                    self.before_node(tag);
                    let flow = style == StructureStyle::Flow;
                    let kind = NodeKind::Sequence {
                        items: Vec::new(),
                        flow,
                    };
                    self.start(kind, flow, span, granit_tag.as_deref().zip(tag))?;
                }
                Event::MappingStart(style, _, granit_tag) => {
                    self.before_node(tag);
                    // `[a: b]` is a mapping without braces of its own.
                    let flow = style == StructureStyle::Flow;
                    let kind = NodeKind::Mapping {
                        entries: Vec::new(),
                        flow,
                    };
                    self.start(kind, flow, span, granit_tag.as_deref().zip(tag))?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.end(span),
                Event::Anchor(id, name) => self.anchor(id, &name, span),
                Event::Alias(id) => {
                    self.before_node(None);
                    self.alias(id, span);
                }
                Event::UnresolvedAlias(name) => {
                    self.before_node(None);
                    self.error(
                        span,
                        SyntaxErrorKind::UnknownAlias,
                        format!("`*{name}` has no `&{name}` before it"),
                    );
                    self.unreadable(span);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Document {
        while !self.open.is_empty() {
            self.end(Span::at(self.cursor as u32));
        }
        self.document.comments.sort_by_key(|comment| comment.span);
        self.document.errors.sort_by_key(|error| error.span);
        self.document
    }

    fn error(&mut self, span: Span, kind: SyntaxErrorKind, message: String) {
        self.document.errors.push(SyntaxError {
            span,
            kind,
            message,
        });
    }

    fn advance(&mut self, offset: u32) {
        self.cursor = self.cursor.max(offset as usize);
    }

    /// Reads the dash in front of an item, and steps over the node's tag.
    fn before_node(&mut self, tag: Option<Span>) {
        if let Some(open) = self.open.last()
            && open.dash.is_none()
            && let NodeKind::Sequence { flow: false, .. } =
                self.document.nodes[open.id.0 as usize].kind
            && let Some(at) = self.find(|byte| byte == b'-')
        {
            let dash = Span::new(at as u32, at as u32 + 1);
            self.cursor = at + 1;
            if let Some(open) = self.open.last_mut() {
                open.dash = Some(dash);
            }
        }
        if let Some(tag) = tag {
            self.advance(tag.end);
        }
    }

    /// The first byte that fits behind the cursor, comments left out.
    fn find(&self, fits: impl Fn(u8) -> bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = self.cursor;
        while let Some(&byte) = bytes.get(at) {
            if byte == b'#'
                && at
                    .checked_sub(1)
                    .is_none_or(|i| bytes[i].is_ascii_whitespace())
            {
                while bytes.get(at).is_some_and(|b| !matches!(b, b'\n' | b'\r')) {
                    at += 1;
                }
            } else if fits(byte) {
                return Some(at);
            } else {
                at += 1;
            }
        }
        None
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: granit_parser::ScalarStyle,
        place: Span,
        tag: Option<(&Tag, Span)>,
    ) {
        let style = match style {
            granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
            granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
            granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
            granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
            granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
        };
        let missing = style == ScalarStyle::Plain && place.is_empty();
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.block_scalar_span(place),
            _ if missing => self.missing_value_span(tag.is_some(), place),
            _ => place,
        };
        let scalar = Scalar {
            text: if missing {
                String::new()
            } else {
                text.into_owned()
            },
            style,
            tag: tag.map(|(tag, _)| short_tag(tag)),
        };
        self.advance(span.end);
        let id = self.add(span, NodeKind::Scalar(scalar));
        self.attach(id, 0, 1);
    }

    /// From the `|` or `>` to the last character that is not blank.
    fn block_scalar_span(&self, content: Span) -> Span {
        let start = self
            .find(|byte| matches!(byte, b'|' | b'>'))
            .map_or(content.start, |at| at as u32);
        let header = self.text[start as usize..]
            .bytes()
            .take_while(|b| matches!(b, b'|' | b'>' | b'+' | b'-' | b'0'..=b'9'))
            .count() as u32;
        let end = match content.text(self.text).trim_ascii_end().len() as u32 {
            0 => start + header,
            length => content.start + length,
        };
        Span::new(start, end)
    }

    /// Behind the colon, the dash or the tag that the value is missing behind.
    fn missing_value_span(&self, tagged: bool, place: Span) -> Span {
        if tagged {
            return place;
        }
        let at = self
            .find(|byte| !byte.is_ascii_whitespace())
            .filter(|&at| self.text.as_bytes()[at] == b':')
            .map_or(self.cursor, |at| at + 1);
        Span::at(at as u32)
    }

    fn start(
        &mut self,
        kind: NodeKind,
        flow: bool,
        place: Span,
        tag: Option<(&Tag, Span)>,
    ) -> Result<(), Stop> {
        let _ = tag;
        if self.open.len() >= MAX_DEPTH {
            self.error(
                place,
                SyntaxErrorKind::TooDeep,
                format!("nested more than {MAX_DEPTH} levels deep"),
            );
            return Err(Stop::Final);
        }
        if flow {
            self.advance(place.end);
        }
        let id = self.add(place, kind);
        self.open.push(Open {
            id,
            key: None,
            dash: None,
            height: 1,
            weight: 1,
        });
        Ok(())
    }

    fn end(&mut self, place: Span) {
        let Some(open) = self.open.pop() else {
            return;
        };
        if !place.is_empty() {
            self.advance(place.end);
        }
        let node = &mut self.document.nodes[open.id.0 as usize];
        // The parser starts a sequence that is not indented behind its first dash.
        if let NodeKind::Sequence { items, .. } = &node.kind
            && let Some(dash) = items.first().and_then(|item| item.dash)
        {
            node.span.start = dash.start;
        }
        // It ends a block where the next token starts; ours ends where its last token ends.
        node.span = Span::new(node.span.start, self.cursor as u32);
        self.attach(open.id, open.height, open.weight);
    }

    fn anchor(&mut self, id: usize, name: &str, span: Span) {
        let _ = name;
        // The anchor's event follows directly on that of its node, which is the newest.
        let node = NodeId(self.document.nodes.len().saturating_sub(1) as u32);
        if let Some(newest) = self.document.nodes.last_mut() {
            newest.anchor = Some(span);
            self.anchors.insert(id, node);
        }
        self.advance(span.end);
    }

    fn alias(&mut self, id: usize, span: Span) {
        self.advance(span.end);
        let Some(&target) = self.anchors.get(&id) else {
            return self.unreadable(span);
        };
        let fault = if self.open.iter().any(|open| open.id == target) {
            Some("stands for the collection that it is in".to_owned())
        } else {
            let (height, weight) = self.extents.get(&target).copied().unwrap_or((0, 1));
            self.aliased = self.aliased.saturating_add(weight);
            if self.open.len() + height > MAX_DEPTH {
                Some(format!("nests more than {MAX_DEPTH} levels deep"))
            } else if self.aliased > MAX_ALIASED_NODES {
                Some(format!(
                    "makes the aliases stand for more than {MAX_ALIASED_NODES} values"
                ))
            } else {
                let node = self.add(span, NodeKind::Alias(target));
                return self.attach(node, height, weight);
            }
        };
        if let Some(fault) = fault {
            let message = format!("`{}` {fault}", span.text(self.text));
            self.error(span, SyntaxErrorKind::TooDeep, message);
            self.unreadable(span);
        }
    }

    /// Something stands here that cannot be read.
    fn unreadable(&mut self, span: Span) {
        self.advance(span.end);
        let scalar = Scalar {
            text: String::new(),
            style: ScalarStyle::Plain,
            tag: None,
        };
        let id = self.add(span, NodeKind::Scalar(scalar));
        self.document.unreadable.push(id);
        self.attach(id, 0, 1);
    }

    fn add(&mut self, span: Span, kind: NodeKind) -> NodeId {
        let id = NodeId(self.document.nodes.len() as u32);
        self.document.nodes.push(Node {
            span,
            kind,
            anchor: None,
        });
        id
    }

    /// Hangs a finished node under the innermost open collection.
    fn attach(&mut self, id: NodeId, height: usize, weight: usize) {
        if height > 0 {
            self.extents.insert(id, (height, weight));
        }
        let Some(open) = self.open.last_mut() else {
            self.document.root.get_or_insert(id);
            return;
        };
        open.height = open.height.max(height + 1);
        open.weight = open.weight.saturating_add(weight);
        match &mut self.document.nodes[open.id.0 as usize].kind {
            NodeKind::Sequence { items, .. } => items.push(Item {
                dash: open.dash.take(),
                value: id,
            }),
            NodeKind::Mapping { entries, .. } => match open.key.take() {
                None => open.key = Some(id),
                Some(key) => entries.push(Entry { key, value: id }),
            },
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        }
    }
}

fn span(place: &granit_parser::Span) -> Span {
    let offset = |marker: &granit_parser::Marker| marker.byte_offset().unwrap_or_default() as u32;
    Span::new(offset(&place.start), offset(&place.end))
}

/// A tag as people write it: standard ones as `!!name`.
fn short_tag(tag: &Tag) -> String {
    match tag.suffix_in_namespace("tag:yaml.org,2002:") {
        Some(name) => format!("!!{name}"),
        None => tag.original(),
    }
}
