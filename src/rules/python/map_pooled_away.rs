//! AX876.

use crate::diagnostic::{Code, Severity};
use crate::pytorch::ProblemKind;
use crate::rules::Example;

use super::{ModelContext, ModelFindings, PythonRule};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(876),
    name: "map-pooled-away",
    severity: Severity::Error,
    summary: "pooling or a kernel is larger than what is left of the map",
    explanation: "\
Each pooling makes a map smaller, each kernel without padding takes its border off. Where the \
window is larger than the map, nothing is left, and PyTorch stops. Mostly there is one pooling too \
many for the input, or the window of the last one, before the fully connected layer, is that of \
another input. The shapes follow from the data set with which a training script trains the model, \
else from the defaults in the signature; then the finding is a warning.",
    examples: &[Example {
        bad: example_model_file!(
            "
        self.conv1 = ai8x.FusedMaxPoolConv2dReLU(num_channels, 16, 3, pool_size=4,
                                                 pool_stride=4, padding=1, **kwargs)
        self.pool = ai8x.AvgPool2d(16)

    def forward(self, x):
        return self.pool(self.conv1(x))
        #      ^^^^^^^^^ AX876
"
        ),
        good: example_model_file!(
            "
        self.conv1 = ai8x.FusedMaxPoolConv2dReLU(num_channels, 16, 3, pool_size=4,
                                                 pool_stride=4, padding=1, **kwargs)
        self.pool = ai8x.AvgPool2d(8)

    def forward(self, x):
        return self.pool(self.conv1(x))
"
        ),
        shapes: None,
        model: None,
    }],
    source: "torch.nn.functional",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    for problem in cx.problems(ProblemKind::Empty) {
        let message = format!("{}{}", problem.message, cx.with_input());
        cx.report(out, problem, message).severity = cx.severity();
    }
}
