//! AX878.

use crate::device::DeviceId;
use crate::diagnostic::{Finding, Severity};
use crate::rules::Example;
use crate::text::Span;

use super::{OTHER_CHIP, PythonRule};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: OTHER_CHIP,
    name: "other-chip",
    severity: Severity::Information,
    summary: "the model can only be built for the one chip",
    explanation: "\
The model is fine for its chip, but cannot be built for the other one: depthwise convolutions need \
the MAX78002, a padded one-dimensional convolution of more than 64 channels the MAX78000. The \
finding is at the model's name and says the first reason.

The rule is off unless it is selected: most models are for one chip.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78002
import torch.nn as nn

import ai8x


class Net(nn.Module):
    def __init__(self, num_classes=10, num_channels=3, dimensions=(32, 32), bias=True, **kwargs):
        super().__init__()
        self.conv1 = ai8x.FusedDepthwiseConv2dReLU(num_channels, num_channels, 3, padding=1,
                                                   **kwargs)

    def forward(self, x):
        return self.conv1(x)


def demo(pretrained=False, **kwargs):
    return Net(**kwargs)


models = [{'name': 'demo', 'min_input': 1, 'dim': 2}]
#                  ^^^^^^ AX878
",
        good: "\
# ai8x-lint: device=MAX78002
import torch.nn as nn

import ai8x


class Net(nn.Module):
    def __init__(self, num_classes=10, num_channels=3, dimensions=(32, 32), bias=True, **kwargs):
        super().__init__()
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, num_channels, 3, padding=1, **kwargs)

    def forward(self, x):
        return self.conv1(x)


def demo(pretrained=False, **kwargs):
    return Net(**kwargs)


models = [{'name': 'demo', 'min_input': 1, 'dim': 2}]
",
        shapes: None,
        model: None,
    }],
    source: "ai8x.py, the constructors of Conv2d and Conv1d",
    check: None,
};

/// What the findings of the other chip say of a model that has no error on its own.
pub(super) fn compare(
    name: Span,
    own: &[Finding],
    elsewhere: &[Finding],
    other: DeviceId,
) -> Option<Finding> {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    if own.iter().any(|finding| is_error(&finding)) {
        return None;
    }
    let first = elsewhere.iter().find(is_error)?;
    let message = format!("this model cannot be built for the {}", other.name());
    let finding = RULE.finding(name, message);
    Some(finding.related(first.span, None, first.message.clone()))
}
