//! The vendor's marks of an input in several passes: what AX306 and AX364 have in common.

use crate::rules::Context;

/// A first layer whose input the vendor's tool marks at the wrong place.
pub(super) struct Marks {
    /// The layer.
    pub(super) layer: usize,
    /// Where its input lies.
    pub(super) in_offset: i64,
    /// Its passes.
    pub(super) passes: i64,
}

/// The vendor's tool adds `in_offset` in the first pass only: of an input in several passes it marks
/// the words of the others from offset 0 on (`load.py:112`).
pub(super) fn marks(cx: &Context) -> Option<Marks> {
    let layer = *cx.analysis.graph.order.first()?;
    let memory = &cx.analysis.memory[layer];
    let parameters = &cx.analysis.parameters[layer];
    // A FIFO takes no input of several passes.
    if cx.analysis.flags.any_fifo() || parameters.chw.ok()? {
        return None;
    }
    let in_offset = memory.in_offset.ok()?;
    let passes = memory.input_spread.ok()?.passes;
    if passes <= 1 || in_offset == 0 {
        return None;
    }
    Some(Marks {
        layer,
        in_offset,
        passes,
    })
}
