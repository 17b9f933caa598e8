//! In which order the calls of a model run: so that the weights come as the model constructs them.

use std::collections::HashMap;

use crate::facts::model::{Call, Model, ModelOperator, Operand};

use super::frames::Frames;

/// The calls that an operand consists of.
pub(super) fn calls_of(operand: &Operand) -> Vec<usize> {
    match operand {
        Operand::Call(call) => vec![*call],
        Operand::Concat(parts) => parts.iter().flat_map(calls_of).collect(),
        Operand::Input | Operand::Other => Vec::new(),
    }
}

/// The calls that become layers, by index, in the order of the layers: that of the model wherever the
/// weights allow it.
///
/// # Errors
/// A sentence where no order has the weights as the model constructs them.
pub(super) fn order(model: &Model, frames: Option<&Frames>) -> Result<Vec<usize>, String> {
    let path = |call: usize| &model.modules[model.calls[call].module].path;
    let mut wanted = needed(model);
    for (call, wanted) in wanted.iter_mut().enumerate() {
        *wanted &= !frames.is_some_and(|frames| frames.repeats(call));
    }
    // The first uses of the layers with weights, as the model constructs them.
    let mut firsts = Vec::new();
    for (index, module) in model.modules.iter().enumerate() {
        if !module.operator.convolves() {
            continue;
        }
        let first = |call: &usize| model.calls[*call].module == index;
        match (0..model.calls.len()).find(first) {
            Some(call) => firsts.push(call),
            None => {
                return Err(format!(
                    "`{}` is constructed but never used: the vendor's tool would give its weights to \
                     the next layer",
                    module.path
                ));
            }
        }
    }
    let rank: HashMap<usize, usize> = firsts
        .iter()
        .enumerate()
        .map(|(at, call)| (*call, at))
        .collect();
    let mut done = vec![false; model.calls.len()];
    let mut next = 0;
    let mut order = Vec::new();
    let mut waiting: Vec<usize> = (0..model.calls.len())
        .filter(|&call| wanted[call])
        .collect();
    while !waiting.is_empty() {
        let ready = |&call: &usize| {
            // What shares weights comes behind the layer that has them.
            let has_weights = match rank.get(&call) {
                Some(rank) => *rank == next,
                None => firsts.iter().all(|first| {
                    model.calls[*first].module != model.calls[call].module || done[*first]
                }),
            };
            has_weights && reads(&model.calls[call]).all(|source| done.get(source) != Some(&false))
        };
        let Some(at) = waiting.iter().position(ready) else {
            let (Some(&call), Some(&blocked)) = (firsts.get(next), waiting.first()) else {
                return Err("the layers of the model depend on each other in a circle".to_owned());
            };
            return Err(format!(
                "the model constructs `{}` before `{}`, but runs it later: the vendor's tool hands \
                 out weights in the order of construction, so exchange the two in `__init__`",
                path(call),
                path(blocked)
            ));
        };
        let call = waiting.remove(at);
        next += usize::from(rank.contains_key(&call));
        done[call] = true;
        order.push(call);
    }
    Ok(order)
}

fn reads(call: &Call) -> impl Iterator<Item = usize> {
    call.arguments.iter().flat_map(calls_of)
}

/// Which calls are layers: those with weights, and those that something needs.
fn needed(model: &Model) -> Vec<bool> {
    let software =
        |call: &Call| model.modules[call.module].operator == ModelOperator::SoftwareLinear;
    let mut needed: Vec<bool> = model
        .calls
        .iter()
        .map(|call| model.modules[call.module].operator.convolves())
        .collect();
    for call in model.outputs.iter().flat_map(calls_of) {
        needed[call] = true;
    }
    for index in (0..model.calls.len()).rev() {
        if needed[index] {
            for source in reads(&model.calls[index]) {
                needed[source] = true;
            }
        }
        if software(&model.calls[index]) {
            needed[index] = false;
        }
    }
    needed
}
