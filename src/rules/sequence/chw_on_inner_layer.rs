//! AX109.

use crate::device::{INSTANCES, PROCESSORS_PER_INSTANCE};
use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::DataFormat;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(109),
    name: "chw-on-inner-layer",
    severity: Severity::Error,
    summary: "`data_format: CHW` on a layer that is not the first",
    explanation: "\
CHW data has one channel in each memory instance, four pixels a word. Only the input can come so: \
every layer writes its output as HWC, four channels a word, and the next one must read it so. The \
vendor's tool refuses CHW on any layer but the one that runs first. That may be another than layer \
0 on the MAX78002, by `--start-layer`; where nobody says the flags, the rule only informs.",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78000
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    data_format: CHW
    #            ^^^ AX109
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  # ai8x-lint: device=MAX78000
  - name: stem
    op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:450",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed().skip(1) {
        let (Some(DataFormat::Chw), Some(span), Some(key)) = (
            layer.data_format.value(),
            layer.data_format.span(),
            layer.data_format.key(),
        ) else {
            continue;
        };
        let mut finding = out.new_finding(
            span,
            index,
            format!(
                "{} is not the first layer, and only that can read CHW",
                cx.network.label(index)
            ),
        );
        if may_be_first(cx, layer.processors.value()) {
            finding.severity = Severity::Information;
            finding.notes.push(
                "it can be the first layer, if the vendor's tool is called with `--start-layer`"
                    .to_owned(),
            );
        }
        out.push(match edits::delete_entry(cx, key) {
            Some(edit) => finding.fix(Applicability::Unsafe, "Delete `data_format`", edit),
            None => finding,
        });
    }
}

/// Whether a layer that reads CHW with these processors may be the first one by an unknown flag: it
/// cannot where channels share a memory instance.
fn may_be_first(cx: &Context, processors: Option<u64>) -> bool {
    let shares = |mask: u64| {
        (0..INSTANCES)
            .any(|instance| (mask >> (instance * PROCESSORS_PER_INSTANCE) & 0xf).count_ones() > 1)
    };
    cx.facts.flags.is_none() && cx.device.max_start_layer > 0 && !processors.is_some_and(shares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceId;
    use crate::facts::{Facts, Flags};
    use crate::rules::sequence::tests::network;

    fn severity(device: Option<DeviceId>, flags: Option<Flags>, mask: &str) -> Option<Severity> {
        let text = network(&format!(
            "- {{op: Conv2d, in_dim: [8, 8], in_channels: 4, out_channels: 4, processors: 0xf, \
             output_processors: {mask}, out_offset: 0x1000}}\n- {{op: Conv2d, in_channels: 4, \
             out_channels: 4, processors: {mask}, out_offset: 0, data_format: CHW}}\n"
        ));
        let facts = Facts {
            device,
            flags,
            ..Facts::default()
        };
        crate::check(&text, &facts)
            .into_iter()
            .find(|finding| finding.code == Code(109))
            .map(|finding| finding.severity)
    }

    #[test]
    fn a_layer_that_may_be_the_first_is_only_told() {
        let (old, new) = (Some(DeviceId::Max78000), Some(DeviceId::Max78002));
        let (spread, dense) = ("0x1111", "0xf");
        assert_eq!(severity(new, None, spread), Some(Severity::Information));
        assert_eq!(severity(None, None, spread), Some(Severity::Information));
        assert_eq!(severity(new, None, dense), Some(Severity::Error));
        assert_eq!(severity(old, None, spread), Some(Severity::Error));
        let flags = Some(Flags::default());
        assert_eq!(severity(new, flags, spread), Some(Severity::Error));
        let flags = Some(Flags {
            start_layer: 1,
            ..Flags::default()
        });
        assert_eq!(severity(new, flags, spread), None);
    }
}
