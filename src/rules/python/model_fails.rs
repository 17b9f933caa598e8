//! AX874.

use crate::diagnostic::{Code, Severity};
use crate::pytorch::ProblemKind;
use crate::rules::Example;

use super::{ModelContext, ModelFindings, PythonRule};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(874),
    name: "model-fails",
    severity: Severity::Error,
    summary: "the model cannot be built or run",
    explanation: "\
Python would stop there when the trainer builds the model or calls its `forward`: an assertion \
fails, an argument is missing or too many, or the list `models` names something that the file does \
not define. The trainer passes `pretrained`, `num_classes`, `num_channels`, `dimensions`, `bias`, \
`weight_bits`, `bias_bits` and `quantize_activation`; a constructor has to take them all, those that \
it does not use by `**kwargs`.

The input is that of the data set with which a training script trains the model, else that of the \
defaults in the signature. Where the failure may depend on it, the finding is a warning.",
    examples: &[Example {
        bad: example_model_file!(
            "
        assert num_channels == 1
        #<- AX874
        self.conv1 = ai8x.Conv2d(num_channels, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        return self.conv1(x)
"
        ),
        good: example_model_file!(
            "
        assert num_channels == 3
        self.conv1 = ai8x.Conv2d(num_channels, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        return self.conv1(x)
"
        ),
        shapes: None,
        model: None,
    }],
    source: "train.py, create_model",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    for kind in [ProblemKind::Failure, ProblemKind::Missing] {
        for problem in cx.problems(kind) {
            let message = format!(
                "`{}` fails: {}{}",
                cx.name,
                problem.message,
                cx.with_input()
            );
            cx.report(out, problem, message).severity = cx.severity();
        }
    }
}
