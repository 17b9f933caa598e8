//! AX039.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::words::list;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(39),
    name: "data-buffer-layer-keys",
    severity: Severity::Error,
    summary: "a layer that reads the rolling buffer does not say what it reads",
    explanation: "\
Nothing about the rolling buffer follows from the layers before. A layer whose `in_sequences` \
names it must say `in_offset`, `out_offset`, `in_dim` and `in_channels` itself.",
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
    in_sequences: history
    #             ^^^^^^^ AX039
    in_offset: 0x4000
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
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
    in_offset: 0x4000
    in_dim: 16
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:740",
    fix: FixAvailability::None,
    covers: &[Code(43)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let (Some(references), Some(span)) = (layer.in_sequences.get(), layer.in_sequences.span())
        else {
            continue;
        };
        let [reference] = references.items.as_slice() else {
            continue;
        };
        if !references.complete || cx.network.resolve(&reference.value) != Ok(Source::Buffer) {
            continue;
        }
        let missing: Vec<String> = [
            ("in_offset", layer.in_offset.is_absent()),
            ("out_offset", layer.out_offset.is_absent()),
            ("in_dim", layer.in_dim.is_absent()),
            ("in_channels", layer.in_channels.is_absent()),
        ]
        .into_iter()
        .filter(|(_, absent)| *absent)
        .map(|(name, _)| format!("`{name}`"))
        .collect();
        if !missing.is_empty() {
            let message = format!(
                "a layer that reads the data buffer must say {}",
                list(&missing)
            );
            out.report(span, index, message);
        }
    }
}
