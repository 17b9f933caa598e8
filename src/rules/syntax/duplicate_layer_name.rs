//! AX031.

use std::collections::HashMap;

use crate::diagnostic::{Code, Severity};
use crate::network::Layer;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(31),
    name: "duplicate-layer-name",
    severity: Severity::Error,
    summary: "two layers have the same name",
    explanation: "\
Layers are referred to by name in `in_sequences`, `next_sequence` and `weight_source`. The look-up \
ignores case, so names that differ only in case are the same name, and the vendor's tool refuses \
the second one.",
    examples: &[Example {
        bad: network!(
            r"
  - name: conv
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - name: Conv
    #     ^^^^ AX031
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        good: network!(
            r"
  - name: conv1
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - name: conv2
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:595",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let mut layers: Vec<&Layer> = cx
        .network
        .layers
        .iter()
        .chain(&cx.network.duplicates)
        .collect();
    layers.sort_by_key(|layer| layer.position);
    let mut first: HashMap<String, &Layer> = HashMap::new();
    for layer in layers {
        let (Some(name), Some(span)) = (layer.name(), layer.name.span()) else {
            continue;
        };
        let index = cx.network.index_at(layer.position);
        match first.get(&name.to_lowercase()) {
            None => {
                first.insert(name.to_lowercase(), layer);
            }
            Some(other) => {
                let other_index = cx.network.index_at(other.position);
                let whose = other_index
                    .map_or_else(|| "another layer".to_owned(), |i| format!("layer {i}"));
                let mut finding = out
                    .new_finding(span, index, format!("the name `{name}` is that of {whose}"))
                    .related(
                        other.name.span().unwrap_or(other.head),
                        other_index,
                        "first used here",
                    );
                if other.name() != Some(name) {
                    finding = finding.note("names are looked up without regard to case");
                }
                out.push(finding);
            }
        }
    }
}
