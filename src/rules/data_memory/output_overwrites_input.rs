//! A layer writes over data that is still protected.

use crate::analysis::ConflictKind;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::overlap;

/// AX304
pub(super) static RULE: Rule = Rule {
    code: Code(304),
    name: "output-overwrites-input",
    severity: Severity::Error,
    summary: "a layer writes over data that is still protected",
    explanation: "A layer must not write over its own input, the output of the layer just before it, or an output of the network. The \
     vendor's tool refuses it word by word. Move `out_offset` to a free place: two halves of the memory in turn are \
     enough for a plain chain (0 and 0x4000 on the MAX78000, 0 and 0xa000 on the MAX78002). Where the overlap is \
     meant, because the layer stays behind its reading, the vendor's flag is `--overlap-data`.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
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
    out_offset: 0x2000
  #             ^^^^^^ AX304
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
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "unload.py:534",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for conflict in overlap::of(cx, ConflictKind::Protected) {
        let unsure = conflict.victim == Source::Input && cx.facts.flags.is_none();
        let mut finding = overlap::finding(cx, out, conflict, "the vendor's tool refuses it");
        if unsure {
            // A FIFO leaves nothing of the input in memory.
            finding = finding.severity(Severity::Information);
        } else if cx.analysis.flags.no_error_stop || cx.facts.flags.is_none() && !conflict.certain {
            // Who writes in place may mean it, and use `--overlap-data`.
            finding = finding.severity(Severity::Warning);
        }
        out.push(finding.note("where this is meant, the flag `--overlap-data` allows it"));
    }
}
