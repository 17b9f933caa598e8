//! Where a network and its model in Python meet: from the layers of the file to the lines of the
//! model, and back.
//!
//! Which layer stands for what of the model is told by [`crate::analysis::Alignment`]. Places of
//! the model are bytes of the text that the model was read from.

mod about;

use std::sync::Arc;

use crate::facts::model::{Call, Model, ModelPlace, Module};
use crate::network::keys::Scope;
use crate::text::{Span, TextFile};

use super::Analyzed;
use super::place::On;

pub use about::{about, about_in_python, about_network};

/// Where something of a network is defined in its model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelTarget {
    /// The text of the network that refers to it.
    pub origin: Span,
    /// The file of the model.
    pub file: Arc<TextFile>,
    /// All of what is referred to, in that file.
    pub span: Span,
    /// What of it is to be seen.
    pub selection: Span,
}

/// Where the model has what stands at an offset of the network: of `arch` the function or class
/// that makes the model; of a layer, by its `-`, its name or its operator, what constructs its
/// module.
pub fn definition(analyzed: &Analyzed, offset: u32) -> Option<ModelTarget> {
    let model = analyzed.facts.model.as_deref()?;
    let place = analyzed.place(offset)?;
    let (key, origin) = match place.on {
        On::Dash(dash) => (None, dash),
        On::Key(entry) | On::Value(entry) => {
            let on_key = matches!(place.on, On::Key(_));
            let node = if on_key { entry.key } else { entry.value };
            let key = analyzed.key(place.scope, entry)?;
            (Some(key.name), analyzed.document.span(node))
        }
        On::Between => return None,
    };
    let target = |place: &ModelPlace, selection: Span| ModelTarget {
        origin,
        file: Arc::clone(&place.file),
        span: statement(place).to(selection),
        selection,
    };
    match (place.scope, key, place.layer) {
        (Scope::Global, Some("arch"), _) => {
            let place = model.place.as_ref()?;
            Some(target(place, place.span))
        }
        (Scope::Layer, None | Some("name" | "op"), Some(layer)) => {
            let (module, _) = parts(analyzed, model, layer).next()?;
            let place = module.place.as_ref()?;
            Some(target(place, assigned(place)))
        }
        _ => None,
    }
}

/// The files that a model's places are in, each once.
pub fn files(model: &Model) -> Vec<&Arc<TextFile>> {
    let modules = model
        .modules
        .iter()
        .filter_map(|module| module.place.as_ref());
    let calls = model.calls.iter().filter_map(|call| call.place.as_ref());
    let mut files: Vec<&Arc<TextFile>> = Vec::new();
    for place in model.place.iter().chain(modules).chain(calls) {
        if !files.iter().any(|file| file.path == place.file.path) {
            files.push(&place.file);
        }
    }
    files
}

/// What of a network stands for something in the model's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counterpart {
    /// The layers that a module or a call of it stands for.
    Layers(Vec<usize>),
    /// The network as a whole, by its `arch`.
    Network,
}

/// What stands at an offset of the model's file for this network, and the text that says so: what a
/// layer is constructed by, where it is called in `forward`, what makes the model.
pub fn counterpart(
    analyzed: &Analyzed,
    file: &TextFile,
    offset: u32,
) -> Option<(Span, Counterpart)> {
    let model = analyzed.facts.model.as_deref()?;
    if let Some(place) = &model.place
        && place.file.path == file.path
        && place.span.touches(offset)
    {
        return Some((place.span, Counterpart::Network));
    }
    let mut found: Option<(Span, Vec<usize>)> = None;
    let mut add = |span: Span, layer: usize| {
        if !span.touches(offset) {
            return;
        }
        match &mut found {
            Some((known, layers)) if *known == span => {
                if !layers.contains(&layer) {
                    layers.push(layer);
                }
            }
            // The innermost counts.
            Some((known, _)) if known.len() <= span.len() => {}
            _ => found = Some((span, vec![layer])),
        }
    };
    let here = |place: Option<&ModelPlace>, span: fn(&ModelPlace) -> Span| {
        place.filter(|place| place.file.path == file.path).map(span)
    };
    for layer in 0..analyzed.network.layers.len() {
        for (module, call) in parts(analyzed, model, layer) {
            if let Some(span) = here(module.place.as_ref(), constructor_head) {
                add(span, layer);
            }
            if let Some(span) = here(call.and_then(|call| call.place.as_ref()), head) {
                add(span, layer);
            }
        }
    }
    found.map(|(span, layers)| (span, Counterpart::Layers(layers)))
}

/// The places of the model's file where layers of this network are constructed, in their order.
pub fn constructors(analyzed: &Analyzed, file: &TextFile) -> Vec<(Span, Vec<usize>)> {
    let mut found: Vec<(Span, Vec<usize>)> = Vec::new();
    let Some(model) = analyzed.facts.model.as_deref() else {
        return found;
    };
    for layer in 0..analyzed.network.layers.len() {
        let places = parts(analyzed, model, layer).filter_map(|(module, _)| module.place.as_ref());
        for place in places.filter(|place| place.file.path == file.path) {
            match found.iter_mut().find(|(span, _)| *span == place.span) {
                Some((_, layers)) if layers.contains(&layer) => {}
                Some((_, layers)) => layers.push(layer),
                None => found.push((place.span, vec![layer])),
            }
        }
    }
    found.sort();
    found
}

/// What of the model a layer stands for: the module whose weights it uses, then those without
/// weights that it runs; each with its call, where that is known.
fn parts<'a>(
    analyzed: &'a Analyzed,
    model: &'a Model,
    layer: usize,
) -> impl Iterator<Item = (&'a Module, Option<&'a Call>)> {
    let alignment = analyzed.analysis.alignment.iter();
    alignment.flat_map(move |alignment| {
        let call = alignment.calls.get(layer).copied().flatten();
        let own = alignment.modules.get(layer).copied().flatten();
        let own = own.map(|module| (module, call.and_then(|call| model.calls.get(call))));
        let runs = alignment.runs.get(layer).into_iter().flatten();
        let runs = runs.filter_map(|call| model.calls.get(*call));
        own.into_iter()
            .chain(runs.map(|call| (call.module, Some(call))))
            .filter_map(|(module, call)| Some((model.modules.get(module)?, call)))
    })
}

/// From the first letter of the line to the end of a place.
fn statement(place: &ModelPlace) -> Span {
    let text = &place.file.text;
    let before = text.get(..place.span.start as usize).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let rest = &text[line..];
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    Span::new((line + blanks) as u32, place.span.end)
}

/// What a constructed thing is assigned to; where it is not, the constructor's name.
fn assigned(place: &ModelPlace) -> Span {
    let start = statement(place).start;
    let before = Span::new(start, place.span.start).text(&place.file.text);
    match before.trim_end().strip_suffix('=') {
        Some(name) => Span::new(start, start + name.trim_end().len() as u32),
        None => head(place),
    }
}

/// A constructor's line up to its arguments.
fn constructor_head(place: &ModelPlace) -> Span {
    Span::new(statement(place).start, head(place).end)
}

/// A call up to its arguments.
fn head(place: &ModelPlace) -> Span {
    let text = place.span.text(&place.file.text);
    let length = text.find('(').unwrap_or(text.len()) as u32;
    Span::new(place.span.start, place.span.start + length)
}

#[cfg(test)]
pub(super) mod tests;
