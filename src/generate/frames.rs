//! Models that look at several frames: the layers that run on each become layers that run on the
//! newest, whose results a rolling buffer keeps.

use crate::facts::model::{Model, Operand};

use super::order::calls_of;

/// How a model uses several frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frames {
    /// How many there are.
    pub(super) count: i64,
    /// Channels of what is kept of each.
    pub(super) channels: i64,
    /// The call whose result is kept.
    pub(super) kept: usize,
    /// The call that reads all that was kept.
    pub(super) reader: usize,
    /// The calls that do for the other frames what others do for the first.
    repeated: Vec<bool>,
}

impl Frames {
    /// Finds a call that reads what is no call's result, and the calls, as many as it reads values of
    /// a channel, whose results nobody else reads.
    pub(super) fn find(model: &Model) -> Option<Self> {
        let (reader, count, channels) =
            model.calls.iter().enumerate().find_map(|(index, call)| {
                match (&call.arguments[..], &call.in_shape[..]) {
                    ([argument], [channels, count]) if *count > 1 && is_no_result(argument) => {
                        Some((index, *count, *channels))
                    }
                    _ => None,
                }
            })?;
        let calls = || model.calls.iter().enumerate();
        let is_read = |source: usize| {
            let arguments = model.calls.iter().flat_map(|call| &call.arguments);
            let arguments = arguments.chain(&model.outputs);
            arguments.flat_map(calls_of).any(|call| call == source)
        };
        let module = (0..model.modules.len()).find(|&module| {
            let of_module = calls().filter(|(_, call)| call.module == module);
            let fits = of_module
                .clone()
                .all(|(_, call)| call.out_shape.iter().product::<i64>() == channels);
            of_module.count() as i64 == count && fits && model.modules[module].operator.convolves()
        })?;
        let results: Vec<usize> = calls()
            .filter(|(_, call)| call.module == module)
            .map(|(index, _)| index)
            .collect();
        if results.iter().any(|&call| is_read(call)) {
            return None;
        }
        let (&kept, others) = results.split_first()?;
        let (own, mut repeated) = (leading_to(model, &[kept]), leading_to(model, others));
        for (repeated, own) in repeated.iter_mut().zip(own) {
            *repeated &= !own;
        }
        Some(Self {
            count,
            channels,
            kept,
            reader,
            repeated,
        })
    }

    /// Whether a call does for another frame what one for the first frame does.
    pub(super) fn repeats(&self, call: usize) -> bool {
        self.repeated.get(call) == Some(&true)
    }
}

/// Whether an operand is made of what no call computes.
fn is_no_result(operand: &Operand) -> bool {
    match operand {
        Operand::Other => true,
        Operand::Concat(parts) => parts.iter().all(is_no_result),
        Operand::Input | Operand::Call(_) => false,
    }
}

/// The calls whose results some calls depend on, those themselves included.
fn leading_to(model: &Model, calls: &[usize]) -> Vec<bool> {
    let mut leading = vec![false; model.calls.len()];
    for &call in calls {
        leading[call] = true;
    }
    for index in (0..model.calls.len()).rev() {
        if leading[index] {
            for source in model.calls[index].arguments.iter().flat_map(calls_of) {
                leading[source] = true;
            }
        }
    }
    leading
}
