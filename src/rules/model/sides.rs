//! What the rules that compare a network with its model share: how they name the model's side.

use crate::analysis::{Difference, DifferenceKind, Flow, FlowOperation, Window};
use crate::diagnostic::Finding;
use crate::facts::model::{Model, Module};
use crate::rules::{Context, words};

/// The differences of some kind, with the model.
pub(super) fn differences<'a>(
    cx: &Context<'a>,
    wanted: impl Fn(&DifferenceKind) -> bool + 'a,
) -> impl Iterator<Item = (&'a Difference, &'a Model)> {
    let (facts, analysis) = (cx.facts, cx.analysis);
    let both = facts.model.as_deref().zip(analysis.alignment.as_ref());
    both.into_iter().flat_map(move |(model, alignment)| {
        let differences = alignment.differences.iter();
        differences
            .filter(|difference| wanted(&difference.kind))
            .map(|difference| (difference, model))
            .collect::<Vec<_>>()
    })
}

/// The module that a difference is about.
pub(super) fn module<'m>(difference: &Difference, model: &'m Model) -> Option<&'m Module> {
    model.modules.get(difference.module?)
}

/// Says where the model constructs the module and calls it.
pub(super) fn with_places(finding: Finding, difference: &Difference, model: &Model) -> Finding {
    let module = module(difference, model);
    let constructed = module.and_then(|module| Some((module, module.place.as_ref()?)));
    let finding = match constructed {
        Some((module, place)) => finding.related_in(
            &place.file,
            place.span,
            format!("`{}` is constructed here", module.path),
        ),
        None => finding,
    };
    let call = difference.call.and_then(|call| model.calls.get(call));
    match call.and_then(|call| call.place.as_ref()) {
        Some(place) => finding.related_in(&place.file, place.span, "and called here"),
        None => finding,
    }
}

/// What flows, in words: `the sum of conv2 and conv3`.
pub(super) fn flow(cx: &Context, model: &Model, data: &Flow) -> String {
    match data {
        Flow::Input => "the input".to_owned(),
        Flow::Module(module, call) => {
            let path = &model.modules[*module].path;
            match call {
                0 => format!("`{path}`"),
                call => format!("use {} of `{path}`", call + 1),
            }
        }
        Flow::Layer(layer) => cx.network.label(*layer),
        Flow::Eltwise(operation, operands) => {
            let name = match operation {
                FlowOperation::Add => "sum",
                FlowOperation::Sub => "difference",
                FlowOperation::Or => "bitwise or",
                FlowOperation::Xor => "bitwise exclusive or",
            };
            format!("the {name} of {}", flows(cx, model, operands))
        }
        Flow::Concat(parts) => format!("the concatenation of {}", flows(cx, model, parts)),
        Flow::Pool(pool, of) => format!("{} of {}", window(*pool), flow(cx, model, of)),
        Flow::Any => "something else".to_owned(),
    }
}

fn flows(cx: &Context, model: &Model, parts: &[Flow]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| flow(cx, model, part)).collect();
    words::list(&parts)
}

/// `2x2 max pooling` or `3x3 average pooling by 2x2`.
pub(super) fn window((average, size, stride): Window) -> String {
    let kind = if average { "average" } else { "max" };
    let by = match stride == size {
        true => String::new(),
        false => format!(" by {}", words::dims(stride)),
    };
    format!("{} {kind} pooling{by}", words::dims(size))
}
