//! AX877.

use crate::device::{MAX_DILATED_KERNEL, MAX_PAD, STRETCHED_KERNEL_LIMIT};
use crate::diagnostic::{Code, Severity};
use crate::pytorch::{Fact, Layer, Literal, Operator, Place, PoolKind};
use crate::rules::Example;

use super::{ModelContext, ModelFindings, PythonRule, layer_name};

/// The rule.
pub(super) static RULE: PythonRule = PythonRule {
    code: Code(877),
    name: "layer-setting",
    severity: Severity::Error,
    summary: "a layer asks for what the accelerator cannot do",
    explanation: "\
The accelerator does two-dimensional convolutions with kernels of 1x1 and 3x3, one-dimensional ones \
of 1 to 9, with a padding of 0 to 2 and a stride of 1; transposed convolutions have a stride of 2. \
Only the MAX78002 does depthwise convolutions and dilated pooling, only the MAX78000 pads a \
one-dimensional convolution of more than 64 channels. Pooling windows and strides go up to 16, the \
stride being the same in both directions. A layer of `wide` outputs has no activation, one with \
batch normalization needs a bias, and weights have 1, 2, 4 or 8 bits.

Most of this stops the training with an assertion in `ai8x.py` that does not say which layer; a \
stride of 2 or 3 trains, but no network file can describe it.",
    examples: &[
        Example {
            bad: example_model_file!(
                "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 16, 5, padding=2, **kwargs)
        #                                                   ^ AX877
        self.conv2 = ai8x.Conv2d(16, 8, 3, stride=2, padding=1, **kwargs)
        #                                         ^ AX877

    def forward(self, x):
        return self.conv2(self.conv1(x))
"
            ),
            good: example_model_file!(
                "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 16, 3, padding=1, **kwargs)
        self.conv2 = ai8x.FusedMaxPoolConv2d(16, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        return self.conv2(self.conv1(x))
"
            ),
            shapes: None,
            model: None,
        },
        Example {
            bad: example_model_file!(
                "
        self.conv1 = ai8x.FusedDepthwiseConv2dReLU(num_channels, num_channels, 3, padding=1,
        #            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ AX877 warning
                                                   **kwargs)

    def forward(self, x):
        return self.conv1(x)
"
            ),
            good: example_model_file!(
                "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, num_channels, 3, padding=1,
                                          **kwargs)

    def forward(self, x):
        return self.conv1(x)
"
            ),
            shapes: None,
            model: None,
        },
    ],
    source: "ai8x.py, the constructors of Conv2d and Conv1d",
    check: Some(check),
};

fn check(cx: &ModelContext, out: &mut ModelFindings) {
    for layer in &cx.model.layers {
        // The vendor's classes are meant; a pooling of PyTorch's own follows the same limits.
        let mut judge = Judge { cx, layer, out };
        match layer.operator {
            Operator::Conv2d | Operator::ConvTranspose2d => judge.convolution_2d(),
            Operator::Conv1d => judge.convolution_1d(),
            _ => {}
        }
        judge.groups();
        judge.pooling();
        judge.channels();
        judge.output();
        judge.bits();
    }
}

struct Judge<'a, 'b> {
    cx: &'a ModelContext<'b>,
    layer: &'a Layer,
    out: &'a mut ModelFindings,
}

impl Judge<'_, '_> {
    fn report(&mut self, place: Option<Place>, message: &str) {
        let message = format!("{}: {message}", layer_name(self.layer));
        self.out
            .report(self.cx.layer_place(self.layer, place), message);
    }

    /// Reports a fact that is known and not fine.
    fn expect<T>(
        &mut self,
        fact: &Fact<T>,
        is_fine: impl Fn(&T) -> bool,
        message: impl Fn(&T) -> String,
    ) {
        if let Some(value) = &fact.value
            && !is_fine(value)
        {
            self.report(fact.place, &message(value));
        }
    }

    fn convolution_2d(&mut self) {
        let layer = self.layer;
        self.expect(
            &layer.kernel,
            |sides| matches!(sides.as_slice(), [1, 1] | [3, 3]),
            |sides| format!("a kernel of {}; it can be 1x1 or 3x3", kernel_words(sides)),
        );
        let (step, kind) = match layer.operator {
            Operator::ConvTranspose2d => (2, "transposed convolutions"),
            _ => (1, "convolutions"),
        };
        self.expect(
            &layer.stride,
            |steps| steps.iter().all(|own| *own == step),
            |steps| format!("a stride of {}; that of {kind} is {step}", words(steps)),
        );
        self.expect(
            &layer.dilation,
            |sides| sides.iter().all(|side| *side == 1),
            |sides| {
                format!(
                    "a dilation of {}; that of two-dimensional kernels is 1",
                    words(sides)
                )
            },
        );
        self.padding();
    }

    fn convolution_1d(&mut self) {
        let layer = self.layer;
        let most = STRETCHED_KERNEL_LIMIT;
        self.expect(
            &layer.kernel,
            |sides| sides.iter().all(|side| (1..=most).contains(side)),
            |sides| format!("a kernel of {}; it can be 1 to {most}", words(sides)),
        );
        self.expect(
            &layer.stride,
            |steps| steps.iter().all(|step| *step == 1),
            |steps| format!("a stride of {}; that of convolutions is 1", words(steps)),
        );
        self.padding();
        let first =
            |fact: &Fact<Vec<i64>>| fact.value.as_ref().and_then(|list| list.first().copied());
        if let (Some(kernel), Some(dilation), Some(padding)) = (
            first(&layer.kernel),
            first(&layer.dilation),
            first(&layer.padding),
        ) {
            let extent = kernel.saturating_sub(1).saturating_mul(dilation);
            let is_sparse = padding == 0 && kernel <= MAX_DILATED_KERNEL;
            if kernel <= most && extent >= most && !is_sparse {
                self.report(
                    layer.dilation.place,
                    &format!(
                        "a kernel of {kernel} with a dilation of {dilation} spans {}; it can span \
                         {most}, or have at most {MAX_DILATED_KERNEL} taps and no padding",
                        extent.saturating_add(1)
                    ),
                );
            }
            let channels = layer.in_channels.value.unwrap_or(0);
            let once = i64::from(crate::device::PROCESSORS);
            if padding > 0 && channels > once && !self.cx.device.conv1d_pad_multipass {
                self.report(
                    layer.padding.place,
                    &format!(
                        "a padding of {padding} with {channels} input channels; the {} pads a \
                         Conv1d of up to {once}",
                        self.cx.device.name
                    ),
                );
            }
        }
    }

    fn padding(&mut self) {
        self.expect(
            &self.layer.padding,
            |sides| sides.iter().all(|side| (0..=MAX_PAD).contains(side)),
            |sides| format!("a padding of {}; it can be 0 to {MAX_PAD}", words(sides)),
        );
    }

    fn groups(&mut self) {
        let layer = self.layer;
        let Some(groups) = layer.groups.value.filter(|groups| *groups != 1) else {
            return;
        };
        let device = self.cx.device;
        // The name of a depthwise class says it, no argument.
        let place = layer
            .groups
            .place
            .filter(|_| !layer.class.contains("Depthwise"));
        if !device.depthwise {
            let message = format!("{groups} groups; the {} has none", device.name);
            return self.report(place, &message);
        }
        for channels in [layer.in_channels.value, layer.out_channels.value] {
            if channels.is_some_and(|channels| channels != groups) {
                let message = format!(
                    "{groups} groups; there are as many as input and output channels, or 1"
                );
                return self.report(place, &message);
            }
        }
    }

    fn pooling(&mut self) {
        let Some(pool) = &self.layer.pool else {
            return;
        };
        let most = crate::device::POOL_COUNTER_LIMIT;
        self.expect(
            &pool.size,
            |sides| sides.iter().all(|side| (1..=most).contains(side)),
            |sides| format!("a pooling window of {}; it goes up to {most}", words(sides)),
        );
        self.expect(
            &pool.stride,
            |steps| steps.iter().all(|step| (1..=most).contains(step)),
            |steps| format!("a pooling stride of {}; it goes up to {most}", words(steps)),
        );
        self.expect(
            &pool.stride,
            |steps| steps.windows(2).all(|pair| pair[0] == pair[1]),
            |steps| {
                format!(
                    "a pooling stride of {}; it is the same in both directions",
                    words(steps)
                )
            },
        );
        let device = self.cx.device;
        let largest = match pool.kind {
            PoolKind::Max => device.max_pool_dilation,
            PoolKind::Average => 1,
        };
        self.expect(
            &pool.dilation,
            |sides| sides.iter().all(|side| (1..=largest).contains(side)),
            |sides| {
                format!(
                    "a pooling dilation of {}; it goes up to {largest} on the {}",
                    words(sides),
                    device.name
                )
            },
        );
    }

    fn channels(&mut self) {
        // Fully connected layers have limits of their own.
        if !matches!(
            self.layer.operator,
            Operator::Conv1d | Operator::Conv2d | Operator::ConvTranspose2d
        ) {
            return;
        }
        let device = self.cx.device;
        // The documentation promises more of the MAX78002 than the vendor's tool takes.
        let most = device.max_channels.max(device.documented_max_channels);
        for (fact, what) in [
            (&self.layer.in_channels, "input"),
            (&self.layer.out_channels, "output"),
        ] {
            self.expect(
                fact,
                |count| (1..=most).contains(count),
                |count| {
                    format!(
                        "{count} {what} channels; the {} has up to {}",
                        device.name, most
                    )
                },
            );
        }
    }

    fn output(&mut self) {
        let layer = self.layer;
        let has_activation = matches!(&layer.activation.value, Some(Some(_)));
        if layer.wide.value == Some(true) && has_activation {
            self.report(
                layer.wide.place,
                "an activation and wide outputs; only one of both is possible",
            );
        }
        let is_normalized = matches!(&layer.batch_norm.value, Some(Some(_)));
        if is_normalized && layer.bias.value == Some(false) {
            self.report(
                layer.bias.place,
                "batch normalization without a bias; it becomes part of the bias, which must be \
                 there",
            );
        }
    }

    fn bits(&mut self) {
        for argument in &self.layer.arguments {
            let name = argument.name.as_str();
            if !["weight_bits", "bias_bits"].contains(&name) {
                continue;
            }
            if let Some(Literal::Int(bits)) = argument.value
                && ![1, 2, 4, 8].contains(&bits)
            {
                self.report(
                    Some(argument.place),
                    &format!("`{name}` of {bits}; it can be 1, 2, 4 or 8"),
                );
            }
        }
    }
}

/// Sides as `3` where all are the same, else as `3x1`.
fn words(sides: &[i64]) -> String {
    match sides {
        [first, rest @ ..] if rest.iter().all(|side| side == first) => first.to_string(),
        _ => kernel_words(sides),
    }
}

/// A kernel as `3x3`, or as `9` in one dimension.
fn kernel_words(sides: &[i64]) -> String {
    let sides: Vec<String> = sides.iter().map(i64::to_string).collect();
    sides.join("x")
}
