//! What is known of the channels and dimensions of a layer, and how operators change them.

use crate::facts::{Facts, Weight};
use crate::network::{Layer, Network, Source};

use super::fact::{Fact, Missing, broken, unknown, value_or};
use super::graph::Graph;
use super::parameters::{Operator, Parameters};
use super::{Fault, push_fault};

/// Which source a channel count comes from, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelSource {
    /// The `in_channels` or `out_channels` key.
    Key,
    /// The weights (checkpoint, sidecar).
    Weights,
    /// The layers that it reads, or its own input.
    Data,
    /// `groups` of a depth-wise layer.
    Groups,
    /// The number of bits of a processor mask.
    Mask,
}

/// Channels and dimensions of one layer. Dimensions are height and width; 1-D data has width 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Input channels of one operand as the convolution sees them, before flattening.
    pub in_channels: Fact<i64>,
    /// Input channels of one operand as they lie in memory: those before flattening are divided
    /// by the pixels (`izer.py`: "before flattening" in its messages).
    pub stored_channels: Fact<i64>,
    /// Where `in_channels` comes from.
    pub in_channels_from: ChannelSource,
    /// Output channels.
    pub out_channels: Fact<i64>,
    /// Where `out_channels` comes from.
    pub out_channels_from: ChannelSource,
    /// Dimensions that the layer reads.
    pub in_dim: Fact<[i64; 2]>,
    /// Dimensions behind pooling.
    pub pooled_dim: Fact<[i64; 2]>,
    /// Dimensions that it writes.
    pub out_dim: Fact<[i64; 2]>,
}

impl Shape {
    pub(super) const UNKNOWN: Self = Self {
        in_channels: unknown(),
        stored_channels: unknown(),
        in_channels_from: ChannelSource::Data,
        out_channels: unknown(),
        out_channels_from: ChannelSource::Data,
        in_dim: unknown(),
        pooled_dim: unknown(),
        out_dim: unknown(),
    };
}

/// How channels spread over processors: passes over the memory, and processors used in a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Passes ("expansion" in the vendor's tool): `ceil(channels / 64)`.
    pub passes: i64,
    /// Processors a pass ("threshold"): `ceil(channels / passes)`, above 64 channels rounded up
    /// to a multiple of 4.
    pub processors: i64,
}

impl Spread {
    /// The spread of `channels` over at most `max_processors` (64 but for `--max-proc`).
    pub fn new(channels: i64, max_processors: i64) -> Self {
        let passes = channels.div_ceil_by(max_processors).max(1);
        let mut processors = channels.div_ceil_by(passes);
        if channels > max_processors {
            processors = (processors.div_ceil_by(4) * 4).min(max_processors);
        }
        Self { passes, processors }
    }
}

/// Division rounding up, for positive divisors.
trait DivCeil {
    fn div_ceil_by(self, divisor: Self) -> Self;
}

impl DivCeil for i64 {
    fn div_ceil_by(self, divisor: Self) -> Self {
        self.saturating_add(divisor - 1).div_euclid(divisor)
    }
}

/// The channels that a mask stands for, where its bits say exactly: `p` bits are `p` channels
/// unless they can be one pass of several (more than 32 bits, a multiple of 4).
pub fn channels_of_mask(mask: u64) -> Fact<i64> {
    let bits = i64::from(mask.count_ones());
    if bits <= 32 || bits % 4 != 0 {
        Ok(bits)
    } else {
        unknown()
    }
}

/// Dimensions behind pooling, as the vendor's tool computes them (exact but for
/// `pool_dilation` > 1 with windows of 3 and more). The result may be zero or negative.
pub fn pooled(parameters: &Parameters, in_dim: [i64; 2]) -> Fact<[i64; 2]> {
    let [pool, stride, dilation] = [
        parameters.pool?,
        parameters.pool_stride?,
        parameters.pool_dilation?,
    ];
    let one =
        |i: usize| (in_dim[i] + stride[i] - pool[i] - dilation[i] + 1).div_euclid(stride[i].max(1));
    Ok(if is_2d(parameters, in_dim)? {
        [one(0), one(1)]
    } else {
        [one(0), 1]
    })
}

/// Whether the layer works in two dimensions: all but Conv1d and passthroughs of 1-D data.
pub fn is_2d(parameters: &Parameters, in_dim: [i64; 2]) -> Fact<bool> {
    Ok(match parameters.operator? {
        Operator::Conv1d => false,
        Operator::Passthrough => in_dim[1] != 1,
        _ => true,
    })
}

/// Dimensions behind the convolution. The result may be zero or negative.
pub fn convolved(parameters: &Parameters, pooled: [i64; 2], is_2d: bool) -> Fact<[i64; 2]> {
    let (kernel, pad, dilation) = (parameters.kernel?, parameters.pad?, parameters.dilation?);
    let output_pad = parameters.output_pad?;
    if !is_2d {
        return Ok([pooled[0] - dilation[0] * (kernel[0] - 1) + 2 * pad[0], 1]);
    }
    if parameters.flatten? {
        return Ok([1, 1]);
    }
    let one = |i: usize| match parameters.operator {
        Ok(Operator::ConvTranspose2d) => {
            (pooled[i] - 1) * 2 - 2 * pad[i] + dilation[i] * (kernel[i] - 1) + output_pad + 1
        }
        _ => pooled[i] - dilation[i] * (kernel[i] - 1) + 2 * pad[i],
    };
    Ok([one(0), one(1)])
}

/// Channels of what a reference leads to.
pub fn source_channels(
    network: &Network,
    facts: &Facts,
    shapes: &[Shape],
    source: Source,
) -> Fact<i64> {
    match source {
        Source::Input => facts
            .input
            .map(|[channels, ..]| channels)
            .ok_or(Missing::Unknown),
        Source::Layer(layer) => shapes[layer].out_channels,
        Source::Buffer => match network.data_buffer.first() {
            Some(buffer) => value_or(&buffer.channels, 0),
            None => unknown(),
        },
    }
}

/// Dimensions of what a reference leads to.
pub fn source_dim(
    network: &Network,
    facts: &Facts,
    graph: &Graph,
    shapes: &[Shape],
    source: Source,
) -> Fact<[i64; 2]> {
    match source {
        Source::Input => match facts.input {
            Some([_, height, width]) => Ok([height, width]),
            None => match graph.order.first() {
                Some(&start) if !network.layers[start].in_dim.is_absent() => {
                    value_or(&network.layers[start].in_dim, [0, 0])
                }
                _ => unknown(),
            },
        },
        Source::Layer(layer) => shapes[layer].out_dim,
        Source::Buffer => match network.data_buffer.first() {
            Some(buffer) => value_or(&buffer.dim, [0, 0]),
            None => unknown(),
        },
    }
}

/// Whether a layer takes weights of its own from the model.
pub fn takes_weights(layer: &Layer, parameters: &Parameters) -> Fact<bool> {
    Ok(parameters.has_weights()? && layer.weight_source.is_absent())
}

/// Whether the model's weights have another kernel than the layer is set to.
pub fn kernel_differs(parameters: &Parameters, weight: &Weight) -> Fact<bool> {
    let kernel = parameters.kernel?;
    Ok(match weight.kernel[..] {
        [length] => kernel != [length, 1],
        [height, width] => kernel != [height, width],
        // No kernel at all is a Linear layer.
        _ => kernel.iter().chain(&weight.kernel).any(|&side| side != 1),
    })
}

/// The weights of each layer as its model has them, as far as the two go together.
pub(super) fn weights_of_model<'w>(
    parameters: &[Parameters],
    weights: &'w [Option<Weight>],
) -> Vec<Fact<Option<&'w Weight>>> {
    let of_layer = |(own, weight): (&Parameters, &'w Option<Weight>)| match own.has_weights()? {
        true => weight.as_ref().map(Some).ok_or(Missing::Unknown),
        false => Ok(None),
    };
    parameters.iter().zip(weights).map(of_layer).collect()
}

/// The weights of each layer: those of the facts, handed to the weighted layers in order.
///
/// Too few of them (AX801) leave every layer without. Where there are too many, a layer is missing
/// somewhere, and from the first kernel that does not fit (AX803) nobody knows whose they are.
pub(super) fn weights_of_layers<'f>(
    network: &Network,
    parameters: &[Parameters],
    graph: &Graph,
    facts: &'f Facts,
    faults: &mut Vec<Fault>,
) -> Vec<Fact<Option<&'f Weight>>> {
    let Some(weights) = &facts.weights else {
        return vec![unknown(); network.layers.len()];
    };
    let kinds: Vec<Option<bool>> = network
        .layers
        .iter()
        .zip(parameters)
        .map(|(layer, parameters)| takes_weights(layer, parameters).ok())
        .collect();
    let certain = kinds.iter().filter(|&&kind| kind == Some(true)).count();
    let doubtful = kinds.iter().filter(|kind| kind.is_none()).count();
    // A layer whose operator cannot be read is most likely a misspelt convolution.
    let doubtful_weighted = certain + doubtful <= weights.len();
    let needed = certain + if doubtful_weighted { doubtful } else { 0 };
    if needed > weights.len() {
        if let Some(last) = network.layers.len().checked_sub(1)
            && network.duplicates.is_empty()
        {
            push_fault(faults, 801, last);
        }
        return vec![broken(801); network.layers.len()];
    }
    let mut next = weights.iter();
    let mut lost = false;
    let mut of_layers: Vec<Fact<Option<&Weight>>> = Vec::with_capacity(network.layers.len());
    for (index, kind) in kinds.into_iter().enumerate() {
        let weight = match kind.unwrap_or(doubtful_weighted) {
            true => next.next(),
            false => None,
        };
        if lost {
            of_layers.push(broken(803));
            continue;
        }
        if weight.is_some_and(|weight| kernel_differs(&parameters[index], weight) == Ok(true)) {
            push_fault(faults, 803, index);
            lost = needed < weights.len();
        }
        of_layers.push(Ok(weight));
    }
    for (index, source) in graph.weight_sources.iter().enumerate() {
        match source {
            Ok(Some(source)) => of_layers[index] = of_layers[*source],
            Ok(None) => {}
            Err(missing) => of_layers[index] = Err(*missing),
        }
    }
    of_layers
}
