//! AX881.

use crate::diagnostic::{Code, Finding, Severity};
use crate::pytorch::ProblemKind;
use crate::rules::Example;
use crate::text::Span;

use super::{ModelContext, ModelFindings, PythonRule};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(881),
    name: "model-not-followed",
    severity: Severity::Warning,
    summary: "the file or a model in it cannot be read to the end",
    explanation: "\
The file is no Python there, is far larger than any model, or a model needs more work to follow \
than models do: an endless loop, or layers without number. What is said of the model then is about \
the part that was read. Files are read up to 1 MiB, models are followed for 200,000 steps.",
    examples: &[Example {
        bad: example_model_file!(
            "
        self.conv1 = ai8x.Conv2d(num_channels, 8, 3, padding=1, **kwargs)
        count = 0
        while count >= 0:
            count += 1
        #            ^ AX881

    def forward(self, x):
        return self.conv1(x)
"
        ),
        good: example_model_file!(
            "
        self.conv1 = ai8x.Conv2d(num_channels, 8, 3, padding=1, **kwargs)
        count = 0
        while count < 5:
            count += 1

    def forward(self, x):
        return self.conv1(x)
"
        ),
        shapes: None,
        model: None,
    }],
    source: "the reader of models",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    for problem in cx.problems(ProblemKind::Budget) {
        let message = format!("`{}` is {}", cx.name, problem.message);
        cx.report(out, problem, message);
    }
}

/// A text that cannot be read.
pub(super) fn unreadable(span: Span, message: &str) -> Finding {
    RULE.finding(span, format!("this cannot be read: {message}"))
}
