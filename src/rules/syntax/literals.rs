//! The masks and offsets of a file as they are written.

use crate::network::Field;
use crate::rules::Context;
use crate::text::Span;

/// A number with its place.
pub(super) struct Literal<'a, T> {
    /// What it stands for.
    pub(super) value: T,
    /// Its place.
    pub(super) span: Span,
    /// The text.
    pub(super) text: &'a str,
    /// The layer that it belongs to.
    pub(super) layer: Option<usize>,
}

/// All masks that could be read.
pub(super) fn masks<'a>(cx: &Context<'a>) -> Vec<Literal<'a, u64>> {
    let network = cx.network;
    let mut found = Vec::new();
    for (index, layer) in cx.layers() {
        found.extend(literal(cx, &layer.processors, Some(index)));
        found.extend(literal(cx, &layer.output_processors, Some(index)));
    }
    let unload = network.unload.iter().map(|block| &block.processors);
    let buffers = network.data_buffer.iter().map(|block| &block.processors);
    for mask in unload.chain(buffers).chain([&network.output_map]) {
        found.extend(literal(cx, mask, None));
    }
    found
}

/// All offsets that could be read.
pub(super) fn offsets<'a>(cx: &Context<'a>) -> Vec<Literal<'a, i64>> {
    let network = cx.network;
    let mut found = Vec::new();
    for (index, layer) in cx.layers() {
        found.extend(literal(cx, &layer.in_offset, Some(index)));
        found.extend(literal(cx, &layer.out_offset, Some(index)));
    }
    let unload = network.unload.iter().map(|block| &block.offset);
    let buffers = network.data_buffer.iter().map(|block| &block.offset);
    for offset in unload.chain(buffers) {
        found.extend(literal(cx, offset, None));
    }
    found
}

/// The literal of a field; none where an alias stands for the value.
fn literal<'a, T: Copy>(
    cx: &Context<'a>,
    field: &Field<T>,
    layer: Option<usize>,
) -> Option<Literal<'a, T>> {
    let (value, span) = (field.value()?, field.span()?);
    let text = span.text(cx.text);
    (!text.starts_with('*')).then_some(Literal {
        value,
        span,
        text,
        layer,
    })
}

/// The text without its quotes, in lower case.
pub(super) fn plain(text: &str) -> String {
    text.trim_matches(['"', '\'']).trim().to_ascii_lowercase()
}
