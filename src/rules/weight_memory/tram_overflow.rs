//! AX651.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(651),
    name: "tram-overflow",
    severity: Severity::Warning,
    summary: "streaming layers need more TRAM than a processor has",
    explanation: "\
Each processor has a small memory, the TRAM, that keeps the rows of the window while a convolution \
moves over the data: 3072 words on the MAX78000, 12288 on the MAX78002. Layers that do not stream use \
it one after the other. Streaming layers run at the same time, so theirs lie one behind the other: \
each takes about the width of its data, padding included, less the kernel, for each pass. The vendor's \
tool does not compare the sum with the memory; beyond its end the hardware overwrites what other \
layers keep. Narrower data, fewer passes or fewer streaming layers help.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            "--fifo",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [4, 1000]
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x0000000000000f00
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000f000
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
    #          ^^^^ AX651
"
        ),
        good: example_network!(
            "MAX78000",
            "--fifo",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [4, 500]
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x0000000000000f00
    out_channels: 4
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000f000
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:2028; tornadocnn.py, TRAM_SIZE",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Some(Ok(stream)), Ok(hardware), Ok(spread)) = (
            cx.analysis.streams[index],
            cx.analysis.hardware[index],
            cx.analysis.memory[index].input_spread,
        ) else {
            continue;
        };
        let words_needed = stream.tram_start + hardware.tram * spread.passes;
        if !stream.last || words_needed <= cx.device.tram_words {
            continue;
        }
        let parts: Vec<String> = (0..=index)
            .filter_map(|layer| {
                let tram = cx.analysis.hardware[layer].ok()?.tram;
                let passes = cx.analysis.memory[layer].input_spread.ok()?.passes;
                Some(format!("{} {}", cx.network.label(layer), tram * passes))
            })
            .collect();
        let finding = out
            .new_finding(
                layer.streaming.span().unwrap_or(layer.head),
                index,
                format!(
                    "the streaming layers up to this one need {words_needed} words of TRAM, but a \
                     processor of the {} has {}",
                    cx.device.name, cx.device.tram_words
                ),
            )
            .note(format!("words a layer: {}", words::list(&parts)));
        out.push(finding);
    }
}
