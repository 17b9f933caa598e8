//! AX883.

use std::collections::HashSet;

use crate::diagnostic::{Code, Severity};
use crate::rules::Example;

use super::{ModelContext, ModelFindings, PythonRule};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(883),
    name: "layer-not-registered",
    severity: Severity::Warning,
    summary: "`forward` calls a layer that the model does not hold",
    explanation: "\
PyTorch knows the layers that are attributes of a model, or members of an `nn.Sequential`, an \
`nn.ModuleList` or an `nn.ModuleDict` there. A layer in a plain list, or made anew in `forward`, is \
not among the parameters that are trained, and its weights are not in the checkpoint.",
    examples: &[Example {
        bad: example_model_file!(
            "
        self.stages = [ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, **kwargs),
        #              ^^^^^^^^^^^^^^^^^^^^ AX883
                       ai8x.Conv2d(8, 8, 3, padding=1, **kwargs)]
        #              ^^^^^^^^^^^ AX883

    def forward(self, x):
        for stage in self.stages:
            x = stage(x)
        return x
"
        ),
        good: example_model_file!(
            "
        self.stages = nn.ModuleList([
            ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, **kwargs),
            ai8x.Conv2d(8, 8, 3, padding=1, **kwargs)])

    def forward(self, x):
        for stage in self.stages:
            x = stage(x)
        return x
"
        ),
        shapes: None,
        model: None,
    }],
    source: "torch.nn.Module",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    if !cx.is_wholly_followed() {
        return;
    }
    let called: HashSet<usize> = cx.model.calls.iter().map(|call| call.layer).collect();
    for (index, layer) in cx.model.layers.iter().enumerate() {
        let is_loose = layer.operator.has_weights() && layer.path.is_empty();
        if is_loose && called.contains(&index) {
            out.report(
                cx.layer_place(layer, None),
                format!(
                    "the model does not hold this `{}`: its weights are neither trained nor in \
                     the checkpoint",
                    layer.class
                ),
            );
        }
    }
}
