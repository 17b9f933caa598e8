//! What the rules on a Conv1d with large dilation share.

use crate::analysis::{Dilation, Operator, Parameters};

/// Whether the layer is a Conv1d that runs as a Conv2d because of its dilation.
pub(super) fn is_folded(parameters: &Parameters) -> bool {
    let (Ok(Operator::Conv1d), Ok([length, _]), Ok([dilation, _])) =
        (parameters.operator, parameters.kernel, parameters.dilation)
    else {
        return false;
    };
    Dilation::of_conv1d(length, dilation) == Ok(Dilation::Folded)
}

/// The layer as the subject of a sentence.
pub(super) fn subject(parameters: &Parameters) -> String {
    match (parameters.kernel, parameters.dilation) {
        (Ok([length, _]), Ok([dilation, _])) => {
            format!("a Conv1d with kernel {length} and dilation {dilation}")
        }
        _ => "a dilated Conv1d".to_owned(),
    }
}
