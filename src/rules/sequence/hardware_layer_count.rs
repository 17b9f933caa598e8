//! AX118.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(118),
    name: "hardware-layer-count",
    severity: Severity::Error,
    summary: "the network needs more hardware layers than the chip has",
    explanation: "\
On the MAX78002 average pooling directly behind an element-wise operation needs a small extra \
layer, which the vendor's tool adds on its own. These layers count, and `--repeat-layers` \
multiplies them all. The chip has registers for 128 layers. Put another layer between the two, \
use max pooling, or merge layers.",
    examples: &[Example {
        bad: network!(
            r#"
  # ai8x-lint: device=MAX78002
  # ai8x-lint: flags="--repeat-layers 60"
  - name: stem
    op: Conv2d
    eltwise: add
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
  # <- AX118
    avg_pool: 2
    pool_stride: 2
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"#
        ),
        good: network!(
            r#"
  # ai8x-lint: device=MAX78002
  # ai8x-lint: flags="--repeat-layers 60"
  - name: stem
    op: Conv2d
    eltwise: add
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    max_pool: 2
    pool_stride: 2
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"#
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:416",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if !cx.device.avg_pool_after_eltwise_costs_layer {
        return;
    }
    let (graph, parameters) = (&cx.analysis.graph, &cx.analysis.parameters);
    let Some(last) = graph.final_layer else {
        return;
    };
    let extra: Vec<usize> = graph
        .order
        .iter()
        .copied()
        .filter(|&layer| {
            layer > 0
                && parameters[layer].average
                && graph.previous[layer]
                    .is_some_and(|previous| parameters[previous].operands.unwrap_or(1) > 1)
        })
        .collect();
    let repeat = cx.analysis.flags.repeat_layers.unwrap_or(1).max(1);
    let own = last + 1;
    let most = cx.device.max_layers;
    let needed = repeat.saturating_mul(own + extra.len());
    // More layers in the file than that are AX101.
    if needed <= most || own > most {
        return;
    }
    let mut message = format!(
        "the network needs {needed} hardware layers, but the {} has {most}: {own} of the file",
        cx.device.name
    );
    if !extra.is_empty() {
        message += &format!(" and {} extra", extra.len());
    }
    if repeat > 1 {
        message += &format!(", repeated {repeat} times");
    }
    let layer = &cx.network.layers[last];
    let mut finding = out.new_finding(layer.head, last, message);
    for index in extra {
        let other = &cx.network.layers[index];
        finding = finding.related(
            other.avg_pool.span().unwrap_or(other.head),
            index,
            "average pooling behind an element-wise layer takes an extra layer",
        );
    }
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::device::DeviceId;
    use crate::rules::sequence::tests::{codes, network};

    /// A network of so many layers, one of which costs two.
    fn is_reported(layers: usize, pool: &str) -> bool {
        let mut text = String::new();
        for layer in 0..layers {
            let offset = (layer + 1) % 2 * 0x1000;
            let keys = match layer {
                0 => "eltwise: add, in_dim: [8, 8], in_channels: 4",
                1 => pool,
                _ => "pad: 1",
            };
            text += &format!(
                "- {{op: Conv2d, {keys}, out_channels: 4, processors: 0xf, out_offset: {offset}}}\n"
            );
        }
        codes(&network(&text), Some(DeviceId::Max78002)).contains(&118)
    }

    #[test]
    fn the_extra_layer_counts() {
        assert!(!is_reported(127, "avg_pool: 2, pool_stride: 1"));
        assert!(is_reported(128, "avg_pool: 2, pool_stride: 1"));
        assert!(!is_reported(128, "max_pool: 2, pool_stride: 1"));
        // One layer too many by itself is AX101.
        assert!(!is_reported(129, "avg_pool: 2, pool_stride: 1"));
    }
}
