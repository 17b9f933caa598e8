//! Edits of keys that keep the file's style: block or flow, indentation, line breaks, comments.
//!
//! Each yields `None` where the text has a form that it does not want to touch; a finding then has
//! no fix.

use crate::network::Layer;
use crate::text::{Edit, Span};
use crate::yaml::Entry;

use super::Context;

/// Adds `line` (`key: value`) to a layer, behind its first key.
pub(crate) fn insert_key(cx: &Context, layer: &Layer, line: &str) -> Option<Vec<Edit>> {
    // The layer's head ends with its first key.
    let place = Place::find(cx, |key| key.end == layer.head.end)?;
    place.insert_after(cx, line)
}

/// Adds lines (`key: value`) to a layer, behind its first key, in this order.
pub(crate) fn insert_keys(cx: &Context, layer: &Layer, lines: &[String]) -> Option<Vec<Edit>> {
    let mut texts = String::new();
    let mut place = 0;
    for line in lines {
        let [edit] = &insert_key(cx, layer, line)?[..] else {
            return None;
        };
        place = edit.span.start;
        texts += &edit.new_text;
    }
    Some(match lines {
        [] => Vec::new(),
        _ => vec![Edit::insert(place, texts)],
    })
}

/// Adds `line` (`key: value`) to the mapping that has the key at `key`, behind that key's value.
pub(crate) fn insert_after(cx: &Context, key: Span, line: &str) -> Option<Vec<Edit>> {
    Place::find(cx, |other| other == key)?.insert_after(cx, line)
}

/// Deletes the key at `key` with its value and the comment on its line.
pub(crate) fn delete_entry(cx: &Context, key: Span) -> Option<Vec<Edit>> {
    let place = Place::find(cx, |other| other == key)?;
    let span = if place.flow {
        place.span_in_flow(cx)?
    } else {
        place.span_in_block(cx)?
    };
    Some(vec![Edit::delete(span)])
}

/// Renames the key at `key`.
pub(crate) fn rename_key(key: Span, name: &str) -> Vec<Edit> {
    vec![Edit::replace(key, name)]
}

/// Replaces a value.
pub(crate) fn replace_value(value: Span, text: &str) -> Vec<Edit> {
    vec![Edit::replace(value, text)]
}

/// An entry of a mapping.
struct Place<'a> {
    entries: &'a [Entry],
    index: usize,
    flow: bool,
}

impl<'a> Place<'a> {
    /// The entry whose key's place fits.
    fn find(cx: &Context<'a>, fits: impl Fn(Span) -> bool) -> Option<Self> {
        cx.document.mappings().find_map(|(entries, flow)| {
            let index = entries
                .iter()
                .position(|entry| fits(cx.document.span(entry.key)))?;
            Some(Self {
                entries,
                index,
                flow,
            })
        })
    }

    fn key(&self, cx: &Context) -> Span {
        cx.document.span(self.entries[self.index].key)
    }

    fn value(&self, cx: &Context) -> Span {
        cx.document.span(self.entries[self.index].value)
    }

    fn next_key(&self, cx: &Context) -> Option<Span> {
        let next = self.entries.get(self.index + 1)?;
        Some(cx.document.span(next.key))
    }

    fn insert_after(&self, cx: &Context, line: &str) -> Option<Vec<Edit>> {
        let value = self.value(cx);
        if self.flow {
            return Some(vec![Edit::insert(value.end, format!(", {line}"))]);
        }
        let start = line_start(cx.text, self.key(cx).start);
        // What stands before the key (blanks, and the dash of a list's item) becomes blanks.
        let before = Span::new(start, self.key(cx).start).text(cx.text);
        if !before.bytes().all(|byte| byte == b' ' || byte == b'-') {
            return None;
        }
        let indentation = " ".repeat(before.len());
        let end = line_end(cx.text, value.end);
        let line_break = if cx.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        Some(vec![Edit::insert(
            end,
            format!("{line_break}{indentation}{line}"),
        )])
    }

    /// What to delete from `{a: 1, b: 2}`.
    fn span_in_flow(&self, cx: &Context) -> Option<Span> {
        let span = match (self.next_key(cx), self.index) {
            (Some(next), _) => Span::new(self.key(cx).start, next.start),
            (None, 0) => return None,
            (None, index) => {
                let before = cx.document.span(self.entries[index - 1].value);
                Span::new(before.end, self.value(cx).end)
            }
        };
        (!span.text(cx.text).contains('#')).then_some(span)
    }

    /// What to delete from a mapping with a line for each key.
    fn span_in_block(&self, cx: &Context) -> Option<Span> {
        let (key, value) = (self.key(cx), self.value(cx));
        let start = line_start(cx.text, key.start);
        let alone = Span::new(start, key.start).text(cx.text).trim().is_empty();
        if alone {
            let end = past_line_break(cx.text, line_end(cx.text, value.end));
            return (self.entries.len() > 1).then_some(Span::new(start, end));
        }
        // The first key of a list's item stands behind the dash: the next key moves up there.
        let next = self.next_key(cx)?;
        let rest = Span::new(
            past_line_break(cx.text, line_end(cx.text, value.end)),
            next.start,
        );
        rest.text(cx.text)
            .trim()
            .is_empty()
            .then_some(Span::new(key.start, next.start))
    }
}

fn line_start(text: &str, offset: u32) -> u32 {
    let before = text.get(..offset as usize).unwrap_or_default();
    before.rfind(['\n', '\r']).map_or(0, |at| at as u32 + 1)
}

fn line_end(text: &str, offset: u32) -> u32 {
    let behind = text.get(offset as usize..).unwrap_or_default();
    offset + behind.find(['\n', '\r']).unwrap_or(behind.len()) as u32
}

fn past_line_break(text: &str, offset: u32) -> u32 {
    let behind = text.get(offset as usize..).unwrap_or_default();
    if behind.starts_with("\r\n") {
        offset + 2
    } else if behind.is_empty() {
        offset
    } else {
        offset + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analysis;
    use crate::device::DeviceId;
    use crate::facts::Facts;
    use crate::text::apply_edits;
    use crate::{network, yaml};

    /// What becomes of a text by the edits that `edit` makes of it.
    fn edited(text: &str, edit: impl Fn(&Context) -> Option<Vec<Edit>>) -> Option<String> {
        let document = yaml::parse(text);
        let network = network::lower(&document, text);
        let facts = Facts::default();
        let device = DeviceId::Max78000.table();
        let analysis = Analysis::new(&network, device, &facts);
        let edits = edit(&Context {
            text,
            document: &document,
            network: &network,
            facts: &facts,
            device,
            analysis: &analysis,
            is_trial: false,
        })?;
        apply_edits(text, &edits)
    }

    fn inserted(layer: &str) -> Option<String> {
        edited(&format!("layers:\n{layer}"), |cx| {
            insert_key(cx, &cx.network.layers[0], "pad: 0")
        })
    }

    fn deleted(layer: &str, key: &str) -> Option<String> {
        let text = format!("layers:\n{layer}");
        let at = text.find(key).expect("the key stands in the text") as u32;
        edited(&text, |cx| {
            delete_entry(cx, Span::new(at, at + key.len() as u32))
        })
    }

    #[test]
    fn inserts_in_the_style_of_the_layer() {
        insta::assert_snapshot!(inserted("  - op: conv2d # why\n    stride: 1\n").unwrap(), @r"
        layers:
          - op: conv2d # why
            pad: 0
            stride: 1
        ");
        insta::assert_snapshot!(inserted("- op: conv2d").unwrap(), @r"
        layers:
        - op: conv2d
          pad: 0
        ");
        insta::assert_snapshot!(inserted("  - {op: conv2d, stride: 1}\n").unwrap(), @r"
        layers:
          - {op: conv2d, pad: 0, stride: 1}
        ");
        assert_eq!(
            inserted("  - op: conv2d\r\n    stride: 1\r\n").unwrap(),
            "layers:\n  - op: conv2d\r\n    pad: 0\r\n    stride: 1\r\n"
        );
    }

    #[test]
    fn deletes_in_the_style_of_the_layer() {
        let block = "  - op: conv2d # why\n    stride: 1 # not needed\n    # keep\n    pad: 1\n";
        insta::assert_snapshot!(deleted(block, "stride").unwrap(), @r"
        layers:
          - op: conv2d # why
            # keep
            pad: 1
        ");
        insta::assert_snapshot!(deleted(block, "op").unwrap(), @r"
        layers:
          - stride: 1 # not needed
            # keep
            pad: 1
        ");
        let flow = "  - {op: conv2d, stride: 1, pad: 1}\n";
        insta::assert_snapshot!(deleted(flow, "op").unwrap(), @r"
        layers:
          - {stride: 1, pad: 1}
        ");
        insta::assert_snapshot!(deleted(flow, "pad").unwrap(), @r"
        layers:
          - {op: conv2d, stride: 1}
        ");
    }

    #[test]
    fn leaves_alone_what_would_lose_something() {
        assert_eq!(deleted("  - op: conv2d\n", "op"), None);
        assert_eq!(deleted("  - {op: conv2d}\n", "op"), None);
        assert_eq!(
            deleted("  - op: conv2d\n    # keep\n    pad: 1\n", "op"),
            None
        );
        assert_eq!(
            deleted("  - {op: conv2d, # keep\n     pad: 1}\n", "op"),
            None
        );
    }
}
