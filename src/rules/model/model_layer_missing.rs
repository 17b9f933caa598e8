//! AX865.

use crate::analysis::DifferenceKind;
use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::sides;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(865),
    name: "model-layer-missing",
    severity: Severity::Warning,
    summary: "the file has no layer for one of the model's",
    explanation: "\
The vendor's tool hands the weights of the checkpoint to the layers of the file in the order in which the \
model constructs them. If a layer of the model is missing, or constructed but never used, all layers \
behind it get the weights of another one, and nothing says so where the sizes fit.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
  # <- AX865
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    kernel_size: 1x1
    pad: 0
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x0000
  - op: Conv2d
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: Some(example_model!(
            r"
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 4, 3, padding=1, bias=bias, **kwargs)
        self.conv2 = ai8x.FusedConv2dReLU(4, 4, 1, padding=0, bias=bias, **kwargs)
        self.conv3 = ai8x.Conv2d(4, 4, 3, padding=1, bias=bias, **kwargs)
",
            r"
        x = self.conv1(x)
        x = self.conv2(x)
        return self.conv3(x)
"
        )),
        shapes: None,
    }],
    source: "checkpoint.py: weights are handed out in the order of construction",
    fix: FixAvailability::None,
    covers: &[Code(864)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (difference, model) in sides::differences(cx, |kind| *kind == DifferenceKind::MissingLayer)
    {
        let (Some(missing), Some(alignment)) = (difference.module, &cx.analysis.alignment) else {
            continue;
        };
        // It belongs before the first layer whose module comes later.
        let behind = cx
            .executed()
            .find(|&(layer, _)| alignment.modules[layer].is_some_and(|module| module > missing));
        let place = behind.or_else(|| cx.executed().last());
        let Some((index, layer)) = place else {
            continue;
        };
        let module = &model.modules[missing];
        let side = if behind.is_some() { "before" } else { "behind" };
        let finding = out.new_finding(
            layer.head,
            index,
            format!(
                "the file has no layer for `{}` of the model (`{}`); it belongs {side} {}",
                module.path,
                module.class,
                cx.network.label(index)
            ),
        );
        out.push(sides::with_places(finding, difference, model));
    }
}
