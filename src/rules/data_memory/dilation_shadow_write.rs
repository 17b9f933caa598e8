//! AX363.

use crate::analysis::{Dilation, Progression, Region, instance_base};
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::free;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(363),
    name: "dilation-shadow-write",
    severity: Severity::Warning,
    summary: "a dilated Conv1d writes, beside its output, over data that is still needed",
    explanation: "\
A Conv1d whose kernel spans more than 9 values with its dilation runs as a Conv2d over folded data. It \
also writes a row before its output and the rest of the last row behind it. The vendor's tool counts \
neither when it looks for data that is overwritten; both must lie in free memory.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: 64
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv1d
    kernel_size: 3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2100
    #           ^^^^^^ AX363
    op: conv1d
    kernel_size: 3
    pad: 0
    dilation: 16
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: 64
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv1d
    kernel_size: 3
    pad: 1
    activate: relu
  - processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2140
    op: conv1d
    kernel_size: 3
    pad: 0
    dilation: 16
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:587; the vendor's tool does not check it",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Some((before, behind)) = shadows(cx, index) else {
            continue;
        };
        let hit = free::live(cx, index)
            .into_iter()
            .find_map(|(source, held)| {
                let word = |shadow: &Region| shadow.first_common(held);
                let (word, side) = match (word(&before), word(&behind)) {
                    (Some(word), _) => (word, "before"),
                    (_, Some(word)) => (word, "behind"),
                    _ => return None,
                };
                Some((source, word, side))
            });
        let Some((source, word, side)) = hit else {
            continue;
        };
        let mut finding = out.new_finding(
            layer.out_offset.span().unwrap_or(layer.head),
            index,
            format!(
                "with its dilation {} also writes {side} its output, over {} at {}",
                cx.network.label(index),
                match source {
                    Source::Layer(layer) => format!("the output of {}", cx.network.label(layer)),
                    source => cx.network.source_label(source),
                },
                words::word(cx.device, word)
            ),
        );
        if let Source::Layer(producer) = source {
            let layer = &cx.network.layers[producer];
            finding = finding.related(
                layer.out_offset.span().unwrap_or(layer.head),
                producer,
                "what it writes over",
            );
        }
        out.push(finding);
    }
}

/// The words that a dilated Conv1d writes before and behind its output.
fn shadows(cx: &Context, index: usize) -> Option<(Region, Region)> {
    let hardware = cx.analysis.hardware[index].ok()?;
    let memory = &cx.analysis.memory[index];
    if hardware.dilation != Dilation::Folded {
        return None;
    }
    let start = memory.out_offset.ok()?;
    let end = start + memory.output_bytes.ok()?;
    let padding = 4 * hardware.out_pad * memory.output_spread.ok()?.passes;
    let written = memory.writes.as_ref().ok()?;
    let mut instances: Vec<u32> = written
        .parts
        .iter()
        .map(|(instance, _)| *instance)
        .collect();
    instances.dedup();
    let bytes = |from: i64, to: i64| Region {
        parts: instances
            .iter()
            .filter(|_| to > from && from >= 0)
            .map(|&instance| {
                let dense = Progression {
                    start: instance_base(cx.device, instance) + from / 4,
                    step: 1,
                    count: (to - from) / 4,
                    run: 1,
                };
                (instance, dense)
            })
            .collect(),
    };
    // `output_bytes` counts the padding already.
    Some((
        bytes(start - hardware.out_ignore, start),
        bytes(end - padding, end),
    ))
}
