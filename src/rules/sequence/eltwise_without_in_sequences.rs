//! AX162.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(162),
    name: "eltwise-without-in-sequences",
    severity: Severity::Error,
    summary: "an element-wise layer does not say what its operands are",
    explanation: "\
An element-wise operation needs at least two operands, and `in_sequences` names the layers that \
wrote them. Without it the layer reads its predecessor alone. That is only right where the \
predecessor delivers the values of all operands at once, each operand being an equal part of its \
channels; here it delivers too few, or too many.",
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
  - name: main
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - name: sum
    op: Conv2d
    eltwise: add
    #        ^^^ AX162
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
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
  - name: skip
    op: none
    processors: 0x000000000000000f
    out_offset: 0x2000
    write_gap: 1
  - name: main
    op: Conv2d
    in_sequences: stem
    in_offset: 0x1000
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2004
    write_gap: 1
  - name: sum
    op: Conv2d
    eltwise: add
    in_sequences: [skip, main]
    in_offset: 0x2000
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:3047",
    fix: FixAvailability::None,
    covers: &[Code(451)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(162) {
        let (Some(previous), Ok(operands)) = (
            cx.analysis.graph.previous[fault.layer],
            cx.analysis.parameters[fault.layer].operands,
        ) else {
            continue;
        };
        let place = layer
            .eltwise
            .span()
            .or(layer.op.span())
            .unwrap_or(layer.head);
        let label = cx.network.label(previous);
        let them = if operands == 2 { "both" } else { "them all" };
        let finding = out
            .new_finding(
                place,
                fault.layer,
                format!(
                    "{operands} operands, but without `in_sequences` the layer reads only {label}, \
                     which does not deliver {them}"
                ),
            )
            .related(
                cx.network.layers[previous].head,
                previous,
                format!("{label} is the only source"),
            )
            .note(format!(
                "list the {operands} layers that write the operands in `in_sequences`"
            ));
        out.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::{Facts, Weight};
    use crate::rules::sequence::tests::{messages, network};

    /// What is wrong with a sum of what a layer of `channels` channels and 8x8 pixels wrote.
    fn codes(channels: i64, sum: &str) -> Vec<String> {
        let mask = (1_u64 << channels) - 1;
        let text = network(&format!(
            "- {{op: Conv2d, processors: 0xf, output_processors: {mask:#x}, out_offset: 0x1000}}\n- \
             {{{sum}, out_offset: 0x2000}}\n"
        ));
        let facts = Facts {
            input: Some([4, 8, 8]),
            weights: Some(vec![Weight {
                in_channels: 4,
                out_channels: channels,
                kernel: vec![3, 3],
                bits: None,
                bias: None,
                groups: None,
            }]),
            ..Facts::default()
        };
        messages(&text, &facts)
            .iter()
            .filter_map(|message| message.split_once(' '))
            .map(|(code, _)| code.to_owned())
            .collect()
    }

    #[test]
    fn one_layer_may_deliver_all_operands() {
        // Half the pixels for each of two operands, as the vendor's test networks have it.
        let halves = "op: add, in_dim: [8, 4], processors: 0xf";
        assert!(!codes(4, halves).contains(&"AX162".to_owned()));
        // Half the channels.
        let halves = "op: add, in_channels: 4, processors: 0xf";
        assert!(!codes(8, halves).contains(&"AX162".to_owned()));
        assert_eq!(codes(4, "op: add, processors: 0xf"), ["AX162"]);
        assert_eq!(
            codes(4, "op: add, in_dim: [4, 4], processors: 0xf"),
            ["AX162"]
        );
    }
}
