//! AX155.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(155),
    name: "weight-source-invalid",
    severity: Severity::Error,
    summary: "`weight_source` is no earlier layer with such weights",
    explanation: "\
`weight_source` lets a layer use the weights of another one, which the model holds once. The \
vendor's tool copies them layer by layer, so the source must stand before the layer that borrows, \
have weights (a convolution, not bypassed), and have the same kernel size. On layers without \
weights the key has no effect.",
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
  - op: Conv2d
    weight_source: head
    #              ^^^^ AX155
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - name: head
    op: Conv2d
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
  - op: Conv2d
    weight_source: stem
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
  - name: head
    op: Conv2d
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x3000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "izer.py:154",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(155) {
        let Some(span) = fault.span else { continue };
        let source = layer
            .weight_source
            .get()
            .and_then(|reference| cx.network.resolve(reference).ok());
        let finding = match source {
            Some(Source::Layer(index)) => {
                let label = cx.network.label(index);
                let message = match (
                    cx.analysis.parameters[index].has_weights(),
                    cx.analysis.parameters[index].kernel,
                    cx.analysis.parameters[fault.layer].kernel,
                ) {
                    _ if index == fault.layer => "a layer cannot borrow its own weights".to_owned(),
                    _ if index > fault.layer => {
                        format!("{label} comes later, so its weights are not there yet")
                    }
                    (Ok(false), ..) => format!("{label} has no weights"),
                    (_, Ok(theirs), Ok(own)) => format!(
                        "{label} has {} kernels, this layer needs {}",
                        words::dims(theirs),
                        words::dims(own)
                    ),
                    _ => format!("the weights of {label} do not fit"),
                };
                out.new_finding(span, fault.layer, message).related(
                    cx.network.layers[index].head,
                    index,
                    format!("{label} stands here"),
                )
            }
            _ => out.new_finding(
                span,
                fault.layer,
                format!(
                    "`weight_source` must be a layer before this one, 0 to {}",
                    fault.layer.saturating_sub(1)
                ),
            ),
        };
        out.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::Facts;
    use crate::rules::sequence::tests::{messages, network};

    fn borrowing(first: &str, second: &str) -> Vec<String> {
        let text = network(&format!(
            "- {{name: a, {first}, in_dim: [8, 8], in_channels: 4, processors: 0xf, out_offset: \
             0x1000}}\n- {{{second}, weight_source: a, processors: 0xf, out_offset: 0x0}}\n"
        ));
        messages(&text, &Facts::default())
    }

    #[test]
    fn the_source_must_have_the_weights_that_the_layer_needs() {
        let conv = "op: Conv2d, out_channels: 4";
        assert!(borrowing(conv, conv).is_empty());
        assert_eq!(
            borrowing("op: none", conv),
            ["AX155 layer 0 (`a`) has no weights"]
        );
        let small = "op: Conv2d, kernel_size: 1x1, pad: 0, out_channels: 4";
        assert_eq!(
            borrowing(small, conv),
            ["AX155 layer 0 (`a`) has 1x1 kernels, this layer needs 3x3"]
        );
        // A passthrough has no weights to borrow.
        assert!(borrowing("op: none", "op: none").is_empty());
    }
}
