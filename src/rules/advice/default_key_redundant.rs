//! A key says what is the default anyway.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// AX952
pub(super) static RULE: Rule = Rule {
    code: Code(952),
    name: "default-key-redundant",
    severity: Severity::Hint,
    summary: "a key says what is the default anyway",
    explanation: "`groups: 1`, `operands: 2`, `output_width: 8` and the like change nothing. Some people prefer to write them: the rule \
     is off unless it is selected.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [1, 1]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: linear
    activate: none
    output_width: 32
    groups: 1
  # ^^^^^^ AX952
",
        good: "\
# ai8x-lint: device=MAX78000
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [1, 1]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: linear
    activate: none
    output_width: 32
",
        model: None,
        shapes: None,
    }],
    source: "style",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.layers() {
        let parameters = &cx.analysis.parameters[index];
        let redundant = [
            (layer.groups.value() == Some(1), layer.groups.key()),
            (
                layer.output_width.value() == Some(8),
                layer.output_width.key(),
            ),
            (layer.write_gap.value() == Some(0), layer.write_gap.key()),
            (layer.read_gap.value() == Some(0), layer.read_gap.key()),
            (layer.operands.value() == Some(2), layer.operands.key()),
            (layer.dilation.value() == Some([1, 1]), layer.dilation.key()),
            (
                layer.stride.value() == Some([1, 1])
                    && parameters
                        .operator
                        .is_ok_and(|operator| operator != Operator::ConvTranspose2d),
                layer.stride.key(),
            ),
            (layer.flatten.value() == Some(false), layer.flatten.key()),
            (
                layer.streaming.value() == Some(false),
                layer.streaming.key(),
            ),
            (
                layer.pool_first.value() == Some(true),
                layer.pool_first.key(),
            ),
        ];
        for key in redundant
            .into_iter()
            .filter_map(|(is, key)| key.filter(|_| is))
        {
            let mut finding = out.new_finding(
                key,
                index,
                format!("`{}` says the default", key.text(cx.text)),
            );
            if let Some(edits) = edits::delete_entry(cx, key) {
                finding = finding.fix(Applicability::Safe, "Delete the key", edits);
            }
            out.push(finding);
        }
    }
}
