//! AX105.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::{Reference, Target};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::references;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(105),
    name: "next-sequence-out-of-range",
    severity: Severity::Warning,
    summary: "`next_sequence` leads to no layer, so the network ends there",
    explanation: "\
A `next_sequence` behind the last layer stands for `stop` in the vendor's tool, which only warns. \
The layers behind a layer that ends the network so never run. Say `stop` where the network shall \
end, and the number or name of a layer where it shall go on.",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78002
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
    next_sequence: 9
    #              ^ AX105
"
        ),
        good: network!(
            r"
  # ai8x-lint: device=MAX78002
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
    next_sequence: stop
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:297",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let layers = cx.network.layers.len();
    for (fault, layer) in cx.faults(105) {
        let (Some(span), Some(Target::Layer(reference))) = (fault.span, layer.next_sequence.get())
        else {
            continue;
        };
        let left_out = layers - fault.layer.saturating_add(1).min(layers);
        let mut message = format!(
            "`next_sequence` leads to no layer ({}), so the network ends here",
            references::numbers(cx)
        );
        if left_out > 0 {
            message += &format!(" and leaves out {}", count(left_out as i64, "layer"));
        }
        let mut finding = out.new_finding(span, fault.layer, message);
        if matches!(reference, Reference::Number(..-1)) {
            // Python counts negative numbers from the end.
            finding.severity = Severity::Error;
        }
        out.push(if left_out == 0 {
            let stop = edits::replace_value(span, "stop");
            finding.fix(Applicability::Safe, "Say `stop`", stop)
        } else {
            finding
        });
    }
}
