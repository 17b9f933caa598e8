//! AX872.

use std::collections::HashSet;

use crate::diagnostic::{Code, Severity};
use crate::pytorch::ProblemKind;
use crate::rules::Example;

use super::{ModelContext, ModelFindings, PythonRule};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(872),
    name: "operation-off-accelerator",
    severity: Severity::Warning,
    summary: "an operation between two layers does not run on the accelerator",
    explanation: "\
The accelerator runs layers: what `forward` does to a tensor between two of them, other than \
reshaping, concatenating and taking parts, has no place in a network file. The network would \
compute something else than the model. An activation belongs into the class of the layer before \
(`ai8x.FusedConv2dReLU`), a sum of two tensors is an `ai8x.Add()` that is called.

What follows the last layer, such as a softmax, runs on the microcontroller and is no matter of \
this rule.",
    examples: &[Example {
        bad: example_model_file!(
            "
        self.conv1 = ai8x.Conv2d(num_channels, 16, 3, padding=1, **kwargs)
        self.conv2 = ai8x.Conv2d(16, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        #   ^^^^^^ AX872
        return F.log_softmax(self.conv2(x), dim=1)
"
        ),
        good: example_model_file!(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 16, 3, padding=1, **kwargs)
        self.conv2 = ai8x.Conv2d(16, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        return F.log_softmax(self.conv2(self.conv1(x)), dim=1)
"
        ),
        shapes: None,
        model: None,
    }],
    source: "ai8x-training README, \"List of Predefined Modules\"",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    let foreign: HashSet<&str> = cx
        .problems(ProblemKind::Foreign)
        .filter_map(|problem| problem.message.split('`').nth(1))
        .collect();
    for operation in &cx.model.operations {
        // A layer of PyTorch's own is AX871's matter.
        let is_foreign = foreign.contains(operation.name.as_str());
        if is_foreign || operation.reshape.is_some() {
            continue;
        }
        let span = cx.place(operation.places.iter().copied());
        match operation.name.as_str() {
            "arith" => {
                let finding = out.report(
                    span,
                    "this arithmetic between layers does not run on the accelerator",
                );
                finding.notes.push(
                    "a sum or difference of two tensors is an `ai8x.Add()` or `ai8x.Sub()` \
                           that is called with both"
                        .to_owned(),
                );
            }
            name => {
                let name = name
                    .rsplit_once("functional.")
                    .map_or(name, |(_, name)| name);
                let finding = out.report(
                    span,
                    format!("`{name}` between layers does not run on the accelerator"),
                );
                if name.trim_start_matches("nn.").eq_ignore_ascii_case("relu") {
                    finding.notes.push(
                        "the class of the layer before can do it: `ai8x.FusedConv2dReLU`"
                            .to_owned(),
                    );
                }
            }
        }
    }
}
