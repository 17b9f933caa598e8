//! Events to the tree.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use granit_parser::{ErrorKind, Event, Parser, ScanError, StructureStyle, Tag};

use crate::text::Span;

use super::dialect::{self, Refusal};
use super::line::is_break;
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
    Grammar(Fault),
    /// Something stands here that PyYAML takes for the start of a new token, and the parser does
    /// not: a space before it makes them agree.
    Joined(usize),
    /// A second document starts here.
    SecondDocument(Span),
    /// Reading on makes no sense; the error is in the document already.
    Final,
}

/// A fault of grammar.
#[derive(Clone)]
pub(super) struct Fault {
    /// The place of the culprit, as far as the parser knows.
    pub(super) at: usize,
    /// What the parser expected.
    pub(super) kind: ErrorKind,
}

/// Reads the first document of a text, up to the first fault of grammar: the tree holds what was
/// read before it.
pub(super) fn read(text: &str) -> (Document, Option<Stop>) {
    let mut builder = Builder {
        text,
        document: Document::default(),
        open: Vec::new(),
        flows: 0,
        cursor: 0,
        anchors: HashMap::new(),
        anchor_names: HashSet::new(),
        extents: HashMap::new(),
        aliased: 0,
    };
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

/// An explicit tag in its short form.
struct ShortTag {
    name: String,
    span: Span,
}

struct Builder<'t> {
    text: &'t str,
    document: Document,
    open: Vec<Open>,
    /// How many of the open collections are in brackets.
    flows: usize,
    /// Just past the last token that was read: what follows was not looked at yet.
    cursor: usize,
    /// The node of each anchor, by the parser's number.
    anchors: HashMap<usize, NodeId>,
    anchor_names: HashSet<String>,
    /// Height and weight of the collections with an anchor.
    extents: HashMap<NodeId, (usize, usize)>,
    /// How many nodes all aliases so far stand for.
    aliased: usize,
}

impl<'t> Builder<'t> {
    fn run(&mut self) -> Result<(), Stop> {
        let options = granit_parser::options! {
            bom_inside_document_as_content: true,
            block_scalar_eof_without_line_feed: true,
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            max_buffered_comment_events: usize::MAX,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        let mut ended = false;
        for event in Parser::new_from_str_with_options(self.text, options) {
            let (event, place) = match event {
                Ok(event) => event,
                Err(error) => return Err(self.stop(&error)),
            };
            let span = span(&place);
            let tag = |tag: Option<Cow<Tag>>| {
                Some(ShortTag {
                    name: short_tag(tag.as_deref()?),
                    span: self::span(&place.tag_span()?),
                })
            };
            match event {
                Event::DocumentStart(..) if ended => return Err(Stop::SecondDocument(span)),
                Event::DocumentStart(true, _) => self.advance(span.end),
                Event::DocumentEnd => ended = true,
                Event::Comment(..) => self.document.comments.push(Comment { span }),
                Event::Scalar(text, style, _, given) => {
                    self.scalar(text, style, span, tag(given))?;
                }
                Event::SequenceStart(style, _, given) => {
                    let (items, flow) = (Vec::new(), style == StructureStyle::Flow);
                    self.start(NodeKind::Sequence { items, flow }, flow, span, tag(given))?;
                }
                Event::MappingStart(style, _, given) => {
                    let (entries, flow) = (Vec::new(), style == StructureStyle::Flow);
                    self.start(NodeKind::Mapping { entries, flow }, flow, span, tag(given))?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.end(span),
                Event::Anchor(id, name) => self.anchor(id, &name, span)?,
                Event::Alias(id) => self.alias(id, span),
                Event::UnresolvedAlias(name) => {
                    self.before_node(None);
                    let message = format!("`*{name}` has no `&{name}` before it");
                    self.error(span, SyntaxErrorKind::UnknownAlias, message);
                    self.unreadable(span);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn stop(&mut self, error: &ScanError) -> Stop {
        let at = error.marker().byte_offset().unwrap_or(self.cursor);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => self.too_deep(Span::at(at as u32)),
            ErrorKind::CommentNotSeparated
                if before(self.text, at).ends_with(['"', '\'', ']', '}', '[', '{', ',']) =>
            {
                Stop::Joined(at)
            }
            kind => Stop::Grammar(Fault {
                at,
                kind: kind.clone(),
            }),
        }
    }

    fn too_deep(&mut self, span: Span) -> Stop {
        let message = format!("nested more than {MAX_DEPTH} levels deep");
        self.error(span, SyntaxErrorKind::TooDeep, message);
        Stop::Final
    }

    fn finish(mut self) -> Document {
        while !self.open.is_empty() {
            self.end(Span::at(self.cursor as u32));
        }
        self.document.comments.sort_by_key(|comment| comment.span);
        self.document
    }

    fn error(&mut self, span: Span, kind: SyntaxErrorKind, message: String) {
        self.document.errors.push(SyntaxError {
            span,
            kind,
            message,
        });
    }

    fn refuse(&mut self, id: NodeId, span: Span, refusal: Refusal) {
        self.error(span, refusal.kind, refusal.message);
        self.document.unreadable.push(id);
    }

    fn advance(&mut self, offset: u32) {
        self.cursor = self.cursor.max(offset as usize);
    }

    /// Reads the dash in front of an item, which the parser does not tell of, and steps over the
    /// tag.
    fn before_node(&mut self, tag: Option<&ShortTag>) {
        if let Some(open) = self.open.last()
            && open.dash.is_none()
            && let NodeKind::Sequence { flow: false, .. } = self.document.raw(open.id).kind
            && let Some(at) = self.find(|byte| byte == b'-')
        {
            self.cursor = at + 1;
            if let Some(open) = self.open.last_mut() {
                open.dash = Some(Span::new(at as u32, at as u32 + 1));
            }
        }
        if let Some(tag) = tag {
            self.advance(tag.span.end);
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
                while bytes.get(at).is_some_and(|b| !is_break(*b)) {
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
        tag: Option<ShortTag>,
    ) -> Result<(), Stop> {
        self.before_node(tag.as_ref());
        let style = match style {
            granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
            granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
            granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
            granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
            granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
        };
        if style == ScalarStyle::Plain && place.is_empty() {
            return self.missing(place, tag);
        }
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                self.document.block_texts.push(place);
                self.block_scalar_span(place)
            }
            _ => place,
        };
        let culprit = tag.as_ref().map_or(span, |tag| tag.span);
        let scalar = Scalar {
            text: text.into_owned(),
            style,
            tag: tag.map(|tag| tag.name),
        };
        let refusal = match style {
            ScalarStyle::Plain if self.flows > 0 => {
                dialect::refuse_plain_in_flow(place.text(self.text))
            }
            _ => None,
        };
        let refusal = refusal.or_else(|| dialect::refuse_scalar(&scalar));
        self.advance(span.end);
        let id = self.add(span, NodeKind::Scalar(scalar));
        if let Some(refusal) = refusal {
            self.refuse(id, culprit, refusal);
        }
        self.attach(id, 0, 1);
        Ok(())
    }

    /// From the `|` or `>` to the last character that is not blank.
    fn block_scalar_span(&self, content: Span) -> Span {
        let start = self
            .find(|byte| matches!(byte, b'|' | b'>'))
            .map_or(content.start, |at| at as u32);
        let header = Span::new(start, self.text.len() as u32)
            .text(self.text)
            .bytes()
            .take_while(|b| matches!(b, b'|' | b'>' | b'+' | b'-' | b'0'..=b'9'))
            .count() as u32;
        let end = match content.text(self.text).trim_ascii_end().len() as u32 {
            0 => start + header,
            length => content.start + length,
        };
        Span::new(start, end)
    }

    /// A scalar that is not there: its place is behind the colon, the dash or the tag.
    fn missing(&mut self, place: Span, tag: Option<ShortTag>) -> Result<(), Stop> {
        let is_key = self.expects_key();
        let colon = self
            .find(|byte| !(byte.is_ascii_whitespace() || is_key && byte == b','))
            .filter(|&at| self.text.as_bytes()[at] == b':');
        let at = match (&tag, colon) {
            (Some(tag), _) => tag.span.end,
            // PyYAML lets no value stand without a key.
            (None, Some(at)) if is_key => {
                let kind = ErrorKind::ExpectedBlockMappingKey;
                return Err(Stop::Grammar(Fault { at, kind }));
            }
            (None, Some(colon)) => colon as u32 + 1,
            (None, None) if self.open.is_empty() => place.start,
            (None, None) => self.cursor as u32,
        };
        let culprit = tag.as_ref().map_or(Span::at(at), |tag| tag.span);
        let scalar = Scalar {
            text: String::new(),
            style: ScalarStyle::Plain,
            tag: tag.map(|tag| tag.name),
        };
        let refusal = dialect::refuse_scalar(&scalar);
        self.advance(at);
        let id = self.add(Span::at(at), NodeKind::Scalar(scalar));
        if let Some(refusal) = refusal {
            self.refuse(id, culprit, refusal);
        }
        self.attach(id, 0, 1);
        Ok(())
    }

    /// Whether the next node is a key.
    fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|open| {
            open.key.is_none()
                && matches!(self.document.raw(open.id).kind, NodeKind::Mapping { .. })
        })
    }

    fn start(
        &mut self,
        kind: NodeKind,
        flow: bool,
        place: Span,
        tag: Option<ShortTag>,
    ) -> Result<(), Stop> {
        self.before_node(tag.as_ref());
        if self.open.len() >= MAX_DEPTH {
            return Err(self.too_deep(place));
        }
        if flow {
            self.flows += 1;
            self.advance(place.end);
        } else if let NodeKind::Mapping { .. } = kind {
            self.advance(place.start);
        }
        let refusal = tag.and_then(|tag| {
            let refusal = dialect::refuse_collection_tag(&kind, &tag.name)?;
            Some((tag.span, refusal))
        });
        let id = self.add(place, kind);
        if let Some((span, refusal)) = refusal {
            self.refuse(id, span, refusal);
        }
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
        // `[a: b]` is a mapping in flow style, but without brackets of its own: its end is empty.
        self.advance(if place.is_empty() { 0 } else { place.end });
        let node = &mut self.document.nodes[open.id.0 as usize];
        match &node.kind {
            NodeKind::Sequence { flow: true, .. } | NodeKind::Mapping { flow: true, .. } => {
                self.flows = self.flows.saturating_sub(1);
            }
            // The parser starts a sequence that is not indented behind its first dash.
            NodeKind::Sequence { items, .. } => {
                if let Some(dash) = items.first().and_then(|item| item.dash) {
                    node.span.start = dash.start;
                }
            }
            _ => {}
        }
        // The parser ends a block where the next token starts; ours ends with its last token.
        node.span = Span::new(node.span.start, self.cursor as u32);
        self.attach(open.id, open.height, open.weight);
    }

    /// The anchor of the newest node: its event follows directly.
    fn anchor(&mut self, number: usize, name: &str, span: Span) -> Result<(), Stop> {
        if let Some(length) = dialect::end_of_anchor(name) {
            return Err(Stop::Joined(span.start as usize + 1 + length));
        }
        if let Some(refusal) = dialect::refuse_anchor(name) {
            self.error(span, refusal.kind, refusal.message);
        } else if !self.anchor_names.insert(name.to_owned()) {
            let message = format!("a second `&{name}`; an anchor's name may stand only once");
            self.error(span, SyntaxErrorKind::Grammar, message);
        }
        if let Some(newest) = self.document.nodes.last_mut() {
            newest.anchor = Some(span);
            let id = NodeId(self.document.nodes.len() as u32 - 1);
            self.anchors.insert(number, id);
        }
        self.advance(span.end);
        Ok(())
    }

    fn alias(&mut self, number: usize, span: Span) {
        self.before_node(None);
        self.advance(span.end);
        let Some(&target) = self.anchors.get(&number) else {
            return self.unreadable(span);
        };
        let (height, weight) = self.extents.get(&target).copied().unwrap_or((0, 1));
        self.aliased = self.aliased.saturating_add(weight);
        let fault = if self.open.iter().any(|open| open.id == target) {
            "stands for the collection that it is in".to_owned()
        } else if self.open.len() + height > MAX_DEPTH {
            format!("makes the nesting more than {MAX_DEPTH} levels deep")
        } else if self.aliased > MAX_ALIASED_NODES {
            format!("makes all aliases together stand for more than {MAX_ALIASED_NODES} values")
        } else {
            let id = self.add(span, NodeKind::Alias(target));
            return self.attach(id, height, weight);
        };
        let message = format!("`{}` {fault}", span.text(self.text));
        self.error(span, SyntaxErrorKind::TooDeep, message);
        self.unreadable(span);
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
        if height > 0 && self.document.raw(id).anchor.is_some() {
            self.extents.insert(id, (height, weight));
        }
        let Some(open) = self.open.last_mut() else {
            self.document.root.get_or_insert(id);
            return;
        };
        open.height = open.height.max(height + 1);
        open.weight = open.weight.saturating_add(weight);
        let is_key = match &mut self.document.nodes[open.id.0 as usize].kind {
            NodeKind::Sequence { items, .. } => {
                items.push(Item {
                    dash: open.dash.take(),
                    value: id,
                });
                false
            }
            NodeKind::Mapping { entries, .. } => match open.key.take() {
                None => {
                    open.key = Some(id);
                    true
                }
                Some(key) => {
                    entries.push(Entry { key, value: id });
                    false
                }
            },
            NodeKind::Scalar(_) | NodeKind::Alias(_) => false,
        };
        if is_key && !matches!(self.document.node(id).kind, NodeKind::Scalar(_)) {
            let refusal = dialect::collection_as_key(&self.document.node(id).kind);
            self.refuse(id, self.document.span(id), refusal);
        }
    }
}

/// The text up to an offset.
fn before(text: &str, at: usize) -> &str {
    text.get(..at).unwrap_or_default()
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
