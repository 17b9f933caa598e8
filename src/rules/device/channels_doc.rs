//! AX751.

use crate::analysis::broken;
use crate::device::DeviceId;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(751),
    name: "channels-doc",
    severity: Severity::Error,
    summary: "more channels than the tool takes, though the documentation promises them",
    explanation: "\
The README says that a layer of the MAX78002 can have up to 2048 channels. The vendor's tool \
refuses more than 1024, in and out, on either chip, so the network cannot be built as it is. This \
takes the place of AX707 and AX708 for the counts between the two numbers.",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78002
  - op: Conv2d
    kernel_size: 1x1
    pad: 0
    in_dim: [1, 1]
    in_channels: 4
    out_channels: 2048
    #             ^^^^ AX751
    processors: 0x000000000000000f
    out_offset: 0x1000
"
        ),
        good: network!(
            r"
  # ai8x-lint: device=MAX78002
  - op: Conv2d
    kernel_size: 1x1
    pad: 0
    in_dim: [1, 1]
    in_channels: 4
    out_channels: 1024
    processors: 0x000000000000000f
    out_offset: 0x1000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "README, \"Limitations\"",
    fix: FixAvailability::None,
    covers: &[Code(707), Code(708)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    // Elsewhere the documentation promises no more than the tool takes.
    if cx.facts.device != Some(DeviceId::Max78002) {
        return;
    }
    let most = cx.device.max_channels;
    let promised = cx.device.documented_max_channels;
    for (index, layer) in cx.executed() {
        let shape = &cx.analysis.shapes[index];
        let weight = match &cx.analysis.weights[index] {
            Ok(weight) => weight.as_ref(),
            Err(_) => None,
        };
        let counts = [
            (
                shape.stored_channels == broken(707),
                "input",
                shape.in_channels.ok(),
                layer.in_channels.span(),
            ),
            (
                shape.out_channels == broken(708),
                "output",
                layer
                    .out_channels
                    .value()
                    .or(weight.map(|weight| weight.out_channels)),
                layer.out_channels.span(),
            ),
        ];
        for (too_many, which, channels, place) in counts {
            let Some(channels) = channels.filter(|&channels| too_many && channels <= promised)
            else {
                continue;
            };
            out.report(
                place.unwrap_or(layer.head),
                index,
                format!(
                    "the documentation promises {promised} channels, but the vendor's tool takes \
                     at most {most}; this layer has {channels} {which} channels"
                ),
            );
        }
    }
}
