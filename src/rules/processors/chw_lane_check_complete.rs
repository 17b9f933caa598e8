//! AX252.

use crate::device::{INSTANCES, PROCESSORS_PER_INSTANCE};
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::masks;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(252),
    name: "chw-lane-check-complete",
    severity: Severity::Error,
    summary: "channels in CHW format share a data-memory instance",
    explanation: "\
In CHW format (`data_format: CHW`) a channel fills whole data-memory words, four pixels each, and so \
each channel needs an instance of its own: at most one processor of each group of four (0 to 3, 4 to \
7, …). Three channels take `0x0000000000000111`, and 16 channels is the most there can be.

HWC keeps four channels in a word, and takes neighbouring processors.

The vendor's tool looks only at the first two processors of each group; what it lets through, its \
input loader refuses later.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x0000000000000007
    #           ^^^^^^^^^^^^^^^^^^ AX252
    in_channels: 3
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: CHW
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x0000000000000111
    in_channels: 3
    in_dim: [8, 8]
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: CHW
"
        ),
        shapes: None,
    }],
    source: "README, \"CHW\"; backend/max7800x.py:447, load.py:114",
    fix: FixAvailability::Sometimes,
    // The vendor's incomplete check, its input loader's, and that of CHW in several passes, which
    // always share.
    covers: &[Code(209), Code(210), Code(211)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let (Ok(true), Some(mask), Some(span)) = (
            cx.analysis.parameters[index].chw,
            layer.processors.value(),
            layer.processors.span(),
        ) else {
            continue;
        };
        let lanes = |instance: &u32| mask >> (instance * PROCESSORS_PER_INSTANCE) & 0xf;
        let Some(shared) = (0..INSTANCES).find(|instance| lanes(instance).count_ones() > 1) else {
            continue;
        };
        let channels = mask.count_ones();
        let together = lanes(&shared) << (shared * PROCESSORS_PER_INSTANCE);
        let mut finding = out.new_finding(
            span,
            index,
            format!(
                "in CHW format each channel needs an instance of its own, but processors {} share \
                 instance {shared}",
                words::processors(together)
            ),
        );
        if channels > INSTANCES {
            finding = finding.note(format!(
                "CHW takes at most {}, the mask has {channels} bits: use `data_format: HWC`",
                count(i64::from(INSTANCES), "channel")
            ));
        } else if let Some(spread) = spread_out(mask) {
            let text = masks::rewritten(span.text(cx.text), mask, spread);
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Write `{text}`, an instance for each channel"),
                edits::replace_value(span, &text),
            );
        }
        out.push(finding);
    }
}

/// A mask with one processor an instance from the first instance of `mask` on, for bits in a row.
fn spread_out(mask: u64) -> Option<u64> {
    let first = mask.trailing_zeros() / PROCESSORS_PER_INSTANCE;
    if !masks::is_contiguous(mask) || first + mask.count_ones() > INSTANCES {
        return None;
    }
    Some(
        (first..first + mask.count_ones()).fold(0, |spread, instance| {
            spread | 1 << (instance * PROCESSORS_PER_INSTANCE)
        }),
    )
}
