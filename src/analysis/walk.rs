//! Channels and dimensions of every layer, in order of execution (`izer.py` walks the layers twice
//! for it).

use crate::device::{Device, MAX_FLATTEN_PIXELS, MAX_PAD, PROCESSORS};
use crate::diagnostic::Code;
use crate::facts::{Facts, Flags, Weight};
use crate::network::{Field, Network, Source};

use super::fact::{Fact, Missing, broken, unknown, value_or};
use super::graph::{Graph, Input, Next};
use super::parameters::{Operator, Parameters};
use super::shapes::{
    ChannelSource, Shape, channels_of_mask, convolved, is_2d, kernel_differs, pooled,
    source_channels, source_dim,
};
use super::{Fault, push_fault};

pub(super) struct Walk<'a> {
    pub(super) network: &'a Network,
    pub(super) device: &'a Device,
    pub(super) facts: &'a Facts,
    pub(super) flags: &'a Flags,
    pub(super) graph: &'a Graph,
    pub(super) parameters: &'a [Parameters],
    pub(super) weights: &'a [Fact<Option<&'a Weight>>],
    pub(super) faults: &'a mut Vec<Fault>,
    pub(super) shapes: Vec<Shape>,
}

impl Walk<'_> {
    /// Channels and dimensions of all executed layers; the others stay unknown.
    pub(super) fn run(mut self) -> Vec<Shape> {
        self.shapes = vec![Shape::UNKNOWN; self.network.layers.len()];
        for &layer in &self.graph.order {
            self.channels(layer);
            self.dimensions(layer);
        }
        self.shapes
    }

    fn fault<T>(&mut self, code: u16, layer: usize) -> Fact<T> {
        push_fault(self.faults, code, layer);
        broken(code)
    }

    fn max_processors(&self) -> i64 {
        self.flags.max_proc.unwrap_or(i64::from(PROCESSORS))
    }

    fn source_channels(&self, source: Source) -> Fact<i64> {
        source_channels(self.network, self.facts, &self.shapes, source)
    }

    fn channels(&mut self, index: usize) {
        let layer = &self.network.layers[index];
        let parameters = &self.parameters[index];
        let (mut in_channels, mut from) = self.in_channels_of_data(index);
        if let Ok(Some(weight)) = self.weights[index]
            && layer.in_sequences.is_absent()
        {
            in_channels = Ok(weight.in_channels);
            from = ChannelSource::Weights;
        } else if let Err(Missing::Broken(code)) = self.weights[index]
            && layer.in_sequences.is_absent()
        {
            in_channels = Err(Missing::Broken(code));
        }
        let groups = parameters.groups.unwrap_or(1);
        let depthwise = groups > 1 && self.device.depthwise;
        if in_channels == Err(Missing::Unknown) && depthwise {
            in_channels = Ok(groups);
            from = ChannelSource::Groups;
        }
        match layer.in_channels {
            Field::Absent => {}
            Field::Given { value, .. } => {
                in_channels = Ok(value);
                from = ChannelSource::Key;
            }
            Field::Invalid { code, .. } => in_channels = Err(Missing::Broken(code)),
        }
        let mut masked = false;
        if in_channels == Err(Missing::Unknown)
            && let Some(mask) = layer.processors.value()
            && self.max_processors() == i64::from(PROCESSORS)
        {
            in_channels = channels_of_mask(mask);
            from = ChannelSource::Mask;
            masked = true;
        }
        if in_channels.is_ok_and(|channels| channels <= 0) {
            in_channels = self.fault(110, index);
        }

        let (mut out_channels, out_from) = self.out_channels(index, in_channels, from);
        if out_channels.is_ok_and(|channels| channels > self.device.max_channels) {
            out_channels = self.fault(708, index);
        }
        let shape = &mut self.shapes[index];
        shape.in_channels = in_channels;
        shape.in_channels_from = from;
        // A mask counts channels as they lie in memory: that is already after the division. So
        // does a count that only the data tells.
        shape.stored_channels =
            if masked || (from == ChannelSource::Data && self.weights[index].is_err()) {
                in_channels
            } else {
                unknown()
            };
        shape.out_channels = out_channels;
        shape.out_channels_from = out_from;
    }

    /// Input channels as the data that arrives says.
    fn in_channels_of_data(&mut self, index: usize) -> (Fact<i64>, ChannelSource) {
        let graph = self.graph;
        let inputs = &graph.inputs[index];
        let explicit = !self.network.layers[index].in_sequences.is_absent();
        let parameters = &self.parameters[index];
        let mut channels: Vec<Fact<i64>> = inputs
            .iter()
            .map(|input| input.source.and_then(|source| self.source_channels(source)))
            .collect();
        let broken_input = channels.iter().find_map(|fact| match fact {
            Err(Missing::Broken(code)) => Some(*code),
            _ => None,
        });
        if let Some(code) = broken_input {
            return (Err(Missing::Broken(code)), ChannelSource::Data);
        }
        if explicit {
            let known: Vec<i64> = channels.iter().filter_map(|fact| fact.ok()).collect();
            // The network input is compared wrongly by the vendor's tool; what it meant is this.
            if known.windows(2).any(|pair| pair[0] != pair[1]) {
                return (self.fault(111, index), ChannelSource::Data);
            }
            if parameters.eltwise.is_ok_and(|eltwise| eltwise.is_none()) {
                return (channels.into_iter().sum(), ChannelSource::Data);
            }
            let first = channels.drain(..).next().unwrap_or(unknown());
            return (parameters.eltwise.and(first), ChannelSource::Data);
        }
        let first = channels.drain(..).next().unwrap_or(unknown());
        let at_start = matches!(
            inputs[..],
            [Input {
                source: Ok(Source::Input),
                ..
            }]
        );
        let value = first.and_then(|channels| {
            if at_start {
                return Ok(channels / parameters.operands?.max(1));
            }
            Ok(channels)
        });
        // A layer that reshapes its input changes channels too; only weights say how many.
        let reshapes = !self.network.layers[index].in_dim.is_absent() && !at_start;
        if reshapes
            && parameters.operator != Ok(Operator::Passthrough)
            && self.weights[index] == Err(Missing::Unknown)
        {
            return (self.reshaped_channels(index, value), ChannelSource::Data);
        }
        (value, ChannelSource::Data)
    }

    /// Channels that keep the number of values when `in_dim` reshapes what the predecessor wrote.
    fn reshaped_channels(&self, index: usize, channels: Fact<i64>) -> Fact<i64> {
        let Some(previous) = self.graph.previous[index] else {
            return unknown();
        };
        let [height, width] = self.shapes[previous].out_dim?;
        let [new_height, new_width] = value_or(&self.network.layers[index].in_dim, [0, 0])?;
        let values = channels? * height * width;
        let pixels = new_height * new_width;
        if pixels > 0 && values % pixels == 0 {
            Ok(values / pixels)
        } else {
            unknown()
        }
    }

    fn out_channels(
        &self,
        index: usize,
        in_channels: Fact<i64>,
        in_from: ChannelSource,
    ) -> (Fact<i64>, ChannelSource) {
        let layer = &self.network.layers[index];
        let parameters = &self.parameters[index];
        match layer.out_channels {
            Field::Given { value, .. } => return (Ok(value), ChannelSource::Key),
            Field::Invalid { code, .. } => return (Err(Missing::Broken(code)), ChannelSource::Key),
            Field::Absent => {}
        }
        let weighted = match (parameters.operator, parameters.bypass) {
            (Ok(operator), Ok(bypass)) => operator.convolves() && !bypass,
            _ => match self.weights[index] {
                Ok(weight) => weight.is_some(),
                Err(_) => {
                    return (
                        parameters.operator.and(parameters.bypass).and(unknown()),
                        ChannelSource::Data,
                    );
                }
            },
        };
        if !weighted {
            return (in_channels, in_from);
        }
        match self.weights[index] {
            Ok(Some(weight)) => return (Ok(weight.out_channels), ChannelSource::Weights),
            Err(Missing::Broken(code)) => {
                return (Err(Missing::Broken(code)), ChannelSource::Weights);
            }
            Ok(None) | Err(Missing::Unknown) => {}
        }
        let groups = parameters.groups.unwrap_or(1);
        if groups > 1 && self.device.depthwise {
            return (Ok(groups), ChannelSource::Groups);
        }
        if self.max_processors() != i64::from(PROCESSORS) {
            return (unknown(), ChannelSource::Mask);
        }
        let mask = match (&layer.output_processors, self.graph.next[index]) {
            (Field::Absent, Next::Layer(next)) => &self.network.layers[next].processors,
            (Field::Absent, Next::Stop) => &self.network.output_map,
            (own, _) => own,
        };
        match mask {
            Field::Given { value, .. } => (channels_of_mask(*value), ChannelSource::Mask),
            Field::Invalid { code, .. } => (Err(Missing::Broken(*code)), ChannelSource::Mask),
            Field::Absent => (unknown(), ChannelSource::Mask),
        }
    }

    fn dimensions(&mut self, index: usize) {
        let in_dim = self.in_dim(index).and_then(|dim| {
            if dim.iter().any(|&side| side > self.device.max_dim) {
                self.fault(414, index)
            } else if self.wants_column(index) && dim[1] != 1 {
                self.fault(457, index)
            } else {
                Ok(dim)
            }
        });
        let pooled_dim = in_dim.and_then(|dim| self.pooled_dim(index, dim));
        let out_dim = match (in_dim, pooled_dim) {
            (Ok(in_dim), Ok(pooled_dim)) => self.out_dim(index, in_dim, pooled_dim),
            (_, Err(missing)) => {
                // What is wrong by itself is found even where the dimensions are not known.
                self.settings_fault(index).map_or(Err(missing), Err)
            }
            (Err(missing), _) => Err(missing),
        };
        let stored = self.stored_channels(index, pooled_dim, out_dim);
        let shape = &mut self.shapes[index];
        shape.in_dim = in_dim;
        shape.pooled_dim = pooled_dim;
        shape.out_dim = out_dim;
        shape.stored_channels = stored;
    }

    fn source_dim(&self, source: Source) -> Fact<[i64; 2]> {
        source_dim(self.network, self.facts, self.graph, &self.shapes, source)
    }

    /// Whether the layer reads a single column: a Conv1d, unless the rolling buffer feeds it, whose
    /// rows are turned.
    fn wants_column(&self, index: usize) -> bool {
        let reads_buffer = matches!(self.graph.inputs[index][..], [input]
            if input.source == Ok(Source::Buffer));
        self.parameters[index].operator == Ok(Operator::Conv1d) && !reads_buffer
    }

    fn in_dim(&mut self, index: usize) -> Fact<[i64; 2]> {
        let layer = &self.network.layers[index];
        let given = match layer.in_dim {
            Field::Absent => None,
            Field::Given { value, .. } => Some(value),
            Field::Invalid { code, .. } => return Err(Missing::Broken(code)),
        };
        if self.graph.previous[index].is_none() {
            return match given {
                Some(dim) => self.reshaped_dim(index, dim),
                None => self.source_dim(Source::Input),
            };
        }
        if self.lacks_operands(index, given) == Ok(true) {
            return self.fault(162, index);
        }
        let graph = self.graph;
        let reads_input = |input: &Input| input.source == Ok(Source::Input);
        if self.graph.order.first() != Some(&0) && graph.inputs[index].iter().any(reads_input) {
            // The tool keeps the input's dimensions with layer 0, which does not run.
            return self.fault(402, index);
        }
        let dims: Vec<Fact<[i64; 2]>> = graph.inputs[index]
            .iter()
            .map(|input| input.source.and_then(|source| self.source_dim(source)))
            .collect();
        for dim in &dims {
            if let Err(Missing::Broken(code)) = dim {
                // A written `in_dim` stands even where the data is unclear.
                return given.ok_or(Missing::Broken(*code));
            }
        }
        let known: Vec<[i64; 2]> = dims.iter().filter_map(|dim| dim.ok()).collect();
        let explicit = !layer.in_sequences.is_absent();
        let Some(given) = given else {
            if explicit && known.iter().any(|dim| *dim != known[0]) {
                return self.fault(401, index);
            }
            return dims.first().copied().unwrap_or(unknown());
        };
        // The pixels of a rolling buffer are no tensor's: `in_dim` says how much of it is read.
        let buffered = graph.inputs[index]
            .iter()
            .any(|input| input.source == Ok(Source::Buffer));
        if explicit && !buffered && known.len() == dims.len() {
            let pixels: i64 = known.iter().map(|dim| dim[0] * dim[1]).sum();
            let crop = self.parameters[index].crop?;
            if pixels > 0 && (given[0] + crop[0] + crop[1]) * given[1] != pixels {
                return self.fault(404, index);
            }
        }
        if explicit {
            return Ok(given);
        }
        self.reshaped_dim(index, given)
    }

    /// Whether an element-wise layer that lists no sources gets less from its predecessor than its
    /// operands need.
    fn lacks_operands(&self, index: usize, in_dim: Option<[i64; 2]>) -> Fact<bool> {
        let layer = &self.network.layers[index];
        let parameters = &self.parameters[index];
        let operands = parameters.operands?;
        if operands <= 1 || !layer.in_sequences.is_absent() || self.flags.reshape_inputs {
            return Ok(false);
        }
        let Some(previous) = self.graph.previous[index] else {
            return Ok(false);
        };
        if parameters.crop? != [0, 0] {
            return unknown();
        }
        let delivered = self.shapes[previous].out_channels;
        let shape = &self.shapes[index];
        // Pixels do not matter where they stay the same, nor channels where they do.
        let (pixels_before, pixels) = match in_dim {
            None => (1, 1),
            Some([height, width]) => {
                let [rows, columns] = self.shapes[previous].out_dim?;
                (rows * columns, height * width)
            }
        };
        let (channels_before, channels) = match (shape.in_channels_from, self.weights[index]) {
            (ChannelSource::Data, Ok(_)) => (1, 1),
            (ChannelSource::Data, Err(_)) if !parameters.has_weights()? => (1, 1),
            // The weights may take less than the predecessor delivers.
            (ChannelSource::Data, Err(_)) => {
                let mask = value_or(&layer.processors, 0)?;
                (delivered?, channels_of_mask(mask)?)
            }
            _ => (delivered?, shape.in_channels?),
        };
        Ok(channels_before * pixels_before != operands * channels * pixels)
    }

    /// The written `in_dim` of a layer that reads its predecessor or the input: it must leave the
    /// number of values as it is.
    fn reshaped_dim(&mut self, index: usize, given: [i64; 2]) -> Fact<[i64; 2]> {
        // More than one column for a Conv1d is wrong whatever arrives.
        if self.flags.reshape_inputs || (self.wants_column(index) && given[1] != 1) {
            return Ok(given);
        }
        match self.keeps_values(index, given) {
            Ok(false) => self.fault(451, index),
            _ => Ok(given),
        }
    }

    fn keeps_values(&self, index: usize, [height, width]: [i64; 2]) -> Fact<bool> {
        let parameters = &self.parameters[index];
        let shape = &self.shapes[index];
        let [Input { source, .. }] = self.graph.inputs[index][..] else {
            return unknown();
        };
        if source == Ok(Source::Buffer) {
            return unknown();
        }
        let [rows, columns] = self.source_dim(source?)?;
        let crop = parameters.crop?;
        let operands = parameters.operands?;
        let values = self.source_channels(source?)? * (rows - crop[0] - crop[1]) * columns;
        let pixels = height * width;
        if pixels <= 0 {
            return unknown();
        }
        let flattens = parameters.flatten? && parameters.operator? != Operator::Conv1d;
        let channels = match (shape.stored_channels, shape.in_channels) {
            (Ok(stored), _) => stored,
            (_, Ok(channels)) if !flattens => channels,
            (_, Ok(channels)) if parameters.pool? == [1, 1] => channels / pixels,
            (_, Err(Missing::Unknown)) => return Ok(values % (operands * pixels) == 0),
            _ => return unknown(),
        };
        Ok(values == operands * channels * pixels)
    }

    fn pooled_dim(&mut self, index: usize, in_dim: [i64; 2]) -> Fact<[i64; 2]> {
        let parameters = &self.parameters[index];
        if parameters.flatten? {
            // Flattening counts pixels; only a layer with weights has a use for them, and a pooling
            // one counts them before it pools.
            if parameters.operator? == Operator::Passthrough {
                return self.fault(436, index);
            }
            if parameters.pool? != [1, 1] {
                return self.fault(437, index);
            }
        }
        let stride = parameters.pool_stride?;
        if is_2d(parameters, in_dim)? && stride[0] != stride[1] {
            return self.fault(405, index);
        }
        let pooled = pooled(parameters, in_dim)?;
        if pooled.iter().any(|&side| side <= 0) {
            return self.fault(406, index);
        }
        Ok(pooled)
    }

    /// What no dimensions can cure: the stride, the dilation and the padding of the convolution.
    /// Yields the first that is wrong.
    fn settings_fault(&mut self, index: usize) -> Option<Missing> {
        let parameters = self.parameters[index];
        let operator = parameters.operator.ok()?;
        if let Ok(Some(weight)) = self.weights[index]
            && kernel_differs(&parameters, weight) == Ok(true)
        {
            return Some(Missing::Broken(Code(803)));
        }
        let stride = match parameters.stride {
            Ok(stride) if stride != [1, 1] && operator != Operator::ConvTranspose2d => {
                // With pooling in the layer the two keys contradict each other.
                if parameters.pools {
                    Some(Missing::Broken(Code(26)))
                } else {
                    self.fault::<()>(408, index).err()
                }
            }
            _ => None,
        };
        let dilation = match parameters.dilation {
            // A passthrough has nothing to dilate (AX017).
            Ok(dilation) if dilation != [1, 1] && operator.convolves() => {
                if operator == Operator::Conv1d {
                    None
                } else {
                    self.fault::<()>(422, index).err()
                }
            }
            _ => None,
        };
        let pad = match (parameters.pad, parameters.kernel) {
            (Ok(pad), _) if operator == Operator::Passthrough && pad != [0, 0] => Some(412),
            (Ok(pad), _) if pad[0] > MAX_PAD => Some(411),
            (Ok(pad), Ok(kernel)) if pad[0] >= kernel[0] || pad[1] >= kernel[1] => Some(413),
            _ => None,
        };
        let pad = pad.and_then(|code| self.fault::<()>(code, index).err());
        stride.or(dilation).or(pad)
    }

    fn out_dim(&mut self, index: usize, in_dim: [i64; 2], pooled: [i64; 2]) -> Fact<[i64; 2]> {
        if let Some(missing) = self.settings_fault(index) {
            return Err(missing);
        }
        let parameters = &self.parameters[index];
        let is_2d = is_2d(parameters, in_dim)?;
        if is_2d && parameters.flatten? && pooled[0] * pooled[1] > MAX_FLATTEN_PIXELS {
            return self.fault(409, index);
        }
        let out = convolved(parameters, pooled, is_2d)?;
        if out.iter().any(|&side| side > self.device.max_dim) {
            return self.fault(415, index);
        }
        if out.iter().any(|&side| side <= 0) {
            return self.fault(416, index);
        }
        Ok(out)
    }

    /// Channels as they lie in memory: `flatten` divides the inputs by the pixels.
    fn stored_channels(
        &mut self,
        index: usize,
        pooled: Fact<[i64; 2]>,
        out_dim: Fact<[i64; 2]>,
    ) -> Fact<i64> {
        let shape = self.shapes[index];
        let parameters = &self.parameters[index];
        let divisor = match (parameters.flatten, parameters.operator) {
            (Ok(true), Ok(operator)) if operator != Operator::Conv1d => {
                pooled.map(|[height, width]| (height * width).max(1))
            }
            (Ok(_), Ok(_)) => Ok(1),
            (flatten, operator) => flatten.and(operator).and(unknown()),
        };
        let layer = &self.network.layers[index];
        if divisor.is_ok_and(|pixels| pixels > 1)
            && !layer.in_sequences.is_absent()
            && layer.in_channels.is_absent()
            && shape.in_channels.is_ok()
        {
            // The tool takes the channels of the sources for those after flattening.
            return self.fault(160, index);
        }
        let stored = match (shape.stored_channels, out_dim) {
            (Ok(channels), _) => channels,
            (Err(_), Err(missing @ Missing::Broken(Code(409)))) if divisor != Ok(1) => {
                return Err(missing);
            }
            (Err(_), _) => shape.in_channels? / divisor?,
        };
        if stored <= 0 {
            return self.fault(456, index);
        }
        if stored > self.device.max_channels {
            // Too many outputs of the predecessor are the same fault.
            let graph = self.graph;
            let reported = graph.inputs[index].iter().any(|input| {
                matches!(input.source, Ok(Source::Layer(source))
                    if self.shapes[source].out_channels == broken(708))
            });
            return if reported {
                broken(708)
            } else {
                self.fault(707, index)
            };
        }
        Ok(stored)
    }
}
