//! AX104.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(104),
    name: "next-sequence-unsupported",
    severity: Severity::Error,
    summary: "the MAX78000 cannot jump to another layer",
    explanation: "\
The MAX78000 runs its layers in the order of their sequence numbers and ends after the last one, \
or where `next_sequence` is `stop`. Links to any other layer are a feature of the MAX78002. Write \
the layers in the order in which they shall run; `in_sequences` says where each takes its data.",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78000
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
    next_sequence: 2
    #              ^ AX104
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
"
        ),
        good: network!(
            r"
  # ai8x-lint: device=MAX78000
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
    next_sequence: 1
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:295",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(104) {
        let (Some(span), Some(key)) = (fault.span, layer.next_sequence.key()) else {
            continue;
        };
        let last = fault.layer + 1 == cx.network.layers.len();
        let message = if last {
            format!(
                "the {} ends after its last layer; this one cannot lead on to another",
                cx.device.name
            )
        } else {
            format!(
                "the {} runs layer {} next; `next_sequence` can only be that or `stop`",
                cx.device.name,
                fault.layer + 1
            )
        };
        let finding = out
            .new_finding(span, fault.layer, message)
            .note("the MAX78002 can link layers in any order");
        out.push(match edits::delete_entry(cx, key) {
            Some(edit) => finding.fix(Applicability::Unsafe, "Delete `next_sequence`", edit),
            None => finding,
        });
    }
}
