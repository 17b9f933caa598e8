//! What each layer is set to do: the keys with their defaults in force.

use crate::network::{DataFormat, Eltwise, Field, Layer, Network, Operation};

use super::fact::{Fact, optional, value_or};

/// The convolution of a layer; element-wise spellings of `op` are a passthrough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// 1-D convolution.
    Conv1d,
    /// 2-D convolution.
    Conv2d,
    /// Transposed 2-D convolution, stride 2.
    ConvTranspose2d,
    /// Fully connected.
    Linear,
    /// No convolution.
    Passthrough,
}

impl Operator {
    /// Whether the layer convolves, so that it has weights of its own or of its `weight_source`.
    pub const fn convolves(self) -> bool {
        !matches!(self, Self::Passthrough)
    }

    /// The name as PyTorch and the vendor's examples write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Conv1d => "Conv1d",
            Self::Conv2d => "Conv2d",
            Self::ConvTranspose2d => "ConvTranspose2d",
            Self::Linear => "Linear",
            Self::Passthrough => "passthrough",
        }
    }
}

/// The settings of one layer, defaults in force. Pairs are height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// The convolution.
    pub operator: Fact<Operator>,
    /// The element-wise operation, from `eltwise` or `op`.
    pub eltwise: Fact<Option<Eltwise>>,
    /// Number of operands of the element-wise operation; 1 without one.
    pub operands: Fact<i64>,
    /// Whether pooling comes before the element-wise operation.
    pub pool_first: Fact<bool>,
    /// Kernel size; 1x1 for Linear and passthrough.
    pub kernel: Fact<[i64; 2]>,
    /// Padding, the leak of a Conv1d's default included.
    pub pad: Fact<[i64; 2]>,
    /// Output padding of a transposed convolution.
    pub output_pad: Fact<i64>,
    /// Stride of the convolution.
    pub stride: Fact<[i64; 2]>,
    /// Dilation of the convolution.
    pub dilation: Fact<[i64; 2]>,
    /// Pooling window; 1x1 where the layer does not pool.
    pub pool: Fact<[i64; 2]>,
    /// Whether the layer has a pooling key at all.
    pub pools: bool,
    /// Whether it is average pooling.
    pub average: bool,
    /// Pooling stride; it subsamples even without pooling.
    pub pool_stride: Fact<[i64; 2]>,
    /// Pooling dilation.
    pub pool_dilation: Fact<[i64; 2]>,
    /// Groups of the convolution.
    pub groups: Fact<i64>,
    /// Whether the input is flattened before the layer.
    pub flatten: Fact<bool>,
    /// Whether the layer streams.
    pub streaming: Fact<bool>,
    /// Whether the input is one channel a word (CHW).
    pub chw: Fact<bool>,
    /// Rows cut from the input at the front and at the back.
    pub crop: Fact<[i64; 2]>,
    /// Words between two written ones.
    pub write_gap: Fact<i64>,
    /// Words between two read ones.
    pub read_gap: Fact<i64>,
    /// Bits of an output value: 8 or 32.
    pub output_width: Fact<i64>,
    /// Whether the layer's weights are bypassed.
    pub bypass: Fact<bool>,
    /// Whether the layer is marked as an output of the network.
    pub output: Fact<bool>,
    /// Whether the layer reads ahead.
    pub readahead: Fact<bool>,
    /// Whether four output channels are computed at once.
    pub calcx4: Fact<bool>,
    /// Weight bits of the `quantization` key; -1 is binary.
    pub quantization: Fact<Option<i64>>,
}

impl Parameters {
    /// The settings of a layer. `leak` says that some Conv1d leaves `pad` out, which turns every
    /// other default padding of 1 into `[1, 0]` (`yamlcfg.py`: the default is one shared list).
    pub(super) fn new(layer: &Layer, leak: bool) -> Self {
        let operation = value_or(&layer.op, Operation::Conv2d);
        let operator = operation.map(|operation| match operation {
            Operation::Conv1d => Operator::Conv1d,
            Operation::Conv2d => Operator::Conv2d,
            Operation::ConvTranspose2d => Operator::ConvTranspose2d,
            Operation::Linear => Operator::Linear,
            Operation::Passthrough | Operation::Eltwise(_) => Operator::Passthrough,
        });
        let eltwise = optional(&layer.eltwise).and_then(|eltwise| {
            Ok(eltwise.or(match operation? {
                Operation::Eltwise(eltwise) => Some(eltwise),
                _ => None,
            }))
        });
        let operands = eltwise.and_then(|eltwise| match eltwise {
            Some(_) => value_or(&layer.operands, 2),
            None => Ok(1),
        });
        // A Conv1d works along the height only: the tool resets its width entries.
        let one_d = |pair: Fact<[i64; 2]>, width: i64| {
            let [height, given] = pair?;
            Ok(match operator? {
                Operator::Conv1d => [height, width],
                _ => [height, given],
            })
        };
        let kernel = match operator {
            Ok(Operator::Linear | Operator::Passthrough) => Ok([1, 1]),
            Ok(Operator::Conv1d) => one_d(value_or(&layer.kernel_size, [9, 1]), 1),
            Ok(_) => value_or(&layer.kernel_size, [3, 3]),
            Err(missing) => Err(missing),
        };
        let pad = operator.and_then(|operator| {
            let default = match operator {
                Operator::Linear | Operator::Passthrough => [0, 0],
                _ if leak => [1, 0],
                _ => [1, 1],
            };
            let given = optional(&layer.pad)?;
            one_d(Ok(given.map_or(default, |pad| [pad, pad])), 0)
        });
        let stride = operator.and_then(|operator| match operator {
            Operator::ConvTranspose2d => Ok([2, 2]),
            _ => one_d(value_or(&layer.stride, [1, 1]), 1),
        });
        let output_pad = operator.and_then(|operator| {
            value_or(
                &layer.output_pad,
                i64::from(operator == Operator::ConvTranspose2d),
            )
        });
        let pool_key = if layer.max_pool.is_absent() {
            &layer.avg_pool
        } else {
            &layer.max_pool
        };
        Self {
            operator,
            eltwise,
            operands,
            pool_first: value_or(&layer.pool_first, true),
            kernel,
            pad,
            output_pad,
            stride,
            dilation: one_d(value_or(&layer.dilation, [1, 1]), 1),
            pool: one_d(value_or(pool_key, [1, 1]), 1),
            pools: !pool_key.is_absent(),
            average: layer.max_pool.is_absent() && !layer.avg_pool.is_absent(),
            pool_stride: one_d(value_or(&layer.pool_stride, [1, 1]), 1),
            pool_dilation: one_d(value_or(&layer.pool_dilation, [1, 1]), 1),
            groups: value_or(&layer.groups, 1),
            flatten: value_or(&layer.flatten, false),
            streaming: value_or(&layer.streaming, false),
            chw: value_or(&layer.data_format, DataFormat::Hwc)
                .map(|format| format == DataFormat::Chw),
            crop: value_or(&layer.in_crop, [0, 0]),
            write_gap: value_or(&layer.write_gap, 0),
            read_gap: value_or(&layer.read_gap, 0),
            output_width: value_or(&layer.output_width, 8),
            bypass: value_or(&layer.bypass, false),
            output: value_or(&layer.output, false),
            readahead: value_or(&layer.readahead, false),
            calcx4: value_or(&layer.calcx4, false),
            quantization: optional(&layer.quantization),
        }
    }

    /// Whether the layer has weights, its own or those of its `weight_source`.
    pub fn has_weights(&self) -> Fact<bool> {
        match (self.operator, self.bypass) {
            (Ok(operator), Ok(bypass)) => Ok(operator.convolves() && !bypass),
            (operator, bypass) => operator.and(bypass),
        }
    }
}

/// The first Conv1d without `pad`, if any: it changes the default padding of all other layers.
pub fn default_pad_leak(network: &Network) -> Option<usize> {
    network.layers.iter().position(|layer| {
        layer.op.value() == Some(Operation::Conv1d) && matches!(layer.pad, Field::Absent)
    })
}
