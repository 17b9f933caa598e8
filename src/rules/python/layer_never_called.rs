//! AX882.

use std::collections::HashSet;

use crate::diagnostic::{Code, Severity};
use crate::rules::Example;

use super::{ModelContext, ModelFindings, PythonRule, layer_name};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(882),
    name: "layer-never-called",
    severity: Severity::Warning,
    summary: "the model holds a layer that `forward` never calls",
    explanation: "\
The checkpoint has the weights of every layer that the model holds, in the order in which the \
constructor makes them, whether `forward` calls them or not. The vendor's tool hands the weights out \
to the layers of the network file in that order, so those of a layer that is never called go to \
another one, and all that follow are wrong. Do not make the layer, or give the network file \
`weight_source` and the like with care.",
    examples: &[Example {
        bad: example_model_file!(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, **kwargs)
        self.conv2 = ai8x.FusedConv2dReLU(8, 8, 3, padding=1, **kwargs)
        #            ^^^^^^^^^^^^^^^^^^^^ AX882
        self.conv3 = ai8x.Conv2d(8, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        return self.conv3(self.conv1(x))
"
        ),
        good: example_model_file!(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, **kwargs)
        self.conv3 = ai8x.Conv2d(8, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        return self.conv3(self.conv1(x))
"
        ),
        shapes: None,
        model: None,
    }],
    source: "torch.nn.Module.state_dict",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    if !cx.is_wholly_followed() {
        return;
    }
    let called: HashSet<usize> = cx.model.calls.iter().map(|call| call.layer).collect();
    for (index, layer) in cx.model.layers.iter().enumerate() {
        let is_held = layer.operator.has_weights() && !layer.path.is_empty();
        if is_held && !called.contains(&index) {
            out.report(
                cx.layer_place(layer, None),
                format!(
                    "{} is never called, but its weights are in the checkpoint",
                    layer_name(layer)
                ),
            );
        }
    }
}
