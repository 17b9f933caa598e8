//! An output goes to a quadrant that no layer uses.

use crate::analysis::in_quadrant;
use crate::device;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX251
pub(super) static RULE: Rule = Rule {
    code: Code(251),
    name: "output-lands-in-unused-quadrant",
    severity: Severity::Warning,
    summary: "an output goes to a quadrant that no layer uses",
    explanation: "The output mask names processors of a quadrant from which no layer ever reads. The data is lost for the network, and \
     the quadrant may not even be switched on. No fix is offered: on other processors the data would be lost \
     as well, and whether a layer should read it, it is an output of the network or the layer is superfluous, \
     the file does not say.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    output_processors: 0x00000000000f0000
  #                    ^^^^^^^^^^^^^^^^^^ AX251
    in_channels: 4
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    in_sequences: [-1]
    in_offset: 0x0000
    in_channels: 4
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    output_processors: 0x000000000000000f
    in_channels: 1
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "new",
    fix: FixAvailability::None,
    covers: &[Code(157)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let mut used = 0;
    for (_, layer) in cx.executed() {
        let Some(mask) = layer.processors.value() else {
            return;
        };
        used |= mask;
    }
    for (index, layer) in cx.executed() {
        let last = cx.analysis.graph.final_layer == Some(index);
        let output = cx.analysis.parameters[index].output != Ok(false);
        // Where somebody does read it, the masks of the two do not fit: AX217, AX254, AX365.
        let read = cx
            .analysis
            .graph
            .readers(Source::Layer(index))
            .next()
            .is_some();
        let (Ok(map), false) = (cx.analysis.memory[index].output_map, last || output || read)
        else {
            continue;
        };
        let lost = (0..device::QUADRANTS)
            .find(|&quadrant| in_quadrant(map, quadrant) != 0 && in_quadrant(used, quadrant) == 0);
        if let Some(quadrant) = lost {
            out.report(
                layer.output_processors.span().unwrap_or(layer.head),
                index,
                format!("the output goes to quadrant {quadrant}, which no layer reads"),
            );
        }
    }
}
