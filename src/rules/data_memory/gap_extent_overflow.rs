//! A gapped tensor runs past its memory instance.

use crate::analysis::instance_base;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX354
pub(super) static RULE: Rule = Rule {
    code: Code(354),
    name: "gap-extent-overflow",
    severity: Severity::Error,
    summary: "a gapped tensor runs past its memory instance",
    explanation: "`write_gap` and `read_gap` spread a tensor over that many times the memory. The vendor's tool leaves them out of its \
     size check: the words past the end of the instance fall into the next one, or into a hole.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x7c00
  #             ^^^^^^ AX354
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
",
        shapes: None,
    }],
    source: "semantics of max7800x.py:604",
    fix: FixAvailability::None,
    covers: &[Code(305)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (memory, parameters) = (&cx.analysis.memory[index], &cx.analysis.parameters[index]);
        if parameters.streaming != Ok(false) {
            continue;
        }
        let sides = [
            (
                &memory.reads,
                "reads",
                layer.in_offset.span(),
                parameters.read_gap,
            ),
            (
                &memory.writes,
                "writes",
                layer.out_offset.span(),
                parameters.write_gap,
            ),
        ];
        for (region, verb, place, gap) in sides {
            let (Ok(region), Ok(gap)) = (region, gap) else {
                continue;
            };
            let past = region
                .parts
                .iter()
                .map(|(instance, part)| (part.last() - instance_base(cx.device, *instance) + 1) * 4)
                .max()
                .filter(|&end| end > cx.device.instance_bytes);
            if let Some(end) = past {
                out.report(
                    place.unwrap_or(layer.head),
                    index,
                    format!(
                        "with a gap of {} {} {verb} up to {}, past the {} of an instance",
                        words::count(gap, "word"),
                        cx.network.label(index),
                        words::offset(end),
                        words::offset(cx.device.instance_bytes)
                    ),
                );
            }
        }
    }
}
