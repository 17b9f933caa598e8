//! AX603.

use crate::analysis::BiasExhausted;
use crate::diagnostic::{Code, Severity};
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(603),
    name: "bias-memory-exhausted",
    severity: Severity::Error,
    summary: "the bias of a layer does not fit into bias memory",
    explanation: "\
Each quadrant of 16 processors has its own bias memory: 512 bytes on the MAX78000, 2048 on the \
MAX78002, one for each output channel. The bias of a layer lies in a single quadrant, except that of \
a depth-wise layer, of which each quadrant keeps its own processors' part. So on the MAX78000 a layer \
with bias can have at most 512 outputs.

The vendor's tool places layers with one allowed quadrant first, then the largest, each in the \
emptiest of the quadrants that the network uses, or that `bias_group` names. A bias that is all zero \
takes nothing. What helps: fewer layers with bias, masks that use more quadrants, fewer outputs.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0xffffffffffffffff
    in_channels: 64
    in_dim: [1, 1]
    out_channels: 300
    out_offset: 0x2000
    op: linear
    activate: relu
    bias_group: 0
  - processors: 0x0fffffffffffffff
    out_channels: 300
    out_offset: 0x0000
    op: linear
    bias_group: 0
    #           ^ AX603
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0xffffffffffffffff
    in_channels: 64
    in_dim: [1, 1]
    out_channels: 300
    out_offset: 0x2000
    op: linear
    activate: relu
    bias_group: 0
  - processors: 0x0fffffffffffffff
    out_channels: 300
    out_offset: 0x0000
    op: linear
    bias_group: 1
"
        ),
        model: None,
        shapes: Some(
            r#"{"input": [64, 1, 1], "weights": [
                {"in": 64, "out": 300, "kernel": [1], "bits": 8, "bias": true},
                {"in": 300, "out": 300, "kernel": [1], "bits": 8, "bias": true}]}"#,
        ),
    }],
    source: "kbias.py:96, kbias.py:205",
    fix: FixAvailability::Sometimes,
    covers: &[Code(654)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(exhausted) = &cx.analysis.bias.exhausted else {
        return;
    };
    let layer = &cx.network.layers[exhausted.layer];
    let capacity = cx.device.bias_bytes as i64;
    let bytes = count(exhausted.bytes, "byte");
    let bound = cx.analysis.parameters[exhausted.layer].groups != Ok(1);
    let message = if bound {
        format!(
            "its bias needs {bytes} in the quadrants of its own processors, which keep {capacity} \
             each and have no room for it"
        )
    } else if exhausted.bytes > capacity {
        format!("its bias needs {bytes}, but a quadrant keeps at most {capacity}")
    } else {
        format!(
            "its bias needs {bytes}, but the emptiest of its quadrants has only {} of {capacity} left",
            room(exhausted, capacity)
        )
    };
    let span = layer
        .bias_group
        .span()
        .or(layer.processors.span())
        .unwrap_or(layer.head);
    let mut finding = out.new_finding(span, exhausted.layer, message);
    if let Ok(used) = exhausted.used {
        let fill: Vec<String> = used.iter().map(i64::to_string).collect();
        finding = finding.note(format!(
            "before it, quadrants 0 to 3 hold {} bytes",
            words::list(&fill)
        ));
    }
    if !bound && exhausted.used.is_ok() {
        let names: Vec<String> = exhausted.quadrants.iter().map(u32::to_string).collect();
        let reason = if layer.bias_group.is_absent() {
            "the quadrants that the network uses"
        } else {
            "the quadrants of `bias_group`"
        };
        finding = finding.note(format!("it may lie in {reason}: {}", words::list(&names)));
    }
    if bound {
        finding = repair::with_other_processors(cx, finding, &[], &[exhausted.layer]);
    }
    out.push(finding);
}

/// Bytes left in the emptiest quadrant that the layer may use.
fn room(exhausted: &BiasExhausted, capacity: i64) -> i64 {
    let least = exhausted.used.ok().and_then(|used| {
        let of_layer = exhausted.quadrants.iter();
        of_layer
            .filter_map(|&quadrant| used.get(quadrant as usize).copied())
            .min()
    });
    capacity - least.unwrap_or(0)
}
