//! AX360.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(360),
    name: "output-layer-write-gap",
    severity: Severity::Warning,
    summary: "an output of the network with `write_gap` lies outside the first four processors",
    explanation: "\
The C code that the vendor's tool generates to unload an output counts addresses with the gap in them, \
and multiplies the address of the instance along with the rest. Only an output in the very first instance \
(processors 0 to 3) is read from the right place. Write outputs of the network without a gap.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
    #          ^ AX360
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 8
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "unload.py; the vendor's tool does not check it",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

/// The processors of the first instance.
const FIRST_INSTANCE: u64 = 0xf;

fn check(cx: &Context, out: &mut Findings) {
    let mut report = |map: u64, gap: i64, span, layer: Option<usize>| {
        let far = map & !FIRST_INSTANCE;
        if gap > 0 && far != 0 {
            out.report(
                span,
                layer,
                format!(
                    "with `write_gap: {gap}` the generated code unloads processors {} from the \
                     wrong addresses",
                    words::processors(far)
                ),
            );
        }
    };
    if !cx.network.unload.is_empty() {
        for block in &cx.network.unload {
            if let (Some(map), Some(gap), Some(span)) = (
                block.processors.value(),
                block.write_gap.value(),
                block.write_gap.span(),
            ) {
                report(map, gap, span, None);
            }
        }
        return;
    }
    let parameters = &cx.analysis.parameters;
    let marked = cx
        .executed()
        .any(|(index, _)| parameters[index].output == Ok(true));
    for (index, layer) in cx.executed() {
        let is_output = if marked {
            parameters[index].output == Ok(true)
        } else {
            cx.analysis.graph.final_layer == Some(index)
        };
        if let (true, Ok(map), Ok(gap), Some(span)) = (
            is_output,
            cx.analysis.memory[index].output_map,
            parameters[index].write_gap,
            layer.write_gap.span(),
        ) {
            report(map, gap, span, Some(index));
        }
    }
}
