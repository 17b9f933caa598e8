//! AX034.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(34),
    name: "buffer-shift-without-source",
    severity: Severity::Error,
    summary: "`buffer_shift` without `in_sequences`",
    explanation: "\
A layer that moves the rolling buffer on must read it: `in_sequences` has to name the \
`data_buffer`. The vendor's tool refuses `buffer_shift` without `in_sequences`.",
    examples: &[Example {
        bad: "\
arch: demo
dataset: demo

data_buffer:
  - name: history
    processors: 0x000000000000000f
    channels: 4
    dim: 16
    offset: 0x4000

layers:
  - op: None
    in_offset: 0x4004
    in_dim: 15
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
    buffer_shift: 1
    # <- AX034
",
        good: "\
arch: demo
dataset: demo

data_buffer:
  - name: history
    processors: 0x000000000000000f
    channels: 4
    dim: 16
    offset: 0x4000

layers:
  - op: None
    in_sequences: history
    in_offset: 0x4004
    in_dim: 15
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
    buffer_shift: 1
",
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:615",
    fix: FixAvailability::Sometimes,
    covers: &[Code(418)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let buffer = cx.network.data_buffer.last();
    let name = buffer.and_then(|buffer| buffer.name.get());
    for (index, layer) in cx.layers() {
        let (Some(_), Some(key), true) = (
            layer.buffer_shift.value(),
            layer.buffer_shift.key(),
            layer.in_sequences.is_absent(),
        ) else {
            continue;
        };
        let finding = out.new_finding(
            key,
            index,
            "`buffer_shift` needs `in_sequences` with the name of the `data_buffer`",
        );
        let change =
            name.and_then(|name| edits::insert_after(cx, key, &format!("in_sequences: {name}")));
        out.push(match (name, change) {
            (Some(name), Some(change)) => finding.fix(
                Applicability::Unsafe,
                format!("Add `in_sequences: {name}`"),
                change,
            ),
            _ => finding,
        });
    }
}
