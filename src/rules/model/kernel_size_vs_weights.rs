//! `kernel_size` is not that of the weights.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX803
pub(super) static RULE: Rule = Rule {
    code: Code(803),
    name: "kernel-size-vs-weights",
    severity: Severity::Error,
    summary: "`kernel_size` is not that of the weights",
    explanation: "The model's weights say which kernel a layer has; the file must say the same. A Conv1d has one number, a Conv2d two. \
     Where the file leaves `kernel_size` out, 3x3 (Conv1d: 9) is meant.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x0000
    op: conv2d
    kernel_size: 1x1
  #              ^^^ AX803
    pad: 0
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        shapes: Some(
            r#"{"input":[3,16,16],"weights":[{"in":3,"out":4,"kernel":[3,3],"bits":8,"bias":true},{"in":4,"out":4,"kernel":[3,3],"bits":8,"bias":true}]}"#,
        ),
    }],
    source: "checkpoint.py:164, kernels.py:213",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(803) {
        let index = fault.layer;
        let (Ok(Some(weight)), Ok([height, width])) = (
            &cx.analysis.weights[index],
            cx.analysis.parameters[index].kernel,
        ) else {
            continue;
        };
        let theirs: Vec<String> = weight.kernel.iter().map(i64::to_string).collect();
        let ours = if weight.kernel.len() == 1 && width == 1 {
            height.to_string()
        } else {
            format!("{height}x{width}")
        };
        out.report(
            layer.kernel_size.span().unwrap_or(layer.head),
            index,
            format!(
                "the weights of {} have a {} kernel, but the file says {ours}",
                cx.network.label(index),
                theirs.join("x")
            ),
        );
    }
}
