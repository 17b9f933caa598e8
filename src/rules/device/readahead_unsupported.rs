//! AX701.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::feature;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(701),
    name: "readahead-unsupported",
    severity: Severity::Error,
    summary: "the MAX78000 cannot read ahead",
    explanation: "\
`readahead` lets a layer fetch its next input while it still computes, which is faster but needs \
memory that can be read and written at once. Only the MAX78002 has it, and it changes no result: \
without the key the layer computes the same. A file that uses it was made for the MAX78002, so no \
limits of the MAX78000 are checked in it.",
    examples: &[Example {
        bad: network!(
            r"
  # ai8x-lint: device=MAX78000
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
    readahead: true
    # <- AX701
"
        ),
        good: network!(
            r"
  # ai8x-lint: device=MAX78000
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:218",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let flag = cx.analysis.flags.read_ahead.then_some("--read-ahead");
    feature::report(cx, out, "readahead", |layer| &layer.readahead, flag);
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::device::DeviceId;
    use crate::facts::{Facts, Flags};

    fn facts(device: DeviceId, read_ahead: bool) -> Facts {
        Facts {
            device: Some(device),
            flags: Some(Flags {
                read_ahead,
                ..Flags::default()
            }),
            ..Facts::default()
        }
    }

    fn codes(text: &str, facts: &Facts) -> Vec<u16> {
        check(text, facts)
            .into_iter()
            .filter(|finding| finding.severity == crate::diagnostic::Severity::Error)
            .map(|finding| finding.code.0)
            .collect()
    }

    #[test]
    fn a_network_of_the_other_chip_is_one_finding() {
        // Two layers ask for it, and both write where the MAX78000 has no memory.
        let layer = "op: Conv2d, in_dim: [8, 8], in_channels: 4, out_channels: 4, processors: 0xf, \
                     out_offset: 0x13000, readahead: true";
        let text = format!("arch: demo\ndataset: demo\nlayers:\n- {{{layer}}}\n- {{{layer}}}\n");
        assert_eq!(codes(&text, &facts(DeviceId::Max78000, false)), [701]);
        assert!(!codes(&text, &facts(DeviceId::Max78002, false)).contains(&701));
        let plain = text.replace(", readahead: true", "");
        assert_eq!(codes(&plain, &facts(DeviceId::Max78000, true)), [701]);
        assert!(!codes(&plain, &facts(DeviceId::Max78000, false)).contains(&701));
    }
}
