//! AX851.

use crate::analysis::takes_weights;
use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(851),
    name: "surplus-weights",
    severity: Severity::Warning,
    summary: "the model has more layers with weights than the file",
    explanation: "\
The layers of the file take the weights of the model in order, and the vendor's tool says nothing \
about weights that are left over. Where a layer is missing in the middle, all layers behind it get \
the weights of their predecessors; where the shapes happen to fit, the network computes nonsense. \
It is right where the file deliberately leaves out the end of the model.",
    examples: &[Example {
        bad: "\
arch: demo
dataset: demo

layers:
# <- AX851
  - op: Conv2d
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
",
        good: "\
arch: demo
dataset: demo

layers:
  - op: Conv2d
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        model: None,
        shapes: Some(
            r#"{"input": [4, 8, 8], "weights": [{"in": 4, "out": 4, "kernel": [3, 3]}, {"in": 4, "out": 4, "kernel": [3, 3]}]}"#,
        ),
    }],
    source: "izer.py:163",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(surplus) = surplus(cx).filter(|&surplus| surplus > 0) else {
        return;
    };
    // A kernel that does not fit says where; `--stop-after` leaves out layers deliberately.
    if cx.faults(803).next().is_some() || cx.analysis.flags.stop_after.is_some() {
        return;
    }
    let place = cx.network.layers_field.key().unwrap_or(cx.network.span);
    let have = cx.facts.weights.as_ref().map_or(0, Vec::len);
    out.report(
        place,
        None,
        format!(
            "the model has {} with weights, but the file uses only {}",
            count(have as i64, "layer"),
            have - surplus
        ),
    );
}

/// How many weights of the model no layer takes; `None` where that is not known.
pub(super) fn surplus(cx: &Context) -> Option<usize> {
    if !cx.network.duplicates.is_empty() {
        return None;
    }
    let weights = cx.facts.weights.as_ref()?;
    let taken = cx
        .layers()
        .map(|(index, layer)| takes_weights(layer, &cx.analysis.parameters[index]))
        .collect::<Result<Vec<bool>, _>>()
        .ok()?;
    let taken = taken.into_iter().filter(|&takes| takes).count();
    weights.len().checked_sub(taken)
}
