//! AX875.

use crate::diagnostic::{Code, Severity};
use crate::pytorch::ProblemKind;
use crate::rules::Example;

use super::{ModelContext, ModelFindings, PythonRule};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(875),
    name: "shape-mismatch",
    severity: Severity::Error,
    summary: "a tensor does not have the shape that the model needs there",
    explanation: "\
PyTorch would stop there: a layer is made for other channels or features than it gets, two \
operands differ, or a tensor cannot be reshaped so. The shapes follow from the data set with which \
a training script trains the model, else from the defaults in the signature; then the finding is a \
warning, because another input may fit.",
    examples: &[Example {
        bad: example_model_file!(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 16, 3, padding=1, **kwargs)
        self.conv2 = ai8x.Conv2d(32, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        return self.conv2(self.conv1(x))
        #      ^^^^^^^^^^ AX875
"
        ),
        good: example_model_file!(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 32, 3, padding=1, **kwargs)
        self.conv2 = ai8x.Conv2d(32, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        return self.conv2(self.conv1(x))
"
        ),
        shapes: None,
        model: None,
    }],
    source: "torch.nn.functional",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    let of_shape = [ProblemKind::Shape, ProblemKind::Rank];
    for problem in of_shape.into_iter().flat_map(|kind| cx.problems(kind)) {
        let message = format!("{}{}", problem.message, cx.with_input());
        cx.report(out, problem, message).severity = cx.severity();
    }
}
