//! AX053.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Field;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(53),
    name: "width-key-ignored",
    severity: Severity::Warning,
    summary: "`width` in an `unload` or `data_buffer` block has no effect",
    explanation: "\
The documentation promises `width` in these blocks, but the vendor's tool looks for a misspelt key \
and always takes 8 bits. Code that unloads 32-bit data must be generated without an `unload` \
block.",
    examples: &[Example {
        bad: "\
arch: demo
dataset: demo

unload:
  - processors: 0x000000000000000f
    channels: 4
    dim: [8, 8]
    offset: 0x2000
    width: 32
    # <- AX053

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        good: "\
arch: demo
dataset: demo

unload:
  - processors: 0x000000000000000f
    channels: 4
    dim: [8, 8]
    offset: 0x2000

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:799",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let unload = cx.network.unload.iter().map(|block| &block.width);
    let buffers = cx.network.data_buffer.iter().map(|block| &block.width);
    for width in unload.chain(buffers) {
        // 8 is what the tool takes anyway.
        let key = match width {
            Field::Given { value: 8, .. } | Field::Absent => continue,
            Field::Given { key, .. } => key,
            Field::Invalid { key, code, .. } if *code == RULE.code => key,
            Field::Invalid { .. } => continue,
        };
        let finding = out.new_finding(
            *key,
            None,
            "`width` is ignored here: the vendor's tool always takes 8 bits",
        );
        out.push(match edits::delete_entry(cx, *key) {
            Some(change) => finding.fix(Applicability::Unsafe, "Delete `width`", change),
            None => finding,
        });
    }
}
