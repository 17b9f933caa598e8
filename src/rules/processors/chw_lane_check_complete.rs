//! Two CHW channels share one memory instance.

use crate::analysis::{is_contiguous, shared_instance};
use crate::device::{INSTANCES, PROCESSORS_PER_INSTANCE};
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits, repair, words};

use super::masks;

/// AX252
pub(super) static RULE: Rule = Rule {
    code: Code(252),
    name: "chw-lane-check-complete",
    severity: Severity::Error,
    summary: "two CHW channels share one memory instance",
    explanation: "In CHW format each channel fills the words of its memory by itself, so each of the four processors that share an \
     instance needs that memory alone: at most one bit in each hexadecimal digit of `processors` (0x…111 for three \
     channels). The vendor's tool looks at the lower two of four bits only.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000007
  #             ^^^^^^^^^^^^^^^^^^ AX252
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: CHW
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--timer 0\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000111
    output_processors: 0x000000000000000f
    in_channels: 3
    in_dim: [16, 16]
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: CHW
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:447, load.py:114; README, Channel Data Formats",
    fix: FixAvailability::Sometimes,
    // The vendor's incomplete check, and that of its input loader.
    covers: &[Code(209), Code(210)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(252) {
        let index = fault.layer;
        let (Some(mask), Some(span)) = (layer.processors.value(), layer.processors.span()) else {
            continue;
        };
        let Some(instance) = shared_instance(mask) else {
            continue;
        };
        let shift = instance * PROCESSORS_PER_INSTANCE;
        let mut finding = out.new_finding(
            span,
            index,
            format!(
                "in CHW format each channel needs a memory instance of its own, but processors {} share \
                 instance {instance}",
                words::processors(mask & 0xf << shift)
            ),
        );
        let bits = i64::from(mask.count_ones());
        let channels = cx.analysis.shapes[index].stored_channels.unwrap_or(bits);
        if channels > i64::from(INSTANCES) {
            finding = finding.note(format!(
                "CHW takes at most {}; use `data_format: HWC` for {channels}",
                words::count(i64::from(INSTANCES), "channel")
            ));
        } else {
            finding = repair::with_masks(cx, finding, &[index]);
            // Where channels are not known, one run of bits counts them.
            if finding.fixes.is_empty()
                && is_contiguous(mask)
                && let Some(spread) = spread_out(mask.trailing_zeros(), channels)
            {
                let text = masks::rewritten(span.text(cx.text), mask, spread);
                finding = finding.fix(
                    Applicability::Unsafe,
                    format!("Use {text}: an instance for each channel"),
                    edits::replace_value(span, &text),
                );
            }
        }
        // Masks without gaps are those of the other format.
        if is_contiguous(mask)
            && let Some(format) = layer.data_format.span()
        {
            let is_lower = !format.text(cx.text).contains(char::is_uppercase);
            let text = if is_lower { "hwc" } else { "HWC" };
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Set `data_format` to {text}: an instance for four channels"),
                edits::replace_value(format, text),
            );
        }
        out.push(finding);
    }
}

/// The mask of one processor an instance, from that of processor `first` on.
fn spread_out(first: u32, channels: i64) -> Option<u64> {
    let first = first / PROCESSORS_PER_INSTANCE;
    let end = first + u32::try_from(channels).ok()?;
    (end <= INSTANCES).then(|| {
        (first..end).fold(0, |spread, instance| {
            spread | 1 << (instance * PROCESSORS_PER_INSTANCE)
        })
    })
}
