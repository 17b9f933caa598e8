//! New offsets as edits of the file.

use crate::allocate::{Bundle, Problem};
use crate::network::{Field, Layer, Source};
use crate::text::{Edit, Span};

use super::{Context, edits, words};

/// The offsets that change when bundles get new bases, as edits, and what they are in words.
#[derive(Debug, Default)]
pub(crate) struct Relocation {
    /// The changes of the text.
    pub(crate) edits: Vec<Edit>,
    /// The layers whose `out_offset` changes, with the new offset in bytes.
    pub(crate) moved: Vec<(usize, i64)>,
    /// The layers whose `in_offset` goes along.
    pub(crate) followers: Vec<usize>,
}

/// How to give all bundles new bases, with the fewest keys changed. None where the text has a form
/// that cannot be edited.
pub(crate) fn relocate(cx: &Context, problem: &Problem, bases: &[i64]) -> Option<Relocation> {
    let bundles = problem.bundles.iter().zip(bases.iter().copied());
    edits_of(cx, &bundles.collect::<Vec<_>>())
}

/// [`relocate`] for one bundle; nothing else is touched.
pub(crate) fn relocate_one(cx: &Context, bundle: &Bundle, base: i64) -> Option<Relocation> {
    edits_of(cx, &[(bundle, base)])
}

fn edits_of(cx: &Context, bundles: &[(&Bundle, i64)]) -> Option<Relocation> {
    let mut relocation = Relocation::default();
    let new = |source: Source| {
        bundles.iter().find_map(|(bundle, base)| {
            let member = bundle
                .members
                .iter()
                .find(|member| member.source == source)?;
            Some(base + member.offset)
        })
    };
    for (index, layer) in cx.executed() {
        let memory = &cx.analysis.memory[index];
        if let Some(offset) = new(Source::Layer(index))
            && memory.out_offset != Ok(offset)
        {
            relocation.moved.push((index, offset));
            let edits = set(cx, layer, "out_offset", &layer.out_offset, offset)?;
            relocation.edits.extend(edits);
        }
        let Some(source) = cx.analysis.graph.inputs[index]
            .first()
            .and_then(|input| input.source.ok())
        else {
            continue;
        };
        let previous = cx.analysis.graph.previous[index].map(Source::Layer);
        let by_default = layer.in_offset.is_absent() && Some(source) == previous;
        if let Some(offset) = new(source)
            && !matches!(source, Source::Input | Source::Buffer)
            && !by_default
            && memory.in_offset != Ok(offset)
        {
            relocation.followers.push(index);
            let edits = set(cx, layer, "in_offset", &layer.in_offset, offset)?;
            relocation.edits.extend(edits);
        }
    }
    Some(relocation)
}

fn set(
    cx: &Context,
    layer: &Layer,
    key: &str,
    field: &Field<i64>,
    offset: i64,
) -> Option<Vec<Edit>> {
    match field.span() {
        Some(span) => Some(edits::replace_value(span, &like(span, cx.text, offset))),
        None => edits::insert_key(cx, layer, &format!("{key}: {}", words::offset(offset))),
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
