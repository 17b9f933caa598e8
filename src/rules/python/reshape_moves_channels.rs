//! AX884.

use crate::diagnostic::{Code, Severity};
use crate::rules::Example;

use super::{ModelContext, ModelFindings, PythonRule};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(884),
    name: "reshape-moves-channels",
    severity: Severity::Warning,
    summary: "reshaping between two layers changes the channels",
    explanation: "\
Data memory holds a map channel by channel, and reshaping moves nothing: a network file can only \
say other dimensions for the same channels (`in_dim`), or flatten a map for a fully connected layer. \
A `view` or `reshape` that makes more or fewer channels, or a map of the features of a fully \
connected layer, takes values from elsewhere in PyTorch than the chip does.

Reshaping of the model's input, before the first layer, is no matter of this rule: whoever makes the \
input can do it.",
    examples: &[Example {
        bad: example_model_file!(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 16, 3, padding=1, **kwargs)
        self.conv2 = ai8x.Conv1d(32, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        x = self.conv1(x)
        x = x.view(x.size(0), 32, -1)
        #   ^^^^^^ AX884
        return self.conv2(x)
"
        ),
        good: example_model_file!(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 16, 3, padding=1, **kwargs)
        self.conv2 = ai8x.Conv1d(16, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        x = self.conv1(x)
        x = x.view(x.size(0), x.size(1), -1)
        return self.conv2(x)
"
        ),
        shapes: None,
        model: None,
    }],
    source: "ai8x-training README, \"view(), reshape() and Flatten\"",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    for operation in &cx.model.operations {
        let Some((before, after)) = &operation.reshape else {
            continue;
        };
        let made = if before.len() == 2 {
            "a map of features"
        } else {
            "other channels"
        };
        out.report(
            cx.place(operation.places.iter().copied()),
            format!(
                "`{}` makes {made}: {} becomes {}, and values do not move in memory",
                operation.name,
                words(before),
                words(after)
            ),
        );
    }
}

/// A shape without the batch: `16x32x32`.
fn words(shape: &[i64]) -> String {
    let sides: Vec<String> = shape.iter().skip(1).map(i64::to_string).collect();
    sides.join("x")
}
