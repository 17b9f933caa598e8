//! The output could be unloaded with the mlator.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// AX906
pub(super) static RULE: Rule = Rule {
    code: Code(906),
    name: "use-mlator",
    severity: Severity::Hint,
    summary: "the output could be unloaded with the mlator",
    explanation: "The mlator turns the four-channels-a-word layout of the output back into one channel at a time, in hardware. With \
     `--mlator` the vendor's tool uses it to unload an 8-bit output of at least four pixels (a multiple of 4 where \
     there are several channels). It is faster, and the generated code is shorter. Reported once a file.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
# ^^^^^^^^^^^^ AX906
    in_channels: 1
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--mlator\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "unload.py:123",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if cx.analysis.flags.mlator {
        return;
    }
    let fit = super::mlator_ignored::outputs(cx)
        .into_iter()
        .find(|output| output.fits());
    if let Some(output) = fit {
        let layer = &cx.network.layers[output.layer];
        out.report(
            layer.output.key().unwrap_or(layer.head),
            output.layer,
            format!(
                "`--mlator` would unload the output of {} faster",
                cx.network.label(output.layer)
            ),
        );
    }
}
