//! AX106.

use crate::diagnostic::{Code, Severity};
use crate::network::Reference;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(106),
    name: "in-sequences-beyond-end",
    severity: Severity::Error,
    summary: "`in_sequences` names a layer number that does not exist",
    explanation: "\
Layers count from 0: the first layer of the file is 0, and of N layers the last is N-1. PyTorch \
model code and comments often count from 1. A number beyond the last layer makes the vendor's tool \
crash. -1 (or `input`) is the network's input and -2 the `data_buffer`, where there is one; names \
say more than numbers and stay right when a layer is added.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    in_sequences: 2
    #             ^ AX106
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    in_sequences: 0
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:462",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(106) {
        let Some(span) = fault.span else { continue };
        let message = match references::at(layer, span) {
            Some(Reference::Number(-2)) => {
                "-2 stands for the `data_buffer`, but the file has none".to_owned()
            }
            _ => format!(
                "there is no layer {}: {}",
                references::text(layer, span),
                references::numbers(cx)
            ),
        };
        out.report(span, fault.layer, message);
    }
}
