//! AX606.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// Output channels that `calcx4` computes at once.
const AT_ONCE: i64 = 4;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(606),
    name: "calcx4-output-channels",
    severity: Severity::Error,
    summary: "`calcx4` needs a number of output channels that 4 divides",
    explanation: "\
With `calcx4` the hardware computes four output channels at once, and their weights are stored in that \
order. A number of output channels that is no multiple of 4 cannot be stored so: the vendor's tool \
stops. Layers that flatten are stored in another order and may have any number.",
    examples: &[Example {
        bad: example_network!(
            "MAX78002",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 10
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    calcx4: true
    #       ^^^^ AX606
    activate: relu
"
        ),
        good: example_network!(
            "MAX78002",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [8, 8]
    out_channels: 12
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
    source: "kernels.py:169",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let calcx4 = cx.analysis.flags.calcx4 || parameters.calcx4 == Ok(true);
        let (Ok(Some(kernels)), Ok(channels)) = (
            cx.analysis.kernels.layers[index],
            cx.analysis.shapes[index].out_channels,
        ) else {
            continue;
        };
        let stores = kernels.shared.is_none() && parameters.flatten == Ok(false);
        if !calcx4 || !stores || channels % AT_ONCE == 0 {
            continue;
        }
        let mut finding = out.new_finding(
            layer.calcx4.span().unwrap_or(layer.head),
            index,
            format!(
                "`calcx4` computes {AT_ONCE} output channels at once, but the layer has {channels}"
            ),
        );
        if !cx.analysis.flags.calcx4
            && let Some(key) = layer.calcx4.key()
            && let Some(edits) = edits::delete_entry(cx, key)
        {
            finding = finding.fix(Applicability::Unsafe, "Remove `calcx4`", edits);
        }
        out.push(finding);
    }
}
