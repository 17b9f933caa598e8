//! AX160.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::words::{count, dims};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(160),
    name: "flatten-with-in-sequences",
    severity: Severity::Error,
    summary: "a flattening layer with `in_sequences` does not say its `in_channels`",
    explanation: "\
With `flatten` a layer has channels x height x width inputs. Where `in_sequences` is given, the \
vendor's tool takes the channels of the sources for that number and divides them by the pixels, so \
it arrives at a fraction of the channels that are really there, or at none. Say `in_channels`: \
channels x height x width, as the model's layer has it.",
    examples: &[Example {
        bad: network!(
            r"
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: head
    op: Linear
    in_sequences: stem
    in_offset: 0x1000
    flatten: true
    #        ^^^^ AX160
    out_channels: 10
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - name: head
    op: Linear
    in_sequences: stem
    in_offset: 0x1000
    flatten: true
    in_channels: 256
    out_channels: 10
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:556",
    fix: FixAvailability::Sometimes,
    covers: &[Code(456)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(160) {
        let shape = &cx.analysis.shapes[fault.layer];
        let (Ok(channels), Ok([height, width])) = (shape.in_channels, shape.pooled_dim) else {
            continue;
        };
        let inputs = channels * height * width;
        let finding = out.new_finding(
            layer.flatten.span().unwrap_or(layer.head),
            fault.layer,
            format!(
                "flattening {} of {} pixels needs `in_channels: {inputs}` beside `in_sequences`",
                count(channels, "channel"),
                dims([height, width])
            ),
        );
        let key = format!("in_channels: {inputs}");
        let place = layer.flatten.key();
        out.push(
            match place.and_then(|place| edits::insert_after(cx, place, &key)) {
                Some(edit) => finding.fix(Applicability::Unsafe, format!("Add `{key}`"), edit),
                None => finding,
            },
        );
    }
}
