//! AX101.

use crate::device::DeviceId;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(101),
    name: "too-many-layers",
    severity: Severity::Error,
    summary: "more layers than the chip can hold",
    explanation: "\
Each layer of the file takes one set of layer registers: 32 on the MAX78000, 128 on the MAX78002. \
Sequence numbers count from 0, so the highest one is 31 or 127, holes included. A layer of the \
hardware can pool, add, convolve and activate at once: merge what PyTorch writes as separate \
layers, drop passthrough layers that only move data, or take the MAX78002.",
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
  - op: Conv2d
    sequence: 32
    #         ^^ AX101
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
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
  - op: Conv2d
    sequence: 1
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:198",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    // Where the chip is not known, both must find the same layer.
    let most = match cx.facts.device {
        Some(_) => cx.device.max_layers,
        None => DeviceId::ALL
            .into_iter()
            .map(|device| device.table().max_layers)
            .fold(0, usize::max),
    };
    let over = cx
        .layers()
        .find(|(_, layer)| usize::try_from(layer.number).is_ok_and(|number| number >= most));
    if let Some((index, layer)) = over {
        let chip = match cx.facts.device {
            Some(device) => device.name(),
            None => "largest chip",
        };
        out.report(
            layer.sequence.span().unwrap_or(layer.head),
            index,
            format!(
                "sequence number {} is too high: the {chip} holds {most} layers, 0 to {}",
                layer.number,
                most.saturating_sub(1)
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::device::DeviceId;
    use crate::rules::sequence::tests::codes;

    fn chain(layers: usize) -> String {
        let first = "layers:\n- {op: Conv2d, in_dim: [8, 8], in_channels: 4, out_channels: 4, \
                     processors: 0xf, out_offset: 0x1000}\n";
        let second = "- {op: Conv2d, out_channels: 4, processors: 0xf, out_offset: 0x0}\n";
        let third = "- {op: Conv2d, out_channels: 4, processors: 0xf, out_offset: 0x1000}\n";
        let rest: String = (1..layers)
            .map(|layer| if layer % 2 == 0 { third } else { second })
            .collect();
        format!("arch: demo\ndataset: demo\n{first}{rest}")
    }

    #[test]
    fn counts_up_to_the_limit_of_the_chip() {
        let max78000 = Some(DeviceId::Max78000);
        assert!(!codes(&chain(32), max78000).contains(&101));
        assert!(codes(&chain(33), max78000).contains(&101));
        assert!(!codes(&chain(128), None).contains(&101));
        assert!(codes(&chain(129), None).contains(&101));
    }
}
