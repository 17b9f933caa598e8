//! AX863.

use crate::analysis::DifferenceKind;
use crate::diagnostic::{Code, Severity};
use crate::facts::model::ModelPool;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule};

use super::sides;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(863),
    name: "model-pooling",
    severity: Severity::Warning,
    summary: "a layer pools its input in another way than the model",
    explanation: "\
The accelerator pools what a layer reads, as the fused classes of the model do (`FusedMaxPool…`). Pooling \
on another layer, with another window, another stride or of the other kind gives other values, even \
where all shapes come out equal.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    activate: relu
    avg_pool: 2
    #         ^ AX863
    pool_stride: 2
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
    activate: relu
    max_pool: 2
    pool_stride: 2
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: Some(example_model!(
            r"
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 4, 3, padding=1, bias=bias, **kwargs)
        self.conv2 = ai8x.FusedMaxPoolConv2dReLU(4, 4, 3, padding=1, bias=bias, **kwargs)
",
            r"
        x = self.conv1(x)
        return self.conv2(x)
"
        )),
        shapes: None,
    }],
    source: "models of the vendor's training project",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let is_pooling = |kind: &DifferenceKind| matches!(kind, DifferenceKind::Pooling(..));
    for (difference, model) in sides::differences(cx, is_pooling) {
        let (Some(index), Some(module), DifferenceKind::Pooling(own, theirs)) = (
            difference.layer,
            sides::module(difference, model),
            &difference.kind,
        ) else {
            continue;
        };
        let layer = &cx.network.layers[index];
        let span = [&layer.max_pool, &layer.avg_pool]
            .iter()
            .find_map(|pool| pool.span())
            .unwrap_or(layer.head);
        let finding = out.new_finding(
            span,
            index,
            format!(
                "the input of {} has {}, but that of `{}` in the model has {}",
                cx.network.label(index),
                in_words(*own),
                module.path,
                in_words(*theirs)
            ),
        );
        out.push(sides::with_places(finding, difference, model));
    }
}

fn in_words(pool: Option<ModelPool>) -> String {
    match pool {
        Some(pool) => sides::window((pool.average, pool.size, pool.stride)),
        None => "no pooling".to_owned(),
    }
}
