//! Going from references to layers and back: definition, references, highlights, rename, and the
//! data flow as a hierarchy of calls.

use crate::network::{Reference, Source, Target as Next};
use crate::text::{Edit, Span};
use crate::yaml::{NodeKind, Value, resolve_plain};

use super::place::On;
use super::{Analyzed, words};

/// Where a definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The text that refers to it.
    pub origin: Span,
    /// All of what is referred to.
    pub span: Span,
    /// Its name.
    pub selection: Span,
}

/// A layer in the hierarchy of data flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallItem {
    /// Its number.
    pub layer: usize,
    /// `#3 conv2`.
    pub name: String,
    /// What it does, and its shapes.
    pub detail: String,
    /// All of its text.
    pub span: Span,
    /// Where to go.
    pub selection: Span,
}

/// A reference in the text.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    /// Its place.
    pub(super) span: Span,
    /// How it is written.
    pub(super) reference: Reference,
    /// What it means; none where nothing has this name or number.
    pub(super) source: Option<Source>,
}

/// Where what stands at an offset is defined: the layer of a reference, the anchor of an alias. A
/// layer is defined where it stands; editors show its references then.
pub fn definition(analyzed: &Analyzed, offset: u32) -> Option<Target> {
    if let Some(target) = anchor(analyzed, offset) {
        return Some(target);
    }
    let source = source_at(analyzed, offset)?;
    let selection = declared(analyzed, source)?;
    let origin = match (mention_at(analyzed, offset), source) {
        (Some(mention), _) => mention.span,
        // By its `-`.
        (None, Source::Layer(layer)) if !selection.touches(offset) => head(analyzed, layer)?,
        (None, _) => selection,
    };
    Some(Target {
        origin,
        span: whole(analyzed, source)?,
        selection,
    })
}

/// Where the layer at an offset is referred to: by references, and by the `-` of a layer that reads
/// it because it comes next. `declaration` adds its own name.
pub fn references(analyzed: &Analyzed, offset: u32, declaration: bool) -> Vec<Span> {
    let Some(source) = source_at(analyzed, offset) else {
        return Vec::new();
    };
    let own = declared(analyzed, source).filter(|_| declaration);
    let mut found: Vec<Span> = mentions(analyzed)
        .into_iter()
        .filter(|mention| mention.source == Some(source))
        .map(|mention| mention.span)
        .chain(implicit_readers(analyzed, source))
        .chain(own)
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The layer at an offset and its references, with whether each is where the layer is named.
pub fn highlights(analyzed: &Analyzed, offset: u32) -> Vec<(Span, bool)> {
    let own = source_at(analyzed, offset).and_then(|source| declared(analyzed, source));
    references(analyzed, offset, true)
        .into_iter()
        .map(|span| (span, Some(span) == own))
        .collect()
}

/// The name at an offset that can be changed, that of a layer or of the rolling buffer: its place,
/// and the name itself, which an alias does not show.
pub fn prepare_rename(analyzed: &Analyzed, offset: u32) -> Option<(Span, &str)> {
    let (source, span) = renamed(analyzed, offset)?;
    let written = span.text(&analyzed.text);
    let name = if written.starts_with('*') {
        unquoted(analyzed, name_of(analyzed, source)?).text(&analyzed.text)
    } else {
        written
    };
    Some((span, name))
}

/// Changes the name at an offset wherever it stands.
///
/// # Errors
/// A sentence that says why this name cannot be changed so.
pub fn rename(analyzed: &Analyzed, offset: u32, new: &str) -> Result<Vec<Edit>, String> {
    let (source, _) = renamed(analyzed, offset)
        .ok_or("only names of layers and of the `data_buffer` can be changed")?;
    let new = new.trim();
    is_usable(analyzed, source, new)?;
    let mut places: Vec<Span> = mentions(analyzed)
        .into_iter()
        .filter(|mention| {
            mention.source == Some(source) && matches!(mention.reference, Reference::Name(_))
        })
        .map(|mention| mention.span)
        .chain(name_of(analyzed, source))
        .collect();
    places.sort();
    places.dedup();
    Ok(places
        .into_iter()
        .map(|span| Edit::replace(unquoted(analyzed, span), new))
        .collect())
}

/// The layer at an offset as the root of a hierarchy.
pub fn call_item(analyzed: &Analyzed, offset: u32) -> Option<CallItem> {
    let layer = match mention_at(analyzed, offset).and_then(|mention| mention.source) {
        Some(Source::Layer(layer)) => layer,
        _ => analyzed.layer_at(offset)?,
    };
    item(analyzed, layer)
}

/// The layers whose output flows into `layer`, and where it says so.
pub fn incoming(analyzed: &Analyzed, layer: usize) -> Vec<(CallItem, Vec<Span>)> {
    flows(analyzed, layer, |reader, source| {
        (reader == layer).then_some(source)
    })
}

/// The layers into which the output of `layer` flows, and where they say so.
pub fn outgoing(analyzed: &Analyzed, layer: usize) -> Vec<(CallItem, Vec<Span>)> {
    flows(analyzed, layer, |reader, source| {
        (source == layer).then_some(reader)
    })
}

/// The flows of data at one end of which is a layer, by the layer at their other end.
fn flows(
    analyzed: &Analyzed,
    layer: usize,
    other_end: impl Fn(usize, usize) -> Option<usize>,
) -> Vec<(CallItem, Vec<Span>)> {
    let mut found: Vec<(usize, Vec<Span>)> = Vec::new();
    if layer >= analyzed.network.layers.len() {
        return Vec::new();
    }
    for (reader, inputs) in analyzed.analysis.graph.inputs.iter().enumerate() {
        for input in inputs {
            let Ok(Source::Layer(source)) = input.source else {
                continue;
            };
            let Some(end) = other_end(reader, source) else {
                continue;
            };
            let place = input.span.or_else(|| head(analyzed, reader));
            match found.iter_mut().find(|(known, _)| *known == end) {
                Some((_, places)) => places.extend(place),
                None => found.push((end, place.into_iter().collect())),
            }
        }
    }
    found
        .into_iter()
        .filter_map(|(end, places)| Some((item(analyzed, end)?, places)))
        .collect()
}

/// A layer by its number.
pub fn item(analyzed: &Analyzed, layer: usize) -> Option<CallItem> {
    Some(CallItem {
        layer,
        name: words::title(analyzed, layer),
        detail: words::detail(analyzed, layer),
        span: whole(analyzed, Source::Layer(layer))?,
        selection: declared(analyzed, Source::Layer(layer))?,
    })
}

/// All references of the file that could be read.
pub(super) fn mentions(analyzed: &Analyzed) -> Vec<Mention> {
    let network = &analyzed.network;
    let mut found = Vec::new();
    for keys in &network.layers {
        let mut add = |reference: &Reference, span: Span| {
            found.push(Mention {
                span,
                source: network.meant(reference),
                reference: reference.clone(),
            });
        };
        for entry in keys.in_sequences.get().iter().flat_map(|list| &list.items) {
            add(&entry.value, entry.span);
        }
        for target in [&keys.next_sequence, &keys.simulated_sequence] {
            if let (Some(Next::Layer(reference)), Some(span)) = (target.get(), target.span()) {
                add(reference, span);
            }
        }
        if let (Some(reference), Some(span)) = (keys.weight_source.get(), keys.weight_source.span())
        {
            add(reference, span);
        }
    }
    found
}

/// The reference at an offset.
pub(super) fn mention_at(analyzed: &Analyzed, offset: u32) -> Option<Mention> {
    mentions(analyzed)
        .into_iter()
        .find(|mention| mention.span.touches(offset))
}

/// What the text at an offset stands for: a reference for what it leads to; the name, the `-` and
/// the first key of a layer for the layer.
fn source_at(analyzed: &Analyzed, offset: u32) -> Option<Source> {
    if let Some(mention) = mention_at(analyzed, offset) {
        return mention.source;
    }
    let layer = analyzed.network.layers.iter().position(|layer| {
        let entry = layer.name.entry();
        layer.head.touches(offset) || entry.is_some_and(|entry| entry.touches(offset))
    });
    layer.map(Source::Layer).or_else(|| {
        let block = analyzed.network.data_buffer.last()?;
        block
            .name
            .entry()?
            .touches(offset)
            .then_some(Source::Buffer)
    })
}

/// The name at an offset, and what it is the name of.
fn renamed(analyzed: &Analyzed, offset: u32) -> Option<(Source, Span)> {
    let (source, span) = match mention_at(analyzed, offset) {
        Some(mention) if matches!(mention.reference, Reference::Name(_)) => {
            (mention.source?, mention.span)
        }
        Some(_) => return None,
        None => {
            let source = source_at(analyzed, offset)?;
            (source, name_of(analyzed, source)?)
        }
    };
    // What stands elsewhere and is only used here is not changed here.
    (name_of(analyzed, source).is_some() && span.touches(offset))
        .then(|| (source, unquoted(analyzed, span)))
}

/// Whether `new` can be the name of `source`.
fn is_usable(analyzed: &Analyzed, source: Source, new: &str) -> Result<(), String> {
    let lower = new.to_lowercase();
    if new.is_empty() {
        return Err("a name must not be empty".to_owned());
    }
    if lower == "input" || lower == "stop" {
        return Err(format!("`{new}` has a meaning of its own in references"));
    }
    if !matches!(resolve_plain(new), Value::String(_)) {
        return Err(format!("YAML does not read `{new}` as text"));
    }
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+');
    let starts_well = new
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() || c == '_');
    if !starts_well || !new.chars().all(plain) {
        return Err(format!(
            "`{new}` would need quotes: a name starts with a letter or a digit and has letters, \
             digits, `_`, `-`, `.`, `/` and `+`"
        ));
    }
    let network = &analyzed.network;
    if let Some(other) = network
        .layers
        .iter()
        .enumerate()
        .position(|(index, layer)| {
            source != Source::Layer(index)
                && layer
                    .name()
                    .is_some_and(|name| name.to_lowercase() == lower)
        })
    {
        return Err(format!("layer {other} is called `{new}` already"));
    }
    let buffer = network
        .data_buffer
        .last()
        .and_then(|block| block.name.get());
    if source != Source::Buffer && buffer.is_some_and(|name| name.to_lowercase() == lower) {
        return Err(format!("the `data_buffer` is called `{new}` already"));
    }
    // The vendor's tool puts a reference in small letters before it looks for the buffer.
    if source == Source::Buffer && lower != new {
        return Err("the name of the `data_buffer` must be in small letters".to_owned());
    }
    Ok(())
}

/// A scalar without its quotes.
fn unquoted(analyzed: &Analyzed, span: Span) -> Span {
    let text = span.text(&analyzed.text);
    let quoted = text.len() >= 2
        && ['"', '\'']
            .iter()
            .any(|quote| text.starts_with(*quote) && text.ends_with(*quote));
    if quoted {
        Span::new(span.start + 1, span.end - 1)
    } else {
        span
    }
}

/// The `-` of the layers that read `source` without saying so.
fn implicit_readers(analyzed: &Analyzed, source: Source) -> Vec<Span> {
    let graph = &analyzed.analysis.graph;
    graph
        .readers(source)
        .filter(|reader| {
            graph.inputs.get(*reader).is_some_and(|inputs| {
                inputs
                    .iter()
                    .any(|input| input.source == Ok(source) && input.span.is_none())
            })
        })
        .filter_map(|reader| head(analyzed, reader))
        .collect()
}

fn head(analyzed: &Analyzed, layer: usize) -> Option<Span> {
    analyzed.network.layers.get(layer).map(|layer| layer.head)
}

/// The place of the name of a layer or the buffer; none where it has none, or one that stands
/// elsewhere (an alias).
fn name_of(analyzed: &Analyzed, source: Source) -> Option<Span> {
    let (field, own) = match source {
        Source::Input => return None,
        Source::Buffer => {
            let block = analyzed.network.data_buffer.last()?;
            (&block.name, block.span)
        }
        Source::Layer(layer) => {
            let layer = analyzed.network.layers.get(layer)?;
            (&layer.name, layer.span)
        }
    };
    field.get()?;
    let span = field.span()?;
    (own.contains(span) && !span.text(&analyzed.text).starts_with('*')).then_some(span)
}

/// Where to go for a layer or the buffer: its name, else its head.
fn declared(analyzed: &Analyzed, source: Source) -> Option<Span> {
    name_of(analyzed, source).or_else(|| match source {
        Source::Input => None,
        Source::Buffer => Some(analyzed.network.data_buffer.last()?.head),
        Source::Layer(layer) => head(analyzed, layer),
    })
}

/// All text of a layer or the buffer.
fn whole(analyzed: &Analyzed, source: Source) -> Option<Span> {
    match source {
        Source::Input => None,
        Source::Buffer => {
            let block = analyzed.network.data_buffer.last()?;
            Some(block.head.to(block.span))
        }
        Source::Layer(layer) => {
            let layer = analyzed.network.layers.get(layer)?;
            Some(layer.head.to(layer.span))
        }
    }
}

/// What the alias at an offset stands for.
fn anchor(analyzed: &Analyzed, offset: u32) -> Option<Target> {
    let document = &analyzed.document;
    let place = analyzed.place(offset)?;
    let mut node = match place.on {
        On::Value(entry) => entry.value,
        On::Key(entry) => entry.key,
        On::Dash(_) | On::Between => place.mapping,
    };
    // Down to the innermost node at the offset.
    while let Some(item) = analyzed
        .own_items(node)
        .iter()
        .find(|item| document.span(item.value).touches(offset))
    {
        node = item.value;
    }
    let raw = document.raw(node);
    if !matches!(raw.kind, NodeKind::Alias(_)) || !raw.span.touches(offset) {
        return None;
    }
    let target = document.node(node);
    Some(Target {
        origin: raw.span,
        span: target
            .anchor
            .map_or(target.span, |name| name.to(target.span)),
        selection: target.anchor.unwrap_or(target.span),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::{self, cursor};
    use crate::text::{LineIndex, apply_edits};

    /// `line:column text`, as an editor counts.
    fn at(analyzed: &Analyzed, span: Span) -> String {
        let place = LineIndex::new(&analyzed.text).code_points(&analyzed.text, span.start);
        let text = span.text(&analyzed.text).lines().next().unwrap_or_default();
        format!("{}:{} {text}", place.line + 1, place.column + 1)
    }

    fn all(analyzed: &Analyzed, spans: impl IntoIterator<Item = Span>) -> String {
        let places: Vec<String> = spans.into_iter().map(|span| at(analyzed, span)).collect();
        places.join("\n")
    }

    const NET: &str = "arch: a\nlayers:\n  - name: one\n    op: conv2d\n  - name: two\n    op: add\n    \
                       in_sequences: [one, 'One']\n  - op: none\n    in_sequences: -1\n    weight_source: one\n";

    /// [`NET`] with the cursor inside this text of it.
    fn net(inside: &str) -> (Analyzed, u32) {
        let at = NET.find(inside).expect("in the text") + 1;
        cursor(&format!("{}$0{}", &NET[..at], &NET[at..]))
    }

    #[test]
    fn a_reference_leads_to_the_name_of_its_layer() {
        let (analyzed, offset) = net("'One'");
        let target = definition(&analyzed, offset).expect("a layer");
        insta::assert_snapshot!(at(&analyzed, target.selection), @"3:11 one");
        let (analyzed, offset) = net("-1");
        assert_eq!(definition(&analyzed, offset), None);
        let (analyzed, offset) = cursor("arch: &a x\ndataset: *$0a\nlayers: []\n");
        let target = definition(&analyzed, offset).expect("an anchor");
        insta::assert_snapshot!(at(&analyzed, target.selection), @"1:7 &a");
    }

    #[test]
    fn a_layer_is_defined_where_it_stands() {
        let places = |inside| {
            let (analyzed, offset) = net(inside);
            let target = definition(&analyzed, offset).expect("a layer");
            format!(
                "{} from {}",
                at(&analyzed, target.selection),
                at(&analyzed, target.origin)
            )
        };
        insta::assert_snapshot!(places("one\n    op"), @"3:11 one from 3:11 one");
        insta::assert_snapshot!(places("- name: two"), @"5:11 two from 5:3 - name");
        let (analyzed, offset) = net("conv2d");
        assert_eq!(definition(&analyzed, offset), None);
    }

    #[test]
    fn references_are_those_written_and_the_next_layer() {
        let (analyzed, offset) = net("one\n    op");
        insta::assert_snapshot!(all(&analyzed, references(&analyzed, offset, false)), @r"
        7:20 one
        7:25 'One'
        10:20 one
        ");
        let (analyzed, offset) = fixture::residual("- name: st");
        insta::assert_snapshot!(all(&analyzed, references(&analyzed, offset, true)), @r"
        15:11 stem
        24:3 - name
        ");
    }

    #[test]
    fn the_name_is_highlighted_as_what_is_written() {
        let (analyzed, offset) = net("one, '");
        let writes: Vec<Span> = highlights(&analyzed, offset)
            .into_iter()
            .filter_map(|(span, write)| write.then_some(span))
            .collect();
        insta::assert_snapshot!(all(&analyzed, writes), @"3:11 one");
    }

    #[test]
    fn a_new_name_is_written_everywhere_and_quotes_stay() {
        let (analyzed, offset) = net("one\n    op");
        let edits = rename(&analyzed, offset, "stem").expect("a fine name");
        insta::assert_snapshot!(apply_edits(&analyzed.text, &edits).expect("edits that fit"), @r"
        arch: a
        layers:
          - name: stem
            op: conv2d
          - name: two
            op: add
            in_sequences: [stem, 'stem']
          - op: none
            in_sequences: -1
            weight_source: stem
        ");
    }

    #[test]
    fn an_alias_is_renamed_by_the_name_that_it_stands_for() {
        let (analyzed, offset) =
            cursor("arch: a\nlayers:\n  - name: &n 'one'\n  - in_sequences: *$0n\n");
        let (span, name) = prepare_rename(&analyzed, offset).expect("a name");
        assert_eq!((span.text(&analyzed.text), name), ("*n", "one"));
    }

    #[test]
    fn names_that_cannot_be_are_refused() {
        let (analyzed, offset) = net("one\n    op");
        let refused: Vec<String> = ["", "3", "yes", "input", "Two", "a: b", "#x"]
            .iter()
            .map(|new| rename(&analyzed, offset, new).expect_err(new))
            .collect();
        insta::assert_snapshot!(refused.join("\n"), @r"
        a name must not be empty
        YAML does not read `3` as text
        YAML does not read `yes` as text
        `input` has a meaning of its own in references
        layer 1 is called `Two` already
        `a: b` would need quotes: a name starts with a letter or a digit and has letters, digits, `_`, `-`, `.`, `/` and `+`
        `#x` would need quotes: a name starts with a letter or a digit and has letters, digits, `_`, `-`, `.`, `/` and `+`
        ");
        let (analyzed, offset) = net("conv2d");
        assert_eq!(prepare_rename(&analyzed, offset), None);
        let (analyzed, offset) = net("-1");
        assert_eq!(prepare_rename(&analyzed, offset), None);
    }

    #[test]
    fn the_hierarchy_is_the_flow_of_data() {
        let (analyzed, offset) = fixture::residual("op: conv2d\n    eltwise: a");
        let item = call_item(&analyzed, offset).expect("a layer");
        let names = |found: Vec<(CallItem, Vec<Span>)>| {
            let names: Vec<String> = found
                .iter()
                .map(|(item, places)| {
                    format!(
                        "{} ({}): {}",
                        item.name,
                        item.detail,
                        all(&analyzed, places.clone())
                    )
                })
                .collect();
            names.join("\n")
        };
        insta::assert_snapshot!(names(outgoing(&analyzed, item.layer)), @"#5 shrink (max pool 4x4 + Conv2d 3x3  20x32x32 -> 16x8x8): 67:3 - name");
        insta::assert_snapshot!(names(incoming(&analyzed, item.layer)), @r"
        #2 skip (passthrough  20x32x32 -> 20x32x32): 59:20 skip
        #3 branch (Conv2d 3x3  20x32x32 -> 20x32x32): 59:26 branch
        ");
        assert_eq!(incoming(&analyzed, 99), []);
    }
}
