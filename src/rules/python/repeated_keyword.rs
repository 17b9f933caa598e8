//! AX873.

use crate::diagnostic::{Code, Severity};
use crate::pytorch::ProblemKind;
use crate::rules::Example;

use super::{ModelContext, ModelFindings, PythonRule};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(873),
    name: "repeated-keyword",
    severity: Severity::Error,
    summary: "a call gives a keyword that the trainer passes, too",
    explanation: "\
The trainer makes a model with `pretrained`, `num_classes`, `num_channels`, `dimensions`, `bias`, \
`weight_bits`, `bias_bits` and `quantize_activation`. A function that gives one of them itself and \
hands `**kwargs` on as well gives it twice, and Python refuses the call. Set a default in the \
signature of the class, or take the keyword out of `kwargs` first.",
    examples: &[Example {
        bad: "\
import torch.nn as nn

import ai8x


class Net(nn.Module):
    def __init__(self, num_classes=10, num_channels=3, dimensions=(32, 32), bias=True, **kwargs):
        super().__init__()
        self.conv1 = ai8x.Conv2d(num_channels, 8, 3, padding=1, bias=bias, **kwargs)

    def forward(self, x):
        return self.conv1(x)


def ai85demo(pretrained=False, **kwargs):
    return Net(dimensions=(64, 64), **kwargs)
    #                                 ^^^^^^ AX873


models = [{'name': 'ai85demo', 'min_input': 1, 'dim': 2}]
",
        good: "\
import torch.nn as nn

import ai8x


class Net(nn.Module):
    def __init__(self, num_classes=10, num_channels=3, dimensions=(64, 64), bias=True, **kwargs):
        super().__init__()
        self.conv1 = ai8x.Conv2d(num_channels, 8, 3, padding=1, bias=bias, **kwargs)

    def forward(self, x):
        return self.conv1(x)


def ai85demo(pretrained=False, **kwargs):
    return Net(**kwargs)


models = [{'name': 'ai85demo', 'min_input': 1, 'dim': 2}]
",
        shapes: None,
        model: None,
    }],
    source: "train.py, create_model",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    for problem in cx.problems(ProblemKind::Keyword) {
        cx.report(out, problem, problem.message.clone());
    }
}
