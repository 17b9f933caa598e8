//! AX605.

use crate::device::PROCESSORS;
use crate::diagnostic::{Code, Severity};
use crate::rules::words::count;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(605),
    name: "calcx4-partial-quad",
    severity: Severity::Error,
    summary: "`calcx4` in several output passes needs all four quadrants",
    explanation: "\
With `calcx4` the hardware computes four output channels at once. In a layer that writes its output in \
several passes this works only while all 64 processors may be used, so not with `--max-proc`. \
`--ignore-hw-limits` makes the vendor's tool go on with a warning.",
    examples: &[Example {
        bad: example_network!(
            "MAX78002",
            "--max-proc 16",
            r"
  - processors: 0x000000000000ffff
    in_channels: 16
    in_dim: [4, 4]
    out_channels: 32
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    calcx4: true
    #       ^^^^ AX605
    activate: relu
"
        ),
        good: example_network!(
            "MAX78002",
            "--max-proc 16",
            r"
  - processors: 0x000000000000ffff
    in_channels: 16
    in_dim: [4, 4]
    out_channels: 16
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    calcx4: true
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:2106",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let flags = &cx.analysis.flags;
    let Some(processors) = flags
        .max_proc
        .filter(|&processors| processors != i64::from(PROCESSORS))
    else {
        return;
    };
    for (index, layer) in cx.executed() {
        let calcx4 = flags.calcx4 || cx.analysis.parameters[index].calcx4 == Ok(true);
        let Ok(spread) = cx.analysis.memory[index].output_spread else {
            continue;
        };
        if !cx.device.extended_features || !calcx4 || spread.passes <= 1 {
            continue;
        }
        let severity = if flags.ignore_hw_limits {
            Severity::Warning
        } else {
            Severity::Error
        };
        let finding = out
            .new_finding(
                layer.calcx4.span().unwrap_or(layer.head),
                index,
                format!(
                    "writes its output in {}, which `calcx4` can do only with all {PROCESSORS} \
                     processors, but `--max-proc` allows {processors}",
                    count(spread.passes, "pass")
                ),
            )
            .severity(severity);
        out.push(finding);
    }
}
