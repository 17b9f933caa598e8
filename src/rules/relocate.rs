//! New offsets and masks as edits of the file.

use crate::allocate::{Bundle, Masks, Problem, Site, Unplaceable, field};
use crate::analysis::low_mask;
use crate::network::{Field, Layer, Network, Source};
use crate::text::{Edit, Span};

use super::processors::masks::rewritten;
use super::{Context, edits, words};

/// The values that change when bundles get new bases and layers new masks, as edits, and what they
/// are in words.
#[derive(Debug, Default)]
pub(crate) struct Relocation {
    /// The changes of the text.
    pub(crate) edits: Vec<Edit>,
    /// The layers whose `out_offset` changes, with the new offset in bytes.
    pub(crate) moved: Vec<(usize, i64)>,
    /// The layers whose `in_offset` goes along, with the new offset in bytes.
    pub(crate) followers: Vec<(usize, i64)>,
    /// The masks that change, with the new one.
    pub(crate) masks: Vec<(Site, u64)>,
}

impl Relocation {
    /// A network with the new values.
    pub(crate) fn applied_to(&self, network: &Network) -> Network {
        let mut network = network.clone();
        let layers = &mut network.layers;
        for &(layer, offset) in &self.moved {
            let layer = &mut layers[layer];
            layer.out_offset.set(offset, layer.head);
        }
        for &(layer, offset) in &self.followers {
            let layer = &mut layers[layer];
            layer.in_offset.set(offset, layer.head);
        }
        for &(site, mask) in &self.masks {
            match site {
                Site::Read(layer) => {
                    let layer = &mut layers[layer];
                    layer.processors.set(mask, layer.head);
                }
                Site::Write(layer) => {
                    let layer = &mut layers[layer];
                    layer.output_processors.set(mask, layer.head);
                }
                Site::OutputMap(_) => network.output_map.set(mask, Span::at(0)),
            }
        }
        network
    }
}

/// How to give all bundles new bases, and layers new masks, with the fewest keys changed. None where
/// the text has a form that cannot be edited.
pub(crate) fn relocate(
    cx: &Context,
    problem: &Problem,
    bases: &[i64],
    masks: Option<&Masks>,
) -> Option<Relocation> {
    let bundles = problem.bundles.iter().zip(bases.iter().copied());
    Rewrite {
        cx,
        bundles: bundles.collect(),
        masks,
        is_whole: true,
        lines: Vec::new(),
        result: Relocation::default(),
    }
    .run()
}

/// [`relocate`] for one bundle; nothing else is touched.
pub(crate) fn relocate_one(cx: &Context, bundle: &Bundle, base: i64) -> Option<Relocation> {
    relocate_some(cx, &[(bundle, base)], None)
}

/// [`relocate`] for some bundles.
pub(crate) fn relocate_some(
    cx: &Context,
    bundles: &[(&Bundle, i64)],
    masks: Option<&Masks>,
) -> Option<Relocation> {
    Rewrite {
        cx,
        bundles: bundles.to_vec(),
        masks,
        is_whole: false,
        lines: Vec::new(),
        result: Relocation::default(),
    }
    .run()
}

struct Rewrite<'a> {
    cx: &'a Context<'a>,
    bundles: Vec<(&'a Bundle, i64)>,
    masks: Option<&'a Masks>,
    /// Whether this is about the whole network: then every layer says its `out_offset`.
    is_whole: bool,
    /// The keys to add to the layer at hand.
    lines: Vec<String>,
    result: Relocation,
}

impl Rewrite<'_> {
    fn run(mut self) -> Option<Relocation> {
        let cx = self.cx;
        for (index, layer) in cx.executed() {
            self.masks(index, layer)?;
            self.offsets(index, layer)?;
            let lines = std::mem::take(&mut self.lines);
            let edits = edits::insert_keys(cx, layer, &lines)?;
            self.result.edits.extend(edits);
        }
        Some(self.result)
    }

    /// Where a source starts anew, if it moves.
    fn new_offset(&self, source: Source) -> Option<i64> {
        self.bundles.iter().find_map(|(bundle, base)| {
            let mut members = bundle.members.iter();
            let member = members.find(|member| member.source == source)?;
            Some(base + member.offset)
        })
    }

    fn offsets(&mut self, index: usize, layer: &Layer) -> Option<()> {
        let cx = self.cx;
        let memory = &cx.analysis.memory[index];
        if let Some(offset) = self.new_offset(Source::Layer(index))
            && (layer.out_offset.value().unwrap_or(0) != offset
                || self.is_whole && layer.out_offset.is_absent())
        {
            self.result.moved.push((index, offset));
            self.set_offset("out_offset", &layer.out_offset, offset);
        }
        let inputs = &cx.analysis.graph.inputs[index];
        let source = inputs.first().and_then(|input| input.source.ok())?;
        // What it reads if nobody says: where the layer before it writes.
        let previous = cx.analysis.graph.previous[index];
        let by_default = match previous {
            Some(previous) => self
                .new_offset(Source::Layer(previous))
                .or(cx.analysis.memory[previous].out_offset.ok()),
            None => memory.in_offset.ok(),
        };
        let old = memory.in_offset.ok();
        let wanted = match source {
            Source::Input if previous.is_none() => None,
            Source::Buffer => None,
            _ => self.new_offset(source).or(old),
        };
        let now = if layer.in_offset.is_absent() {
            by_default
        } else {
            layer.in_offset.value()
        };
        if let Some(offset) = wanted
            && now != Some(offset)
        {
            self.result.followers.push((index, offset));
            self.set_offset("in_offset", &layer.in_offset, offset);
        }
        Some(())
    }

    fn masks(&mut self, index: usize, layer: &Layer) -> Option<()> {
        let Some(masks) = self.masks else {
            return Some(());
        };
        let cx = self.cx;
        if let Some(mask) = masks.processors[index]
            && layer.processors.value() != Some(mask)
        {
            self.set_mask(Site::Read(index), mask);
        }
        let Some(mask) = masks.outputs[index] else {
            return Some(());
        };
        let graph = &cx.analysis.graph;
        let is_final = graph.final_layer == Some(index);
        let site = match is_final && !cx.network.output_map.is_absent() {
            true => Site::OutputMap(index),
            false => Site::Write(index),
        };
        let next = match graph.next[index] {
            crate::analysis::Next::Layer(next) if next < cx.network.layers.len() => Some(next),
            _ => None,
        };
        let by_default = match next {
            Some(next) => masks.processors[next].or(cx.network.layers[next].processors.value()),
            None => {
                let spread = cx.analysis.memory[index].output_spread;
                spread.ok().map(|spread| low_mask(spread.processors))
            }
        };
        let field = field(cx.network, site)?;
        let now = if field.is_absent() {
            by_default
        } else {
            field.value()
        };
        if now != Some(mask) {
            self.set_mask(site, mask);
        }
        Some(())
    }

    fn set_offset(&mut self, key: &str, field: &Field<i64>, offset: i64) {
        let cx = self.cx;
        match field.span() {
            Some(span) => {
                let text = like(span, cx.text, offset);
                self.result.edits.extend(edits::replace_value(span, &text));
            }
            None => {
                let mut layers = cx.network.layers.iter();
                let text = match layers.find_map(|layer| layer.out_offset.span()) {
                    Some(span) => like(span, cx.text, offset),
                    None => words::offset(offset),
                };
                self.lines.push(format!("{key}: {text}"));
            }
        }
    }

    fn set_mask(&mut self, site: Site, mask: u64) {
        let cx = self.cx;
        self.result.masks.push((site, mask));
        if let Some(field) = field(cx.network, site)
            && let Some(span) = field.span()
        {
            let literal = span.text(cx.text);
            let text = match field.value() {
                Some(old) => rewritten(literal, old, mask),
                None => words::mask(mask),
            };
            self.result.edits.extend(edits::replace_value(span, &text));
            return;
        }
        let mut layers = cx.network.layers.iter();
        let text = match layers
            .find_map(|layer| Some((&layer.processors, layer.processors.span()?)))
        {
            Some((field, span)) => rewritten(span.text(cx.text), field.value().unwrap_or(0), mask),
            None => words::mask(mask),
        };
        let key = match site {
            Site::Read(_) => "processors",
            Site::Write(_) | Site::OutputMap(_) => "output_processors",
        };
        self.lines.push(format!("{key}: {text}"));
    }
}

/// A number in the style of the one that stands at `span`: hexadecimal of the same width, or
/// decimal.
fn like(span: Span, text: &str, number: i64) -> String {
    let old = span.text(text);
    match old.strip_prefix("0x") {
        Some(digits) => {
            let width = digits.len();
            let digits = if digits.contains(|c: char| c.is_ascii_uppercase()) {
                format!("{number:0width$X}")
            } else {
                format!("{number:0width$x}")
            };
            format!("0x{digits}")
        }
        None if number < 10 => number.to_string(),
        None => words::offset(number),
    }
}

/// Why a network cannot be placed, in words.
pub(crate) fn unplaceable(network: &Network, reason: &Unplaceable) -> String {
    match reason {
        Unplaceable::Unknown(layer) => format!(
            "what {} reads or writes is not known: correct the errors first, or say the shapes",
            network.label(*layer)
        ),
        Unplaceable::Contradiction(layer) => format!(
            "what {} reads together cannot lie as it wants: another layer wants it otherwise",
            network.label(*layer)
        ),
        Unplaceable::Channels(layers) => {
            let layers: Vec<String> = layers.iter().map(|&layer| network.label(layer)).collect();
            format!(
                "how many channels {} reads or writes is not known: say the shapes, or the masks",
                words::list(&layers)
            )
        }
        Unplaceable::Masks(layer) => format!(
            "the masks around {} do not fit together: correct them first",
            network.label(*layer)
        ),
        Unplaceable::Buffer => {
            "the place of the `data_buffer` is not known: correct the errors in it first".to_owned()
        }
    }
}
