//! AX304.

use crate::analysis::ConflictKind;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::overwrite;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(304),
    name: "output-overwrites-input",
    severity: Severity::Error,
    summary: "a layer writes over its input, over the output of the layer before it, or over an output of the network",
    explanation: "\
While a layer writes, the output of the layer before it, the outputs of the network that are complete \
(`output: true`), and for the first layer the input must stay as they are. The usual pattern writes to \
0 and to the middle of the instance in turns; layers that write to processors in instances that the \
layer does not read can use the same offset.

The vendor's tool refuses any common word, even where nobody reads it any more. Where a layer writes in \
place on purpose and stays behind its own reading, `--overlap-data` switches the check off.

Without known flags, writing over the network's input is only mentioned: a FIFO may deliver it.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            "",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    #           ^^^^^^ AX304
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            "",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "unload.py:534",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (conflict, finding) in overwrite::findings(cx, out, ConflictKind::Protected) {
        let severity = match (&cx.facts.flags, conflict.victim) {
            (Some(_), _) => Severity::Error,
            (None, Source::Input) => Severity::Information,
            // The flag that allows it may be given.
            (None, _) if !conflict.certain => Severity::Warning,
            (None, _) => Severity::Error,
        };
        let mut finding = finding.severity(severity).note(
            "if it is meant, and the layer stays behind its own reading, the vendor's tool lets it \
             pass with `--overlap-data`",
        );
        if severity == Severity::Information {
            finding = finding.note("with a FIFO (`--fifo`) the input is not there");
        }
        out.push(finding);
    }
}
