//! AX880.

use crate::diagnostic::{Code, Severity};
use crate::pytorch::{Layer, Operator};
use crate::rules::Example;
use crate::rules::words::count;
use crate::text::Span;

use super::{ModelContext, ModelFindings, PythonRule, layer_name};

/// What the trainer hands to every layer by way of `**kwargs`.
const HANDED: [&str; 3] = ["weight_bits", "bias_bits", "quantize_activation"];

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(880),
    name: "kwargs-not-forwarded",
    severity: Severity::Hint,
    summary: "a layer does not get the keywords of the trainer",
    explanation: "\
The trainer tells a model by `weight_bits`, `bias_bits` and `quantize_activation` to compute as the \
chip does: for the evaluation of a quantised checkpoint with `--8-bit-mode`. They reach a layer only \
if each constructor on the way hands `**kwargs` on. A layer that does not get them computes with \
fractions, and the evaluation says less about the chip. Training and the network on the chip are \
the same.",
    examples: &[Example {
        bad: example_model_file!(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 16, 3, padding=1, bias=bias)
        #            ^^^^^^^^^^^^^^^^^^^^ AX880
        self.conv2 = ai8x.Conv2d(16, 8, 3, padding=1, bias=bias, **kwargs)

    def forward(self, x):
        return self.conv2(self.conv1(x))
"
        ),
        good: example_model_file!(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 16, 3, padding=1, bias=bias, **kwargs)
        self.conv2 = ai8x.Conv2d(16, 8, 3, padding=1, bias=bias, **kwargs)

    def forward(self, x):
        return self.conv2(self.conv1(x))
"
        ),
        shapes: None,
        model: None,
    }],
    source: "train.py, create_model; ai8x.py, QuantizationAwareModule",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    let mut places: Vec<(Span, Vec<&Layer>)> = Vec::new();
    for layer in &cx.model.layers {
        let takes = layer.operator.has_weights() && layer.operator != Operator::SoftwareLinear;
        let gets = layer
            .arguments
            .iter()
            .any(|argument| HANDED.contains(&argument.name.as_str()));
        if takes && !gets {
            let span = cx.layer_place(layer, None);
            match places.iter_mut().find(|(known, _)| *known == span) {
                Some((_, layers)) => layers.push(layer),
                None => places.push((span, vec![layer])),
            }
        }
    }
    for (span, layers) in places {
        let Some(first) = layers.first() else {
            continue;
        };
        let name = layer_name(first);
        let message = match layers.len() {
            1 => {
                format!("{name} does not get `**kwargs`, so an 8-bit evaluation does not reach it")
            }
            all => format!(
                "{name} and {} made here do not get `**kwargs`, so an 8-bit evaluation does not \
                 reach them",
                count(all as i64 - 1, "other layer")
            ),
        };
        out.report(span, message);
    }
}
