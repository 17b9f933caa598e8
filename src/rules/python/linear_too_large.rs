//! AX879.

use crate::device::{MAX_FLATTEN_PIXELS, MAX_FLATTEN_VALUES};
use crate::diagnostic::{Code, Severity};
use crate::pytorch::{Call, Fact, Layer, Operator, SourceOf};
use crate::rules::Example;

use super::{ModelContext, ModelFindings, PythonRule, layer_name};

/// Features that a fully connected layer takes or makes.
const MAX_FEATURES: i64 = 1024;

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(879),
    name: "linear-too-large",
    severity: Severity::Error,
    summary: "a fully connected layer is too large, or the map that is flattened for it",
    explanation: "\
A fully connected layer of the accelerator takes up to 1024 features and makes up to 1024, and the \
map that becomes its features may have up to 256 pixels (16x16). Pool the map further before it is \
flattened, or let `ai8x.SoftwareLinear` do the layer on the microcontroller.",
    examples: &[Example {
        bad: example_model_file!(
            "
        self.conv1 = ai8x.FusedMaxPoolConv2dReLU(num_channels, 16, 3, padding=1, **kwargs)
        self.fc = ai8x.Linear(16*16*16, num_classes, **kwargs)
        #                     ^^^^^^^^ AX879

    def forward(self, x):
        x = self.conv1(x)
        return self.fc(x.view(x.size(0), -1))
"
        ),
        good: example_model_file!(
            "
        self.conv1 = ai8x.FusedMaxPoolConv2dReLU(num_channels, 16, 3, pool_size=4,
                                                 pool_stride=4, padding=1, **kwargs)
        self.fc = ai8x.Linear(16*8*8, num_classes, **kwargs)

    def forward(self, x):
        x = self.conv1(x)
        return self.fc(x.view(x.size(0), -1))
"
        ),
        shapes: None,
        model: None,
    }],
    source: "ai8x.py, the constructor of Linear; ai8x-training README, \"Fully Connected (Linear) Layers\"; izer.py:549",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    for (index, layer) in cx.model.layers.iter().enumerate() {
        if layer.operator != Operator::Linear {
            continue;
        }
        let mut is_too_large = false;
        for (fact, verb) in [
            (&layer.in_channels, "takes"),
            (&layer.out_channels, "makes"),
        ] {
            is_too_large |= features(cx, out, layer, fact, verb);
        }
        if is_too_large {
            continue;
        }
        let calls = cx.model.calls.iter();
        for call in calls.filter(|call| call.layer == index) {
            flattened(cx, out, layer, call);
        }
    }
}

/// Whether the features are too many.
fn features(
    cx: &ModelContext,
    out: &mut ModelFindings,
    layer: &Layer,
    fact: &Fact<i64>,
    verb: &str,
) -> bool {
    let Some(count) = fact.value.filter(|count| *count > MAX_FEATURES) else {
        return false;
    };
    out.report(
        cx.layer_place(layer, fact.place),
        format!(
            "{} {verb} {count} features; a fully connected layer {verb} up to {MAX_FEATURES}",
            layer_name(layer)
        ),
    );
    true
}

/// A map that is too large to be flattened.
fn flattened(cx: &ModelContext, out: &mut ModelFindings, layer: &Layer, call: &Call) {
    for source in call.inputs.iter().flat_map(|input| &input.sources) {
        let SourceOf::Call(maker) = source.of else {
            continue;
        };
        let shape = cx
            .model
            .calls
            .get(maker)
            .and_then(|maker| maker.shape.as_deref());
        let Some([_, channels, sides @ ..]) = shape else {
            continue;
        };
        let pixels = sides
            .iter()
            .fold(1, |all: i64, side| all.saturating_mul(*side));
        let values = channels.saturating_mul(pixels);
        // Other features come of something in between.
        if layer.in_channels.value != Some(values) {
            continue;
        }
        if pixels > MAX_FLATTEN_PIXELS || values > MAX_FLATTEN_VALUES {
            let sides: Vec<String> = sides.iter().map(i64::to_string).collect();
            out.report(
                cx.place(call.called.iter().copied()),
                format!(
                    "{} flattens a map of {} pixels ({}); {MAX_FLATTEN_PIXELS} are the most",
                    layer_name(layer),
                    pixels,
                    sides.join("x")
                ),
            );
        }
    }
}
