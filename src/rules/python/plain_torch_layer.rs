//! AX871.

use crate::diagnostic::{Code, Severity};
use crate::pytorch::ProblemKind;
use crate::rules::Example;

use super::{ModelContext, ModelFindings, PythonRule};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(871),
    name: "plain-torch-layer",
    severity: Severity::Warning,
    summary: "a layer of PyTorch's own stands where one of `ai8x` is needed",
    explanation: "\
Layers of `torch.nn` train well, but nothing quantises them: quantisation-aware training passes \
them over, the checkpoint that is quantised for the chip misses their weights or has them as \
fractions, and the network file has no layer for them. The classes of `ai8x` do the same, within \
what the accelerator can do: `ai8x.Conv2d` and its kin with pooling, batch normalization and \
activation fused in, as in `ai8x.FusedMaxPoolConv2dBNReLU`.

Max pooling, dropout and containers of `torch.nn` are fine. Average pooling rounds differently on \
the accelerator, so `ai8x.AvgPool2d` should do it.",
    examples: &[Example {
        bad: example_model_file!(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 16, 3, padding=1, **kwargs)
        self.conv2 = nn.Conv2d(16, 8, 3, padding=1)
        #            ^^^ AX871

    def forward(self, x):
        return self.conv2(self.conv1(x))
"
        ),
        good: example_model_file!(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 16, 3, padding=1, **kwargs)
        self.conv2 = ai8x.Conv2d(16, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        return self.conv2(self.conv1(x))
"
        ),
        shapes: None,
        model: None,
    }],
    source: "ai8x-training README, \"Custom nn.Modules\" and \"Adapting Pre-existing Models\"",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    for problem in cx.problems(ProblemKind::Foreign) {
        let span = cx.problem_place(problem);
        let class = class_of(&problem.message);
        let finding = out.report(
            span,
            format!("`nn.{class}` is not quantised and does not run on the accelerator"),
        );
        if let Some(better) = counterpart(class) {
            finding.notes.push(format!("{better} does the same"));
        }
    }
    for layer in &cx.model.layers {
        if layer.class.starts_with("nn.AvgPool") {
            let own = layer.class.trim_start_matches("nn.");
            out.report(
                cx.layer_place(layer, None),
                format!(
                    "`{}` rounds differently than the accelerator; `ai8x.{own}` does as it does",
                    layer.class
                ),
            );
        }
    }
}

/// The class that the reader's message names: `nn.Conv2d` in backticks.
fn class_of(message: &str) -> &str {
    let name = message.split('`').nth(1).unwrap_or(message);
    name.trim_start_matches("nn.")
}

/// What to take instead.
fn counterpart(class: &str) -> Option<String> {
    match class {
        "Conv1d" | "Conv2d" | "ConvTranspose2d" | "Linear" => Some(format!("`ai8x.{class}`")),
        "BatchNorm1d" | "BatchNorm2d" => {
            let side = class.trim_start_matches("BatchNorm");
            Some(format!("the layer before it as `ai8x.FusedConv{side}BN`"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_take_instead_is_said_where_there_is_something() {
        let class = class_of("`nn.BatchNorm2d` does not run on the accelerator");
        assert_eq!(
            counterpart(class).as_deref(),
            Some("the layer before it as `ai8x.FusedConv2dBN`")
        );
        assert_eq!(counterpart("LSTM"), None);
    }
}
