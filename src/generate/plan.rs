//! The layers of a network as data: what each computes and reads, before it is text.

use std::collections::HashMap;

use crate::analysis::{Operator, Spread};
use crate::device::{Device, INSTANCES, PROCESSORS, WEIGHT_BITS};
use crate::facts::model::{Model, ModelOperator, ModelPool, Module, Operand};
use crate::network::{Activation, Eltwise, Source};

use super::Request;
use super::frames::Frames;
use super::order::order;

/// The layers of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Channels, height and width of the input.
    pub input: [i64; 3],
    /// Where the input lies, in bytes.
    pub input_offset: i64,
    /// The rolling buffer, where the network has one.
    pub buffer: Option<Buffer>,
    /// The layers.
    pub layers: Vec<PlannedLayer>,
}

/// A rolling buffer, which keeps what some layers computed of the last frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// Its name.
    pub name: String,
    /// How many frames it keeps.
    pub frames: i64,
    /// Channels of each.
    pub channels: i64,
    /// The layer whose results it keeps.
    pub layer: usize,
    /// Where it lies, in bytes.
    pub offset: i64,
}

impl Buffer {
    /// Bytes of a frame in an instance.
    pub fn frame_bytes(&self) -> i64 {
        spread(self.channels).passes * 4
    }
}

/// What a layer has to do with the rolling buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BufferUse {
    /// It makes room for the newest frame.
    Shift,
    /// It puts in the newest frame.
    Insert,
    /// It reads all frames.
    Read,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedLayer {
    /// Its name, which no other layer has.
    pub name: String,
    /// The call of the model that it stands for; none where it only re-forms data.
    pub call: Option<usize>,
    /// The module whose weights it uses.
    pub module: Option<usize>,
    /// What it convolves with.
    pub operator: Operator,
    /// Kernel, an entry a dimension.
    pub kernel: Vec<i64>,
    /// Padding, likewise.
    pub padding: Vec<i64>,
    /// Stride, likewise.
    pub stride: Vec<i64>,
    /// Dilation, likewise.
    pub dilation: Vec<i64>,
    /// Groups.
    pub groups: i64,
    /// Bits of a weight, where they are not 8.
    pub bits: Option<i64>,
    /// How many weights it has.
    pub weights: i64,
    /// Whether it has a bias.
    pub bias: bool,
    /// What it does with its operands.
    pub eltwise: Option<Eltwise>,
    /// What it pools first.
    pub pool: Option<ModelPool>,
    /// Its activation.
    pub activation: Activation,
    /// Whether the output is 32 bits wide.
    pub wide: bool,
    /// Whether it flattens its input.
    pub flatten: bool,
    /// The height and width that it gives its input, where those are not the ones of the source.
    pub reshape: Option<[i64; 2]>,
    /// What it reads, in order.
    pub inputs: Vec<Source>,
    /// The layer whose weights it shares.
    pub weight_source: Option<usize>,
    /// Whether its output is one of the network.
    pub output: bool,
    /// Whether it computes while its input still arrives.
    pub streaming: bool,
    /// Bytes that its output lies before its input where it writes over that; 0 where it does not.
    pub overlay: i64,
    /// What it has to do with the rolling buffer.
    pub buffer: Option<BufferUse>,
    /// Words that it skips behind each word that it reads.
    pub read_gap: i64,
    /// Words that it leaves free behind each word that it writes.
    pub write_gap: i64,
    /// Channels, height and width of what it reads, all inputs together.
    pub reads: [i64; 3],
    /// Channels, height and width of what it writes.
    pub writes: [i64; 3],
    /// How its inputs lie beside each other.
    pub joined: Joined,
    /// The mask of what it reads.
    pub processors: u64,
    /// The mask of what it writes.
    pub output_processors: u64,
    /// Where it writes, in bytes.
    pub out_offset: i64,
}

/// How inputs of a layer share the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// There is one input, or they take turns word by word on the same processors.
    InTurns,
    /// Each on its own processors, one behind the other.
    Beside,
}

/// Processors that so many channels take, and the passes over them.
pub(super) fn spread(channels: i64) -> Spread {
    Spread::new(channels, i64::from(PROCESSORS))
}

impl PlannedLayer {
    /// Bytes that its output takes in each instance.
    pub fn output_bytes(&self) -> i64 {
        let [channels, height, width] = self.writes;
        height * width * spread(channels).passes * if self.wide { 16 } else { 4 }
    }

    /// Whether its stride is none that the accelerator has.
    pub(super) fn stride_not_run(&self) -> bool {
        let usual = match self.operator {
            Operator::ConvTranspose2d => 2,
            _ => 1,
        };
        self.stride.iter().any(|stride| *stride != usual)
    }
}

impl Plan {
    /// The layers of a model.
    ///
    /// # Errors
    /// A sentence about what has no counterpart on the accelerator.
    pub(super) fn new(request: &Request, device: &Device) -> Result<Self, String> {
        let model = &*request.model;
        let frames = Frames::find(model);
        let order = order(model, frames.as_ref())?;
        let mut builder = Builder {
            model,
            input: request.input,
            device,
            layers: Vec::new(),
            made: HashMap::new(),
            folded: folded(model, &order),
            outputs: outputs(model),
            order: &order,
            frames,
            buffer: None,
        };
        for &call in &order {
            builder.add(call)?;
        }
        builder.read_gaps();
        let last = builder.layers.len().checked_sub(1);
        let last = last.ok_or("the model has no layer that the accelerator could run")?;
        let several = builder.layers.iter().filter(|layer| layer.output).count() > 1;
        // A single output needs no mark where it is the last layer.
        if !several && builder.layers[last].output {
            builder.layers[last].output = false;
        }
        Ok(Self {
            input: request.input,
            input_offset: 0,
            buffer: builder.buffer,
            layers: builder.layers,
        })
    }

    /// Whether its input streams.
    pub fn streams(&self) -> bool {
        self.layers.first().is_some_and(|layer| layer.streaming)
    }

    /// How many layers could stream: a chain from the input on, in which nobody else reads.
    pub(super) fn streamable(&self, device: &Device) -> usize {
        let readers = |source: Source| {
            let layers = self.layers.iter().flat_map(|layer| &layer.inputs);
            layers.filter(|input| **input == source).count()
        };
        let mut count = 0;
        for (index, layer) in self.layers.iter().enumerate() {
            let source = match index {
                0 => Source::Input,
                _ => Source::Layer(index - 1),
            };
            let streams = layer.inputs == [source]
                && readers(source) == 1
                && layer.operator.convolves()
                && layer.operator != Operator::Linear
                && layer.reshape.is_none()
                && !layer.output
                && !layer.flatten;
            if !streams || count == device.max_streaming_layers {
                break;
            }
            count += 1;
            // Gaps are for those who read from memory.
            if layer.write_gap > 0 {
                break;
            }
        }
        // What leaves the network lies in memory.
        count.min(self.layers.len() - 1)
    }

    /// Makes the first layers stream.
    pub(super) fn stream(&mut self, count: usize) {
        for layer in self.layers.iter_mut().take(count) {
            layer.streaming = true;
        }
    }

    /// Lays the rolling buffer at the end of the memory, or where it is already.
    pub(super) fn place_buffer(&mut self, kept: Option<&(String, i64)>, device: &Device) {
        let Some(buffer) = &mut self.buffer else {
            return;
        };
        let frame = buffer.frame_bytes();
        buffer.offset = device.instance_bytes - buffer.frames * frame;
        if let Some((name, offset)) = kept {
            buffer.name.clone_from(name);
            buffer.offset = *offset;
        }
        for layer in &mut self.layers {
            match layer.buffer {
                Some(BufferUse::Shift) => layer.out_offset = buffer.offset,
                Some(BufferUse::Insert) => {
                    layer.out_offset = buffer.offset + (buffer.frames - 1) * frame;
                }
                Some(BufferUse::Read) | None => {}
            }
        }
    }

    /// Lets layers write over their input where both do not fit beside each other. Yields whether any
    /// does.
    pub(super) fn overlay(&mut self, device: &Device) -> bool {
        for index in 0..self.layers.len() {
            self.layers[index].overlay = self.overlay_of(index, device).unwrap_or(0);
        }
        self.overlays()
    }

    /// Whether any layer writes over its input.
    pub fn overlays(&self) -> bool {
        self.layers.iter().any(|layer| layer.overlay > 0)
    }

    /// How far before its input the output of a layer has to start so that nothing is overwritten
    /// that is still to be read; none where it fits beside it, or may not write over it.
    fn overlay_of(&self, index: usize, device: &Device) -> Option<i64> {
        let own = &self.layers[index];
        let (reads, writes) = (spread(own.reads[0]), spread(own.writes[0]));
        let [_, height, width] = own.reads;
        let bytes = height * width * reads.passes * 4;
        let instances = |processors: i64| processors.div_euclid(4) + i64::from(processors % 4 > 0);
        let beside = instances(reads.processors) + instances(writes.processors);
        let fits =
            bytes + own.output_bytes() <= device.instance_bytes || beside <= i64::from(INSTANCES);
        let plain = matches!(own.operator, Operator::Conv1d | Operator::Conv2d)
            && own.groups == 1
            && !(own.streaming || own.flatten || own.wide)
            && own.eltwise.is_none()
            && own.read_gap == 0
            && own.write_gap == 0
            && (own.inputs.len() == 1 || own.joined == Joined::Beside)
            && writes.passes <= reads.passes;
        let needed_no_more = |source: &Source| {
            let mut later = self.layers.iter().skip(index + 1);
            let output = matches!(source, Source::Layer(layer) if self.layers[*layer].output);
            let streamed = match source {
                Source::Layer(layer) => self.layers[*layer].streaming,
                Source::Input | Source::Buffer => self.streams(),
            };
            !output && !streamed && !later.any(|layer| layer.inputs.contains(source))
        };
        if fits || !plain || !own.inputs.iter().all(needed_no_more) {
            return None;
        }
        let [rows, columns] = match own.kernel[..] {
            [length] => [length, 1],
            [rows, columns, ..] => [rows, columns],
            [] => [1, 1],
        };
        // The rows of the window, and what the hardware may have read ahead.
        let words = ((rows - 1) * width + columns).max(READ_AHEAD);
        Some((words * reads.passes * 4 + OVERLAY_STEP - 1) / OVERLAY_STEP * OVERLAY_STEP)
    }

    /// Whether every single thing that lies in memory as a whole fits an instance.
    pub(super) fn could_fit(&self, device: &Device) -> bool {
        let [channels, height, width] = self.input;
        let input = height * width * spread(channels).passes * 4;
        let streaming = self.layers.iter().filter(|layer| layer.streaming).count();
        let stored = self.layers.iter().skip(streaming.saturating_sub(1));
        (self.streams() || input <= device.instance_bytes)
            && stored
                .map(PlannedLayer::output_bytes)
                .all(|bytes| bytes <= device.instance_bytes)
    }

    /// Channels, height and width of what `source` holds.
    pub(super) fn shape(&self, source: Source) -> [i64; 3] {
        match source {
            Source::Layer(layer) => self.layers[layer].writes,
            Source::Buffer => self
                .buffer
                .as_ref()
                .map_or(self.input, |buffer| [buffer.channels, buffer.frames, 1]),
            Source::Input => self.input,
        }
    }
}

/// Pixels that a layer which writes over its input stays behind at least.
const READ_AHEAD: i64 = 64;
/// Bytes that such a distance is a multiple of.
const OVERLAY_STEP: i64 = 16;

/// The pooling calls that happen in the one layer that reads them, with that layer's call.
fn folded(model: &Model, order: &[usize]) -> HashMap<usize, usize> {
    let outputs = outputs(model);
    let mut folded = HashMap::new();
    for &pool in order {
        let is_pool = |call: usize| operator(model, call) == ModelOperator::Pool;
        if !is_pool(pool) || outputs.contains(&pool) {
            continue;
        }
        let readers: Vec<usize> = order
            .iter()
            .copied()
            .filter(|&call| {
                let arguments = &model.calls[call].arguments;
                let sources = arguments.iter().flat_map(super::order::calls_of);
                sources.into_iter().any(|source| source == pool)
            })
            .collect();
        let [reader] = readers[..] else {
            continue;
        };
        let module = &model.modules[model.calls[reader].module];
        let convolves = matches!(
            module.operator,
            ModelOperator::Conv1d | ModelOperator::Conv2d
        );
        if convolves
            && module.pool.is_none()
            && model.calls[reader].arguments == [Operand::Call(pool)]
            && shape(&model.calls[reader].in_shape) == shape(&model.calls[pool].out_shape)
        {
            folded.insert(pool, reader);
        }
    }
    folded
}

fn operator(model: &Model, call: usize) -> ModelOperator {
    model.modules[model.calls[call].module].operator
}

/// The calls whose results leave the accelerator.
fn outputs(model: &Model) -> Vec<usize> {
    let mut outputs = Vec::new();
    let mut waiting: Vec<usize> = model
        .outputs
        .iter()
        .flat_map(super::order::calls_of)
        .collect();
    while let Some(call) = waiting.pop() {
        if operator(model, call) == ModelOperator::SoftwareLinear {
            let arguments = &model.calls[call].arguments;
            waiting.extend(arguments.iter().flat_map(super::order::calls_of));
        } else {
            outputs.push(call);
        }
    }
    outputs
}

/// A shape without the batch as channels, height and width.
pub(super) fn shape(shape: &[i64]) -> Option<[i64; 3]> {
    match *shape {
        [channels] => Some([channels, 1, 1]),
        [channels, length] => Some([channels, length, 1]),
        [channels, height, width] => Some([channels, height, width]),
        _ => None,
    }
}

/// How many weights a module has, as far as that is known.
fn weights(module: &Module) -> i64 {
    let area: i64 = match module.operator {
        ModelOperator::Linear => 1,
        _ => module.kernel.iter().product(),
    };
    let kernels = module.in_channels.unwrap_or(0) * module.out_channels.unwrap_or(0);
    kernels * area / module.groups.unwrap_or(1).max(1)
}

/// A layer that hands on what it reads.
fn passthrough(name: String, source: Source, shape: [i64; 3]) -> PlannedLayer {
    PlannedLayer {
        name,
        call: None,
        module: None,
        operator: Operator::Passthrough,
        kernel: Vec::new(),
        padding: Vec::new(),
        stride: Vec::new(),
        dilation: Vec::new(),
        groups: 1,
        bits: None,
        weights: 0,
        bias: false,
        eltwise: None,
        pool: None,
        activation: Activation::None,
        wide: false,
        flatten: false,
        reshape: None,
        inputs: vec![source],
        weight_source: None,
        output: false,
        streaming: false,
        overlay: 0,
        buffer: None,
        read_gap: 0,
        write_gap: 0,
        reads: shape,
        writes: shape,
        joined: Joined::InTurns,
        processors: 0,
        output_processors: 0,
        out_offset: 0,
    }
}

struct Builder<'a> {
    model: &'a Model,
    input: [i64; 3],
    device: &'a Device,
    layers: Vec<PlannedLayer>,
    /// The layer of each call.
    made: HashMap<usize, usize>,
    folded: HashMap<usize, usize>,
    outputs: Vec<usize>,
    order: &'a [usize],
    frames: Option<Frames>,
    buffer: Option<Buffer>,
}

impl Builder<'_> {
    fn add(&mut self, index: usize) -> Result<(), String> {
        if self.folded.contains_key(&index) {
            return Ok(());
        }
        let model = self.model;
        let call = &model.calls[index];
        let module = &model.modules[call.module];
        let path = &module.path;
        let unknown = |what: &str| format!("the {what} of `{path}` is not known");
        let operator = match module.operator {
            ModelOperator::Conv1d => Operator::Conv1d,
            ModelOperator::Conv2d => Operator::Conv2d,
            ModelOperator::ConvTranspose2d => Operator::ConvTranspose2d,
            ModelOperator::Linear => Operator::Linear,
            ModelOperator::Eltwise(_) | ModelOperator::Pool | ModelOperator::SoftwareLinear => {
                Operator::Passthrough
            }
        };
        let (mut inputs, mut pool) = (Vec::new(), module.pool);
        let reads_frames = self
            .frames
            .as_ref()
            .is_some_and(|frames| frames.reader == index);
        if reads_frames {
            inputs.push(Source::Buffer);
        }
        for argument in call.arguments.iter().filter(|_| !reads_frames) {
            let mut argument = argument;
            if let Operand::Call(source) = argument
                && self.folded.get(source) == Some(&index)
            {
                pool = model.modules[model.calls[*source].module].pool;
                argument = model.calls[*source]
                    .arguments
                    .first()
                    .unwrap_or(&Operand::Other);
            }
            let parts = self.sources(argument, path)?;
            if call.arguments.len() > 1 && parts.len() > 1 {
                return Err(format!(
                    "`{path}` combines several things that are joined first: the accelerator cannot do \
                     both in one layer"
                ));
            }
            inputs.extend(parts);
        }
        let eltwise = match module.operator {
            ModelOperator::Eltwise(eltwise) => Some(eltwise),
            _ => None,
        };
        let Some(writes) = shape(&call.out_shape) else {
            return Err(unknown("output shape"));
        };
        let in_channels: Vec<i64> = inputs.iter().map(|&source| self.shape(source)[0]).collect();
        let [_, height, width] = inputs
            .first()
            .map(|&source| self.shape(source))
            .ok_or_else(|| format!("`{path}` reads nothing"))?;
        let channels = match eltwise {
            Some(_) => in_channels.first().copied().unwrap_or(0),
            None => in_channels.iter().sum(),
        };
        let joined = self.joined(eltwise, &in_channels, path)?;
        let in_turns = inputs.len() > 1 && joined == Joined::InTurns;
        if in_turns {
            self.let_take_turns(&mut inputs, index);
        }
        let keeps_frames = self
            .frames
            .as_ref()
            .is_some_and(|frames| frames.kept == index);
        if keeps_frames {
            self.shift_buffer();
        }
        let number = self.layers.len();
        let weight_source = self
            .layers
            .iter()
            .position(|layer| layer.module == Some(call.module) && layer.weight_source.is_none())
            .filter(|_| operator.convolves());
        let mut layer = PlannedLayer {
            name: self.name(path, call.number),
            call: Some(index),
            module: operator.convolves().then_some(call.module),
            operator,
            kernel: module.kernel.clone(),
            padding: module.padding.clone(),
            stride: module.stride.clone(),
            dilation: module.dilation.clone(),
            groups: match operator.convolves() {
                true => module.groups.ok_or_else(|| unknown("number of groups"))?,
                false => 1,
            },
            bits: module.bits.filter(|bits| *bits != WEIGHT_BITS),
            weights: weights(module),
            bias: module.bias.unwrap_or(false),
            eltwise,
            pool,
            activation: match operator.convolves() {
                true => module.activation.ok_or_else(|| unknown("activation"))?,
                false => module.activation.unwrap_or(Activation::None),
            },
            wide: module.wide.unwrap_or(false),
            flatten: false,
            reshape: None,
            inputs,
            weight_source,
            output: self.outputs.contains(&index),
            streaming: false,
            overlay: 0,
            buffer: None,
            read_gap: 0,
            write_gap: 0,
            reads: [channels, height, width],
            writes,
            joined,
            processors: 0,
            output_processors: 0,
            out_offset: 0,
        };
        if reads_frames {
            layer.buffer = Some(BufferUse::Read);
        }
        if keeps_frames {
            layer.buffer = Some(BufferUse::Insert);
        }
        self.reform(&mut layer, &call.in_shape, path)?;
        self.layers.push(layer);
        self.made.insert(index, number);
        Ok(())
    }

    /// What a layer has to do so that its input has the shape that the model gives it.
    fn reform(&self, layer: &mut PlannedLayer, wanted: &[i64], path: &str) -> Result<(), String> {
        let [channels, height, width] = layer.reads;
        let pixels = height * width;
        if layer.operator == Operator::Linear {
            layer.flatten = pixels > 1 && layer.pool.is_none();
            return Ok(());
        }
        // Pooling that was folded in comes before the shape that the call sees.
        let Some(wanted) = shape(wanted).filter(|_| layer.pool.is_none()) else {
            return Ok(());
        };
        if wanted == layer.reads || layer.eltwise.is_some() {
            return Ok(());
        }
        if wanted[0] == channels && wanted[1] * wanted[2] == pixels {
            layer.reshape = Some([wanted[1], wanted[2]]);
        } else if wanted == [channels * pixels, 1, 1]
            && layer.operator == Operator::Conv2d
            && layer.kernel == [1, 1]
        {
            layer.flatten = true;
        } else {
            return Err(format!(
                "`{path}` sees {} values where the layer before it has {}: the accelerator keeps the \
                 channels as they are",
                by(wanted),
                by(layer.reads)
            ));
        }
        Ok(())
    }

    fn shape(&self, source: Source) -> [i64; 3] {
        match source {
            Source::Layer(layer) => self.layers[layer].writes,
            Source::Buffer => self
                .frames
                .as_ref()
                .map_or(self.input, |frames| [frames.channels, frames.count, 1]),
            Source::Input => self.input,
        }
    }

    /// The layers that an operand consists of.
    fn sources(&self, operand: &Operand, path: &str) -> Result<Vec<Source>, String> {
        let unknown = || {
            format!("`{path}` reads something that the accelerator does not compute layer by layer")
        };
        match operand {
            Operand::Input => Ok(vec![Source::Input]),
            Operand::Call(call) => {
                let layer = self.made.get(call).ok_or_else(unknown)?;
                Ok(vec![Source::Layer(*layer)])
            }
            Operand::Concat(parts) => {
                let mut sources = Vec::new();
                for part in parts {
                    sources.extend(self.sources(part, path)?);
                }
                Ok(sources)
            }
            Operand::Other => Err(unknown()),
        }
    }

    /// How the inputs of a layer can lie beside each other.
    fn joined(
        &self,
        eltwise: Option<Eltwise>,
        channels: &[i64],
        path: &str,
    ) -> Result<Joined, String> {
        if eltwise.is_some() || channels.len() < 2 {
            return Ok(Joined::InTurns);
        }
        let total: i64 = channels.iter().sum();
        let every = channels.len() as i64;
        let most = channels.split_last().map_or(channels, |(_, most)| most);
        if total <= i64::from(PROCESSORS) && most.iter().all(|channels| channels % 4 == 0) {
            return Ok(Joined::Beside);
        }
        let whole = spread(total);
        let alike = channels.iter().all(|&own| own == channels[0]);
        if alike && whole.passes == every && whole.processors == channels[0] {
            return Ok(Joined::InTurns);
        }
        let list: Vec<String> = channels.iter().map(i64::to_string).collect();
        Err(format!(
            "`{path}` joins {} channels: the accelerator can join up to {PROCESSORS} channels in parts of \
             multiples of 4, or equal parts that each fill a pass of the whole",
            list.join(" + ")
        ))
    }

    /// Makes inputs take turns in memory, word by word. What is read in another way, too, is copied,
    /// unless the others can skip the gaps.
    fn let_take_turns(&mut self, inputs: &mut [Source], reader: usize) {
        let gap = inputs.len() as i64 - 1;
        for input in inputs {
            match *input {
                Source::Layer(layer) if self.can_leave_gaps(layer, reader) => {
                    self.layers[layer].write_gap = gap;
                }
                source => {
                    *input = Source::Layer(self.layers.len());
                    self.copy(source, gap);
                }
            }
        }
    }

    /// Whether a layer can leave gaps for the reader that wants them.
    fn can_leave_gaps(&self, layer: usize, reader: usize) -> bool {
        let own = &self.layers[layer];
        let Some(call) = own.call.filter(|_| !own.output && own.write_gap == 0) else {
            return false;
        };
        let readers = self.readers(call);
        let others = || readers.iter().filter(|other| **other != reader);
        let once = readers.len() - others().count() == 1;
        let skips = self.device.read_gap && spread(own.writes[0]).passes == 1;
        once && others().all(|&other| {
            let operator = operator(self.model, other);
            let plain = matches!(operator, ModelOperator::Conv1d | ModelOperator::Conv2d);
            let alone = matches!(self.model.calls[other].arguments[..], [Operand::Call(_)]);
            skips && plain && alone
        })
    }

    /// Lets those skip the gaps of a layer that it does not leave for them.
    fn read_gaps(&mut self) {
        for index in 0..self.layers.len() {
            if let [Source::Layer(source)] = self.layers[index].inputs[..] {
                self.layers[index].read_gap = self.layers[source].write_gap;
            }
        }
    }

    /// The calls that read a call, each as often as it does.
    fn readers(&self, source: usize) -> Vec<usize> {
        let mut readers = Vec::new();
        for &call in self.order {
            let reads = self.model.calls[call]
                .arguments
                .iter()
                .flat_map(super::order::calls_of);
            // A folded pooling reads where its reader does.
            let reader = self.folded.get(&call).copied().unwrap_or(call);
            readers.extend(reads.filter(|read| *read == source).map(|_| reader));
        }
        readers
    }

    /// A layer that only writes what it reads once more, with gaps.
    fn copy(&mut self, source: Source, gap: i64) {
        let shape = self.shape(source);
        let of = match source {
            Source::Layer(layer) => self.layers[layer].name.clone(),
            Source::Input | Source::Buffer => "input".to_owned(),
        };
        let name = self.unique(&format!("{of}_gap"));
        self.layers.push(PlannedLayer {
            write_gap: gap,
            ..passthrough(name, source, shape)
        });
    }

    /// A layer that makes room for another frame in the buffer.
    fn shift_buffer(&mut self) {
        let Some(frames) = &self.frames else {
            return;
        };
        let (count, channels) = (frames.count, frames.channels);
        let (name, buffer) = (self.unique("shift_frames"), self.unique("frames"));
        let shape = [channels, count - 1, 1];
        self.layers.push(PlannedLayer {
            buffer: Some(BufferUse::Shift),
            ..passthrough(name, Source::Buffer, shape)
        });
        self.buffer = Some(Buffer {
            name: buffer,
            frames: count,
            channels,
            layer: self.layers.len(),
            offset: 0,
        });
    }

    /// A name after the module's path, with the number of the use where there are several.
    fn name(&self, path: &str, number: usize) -> String {
        let path = match path.chars().all(|c| c.is_ascii_digit()) {
            true => format!("layer_{path}"),
            false => path.to_owned(),
        };
        match number {
            0 => self.unique(&path),
            _ => self.unique(&format!("{path}_{}", number + 1)),
        }
    }

    fn unique(&self, name: &str) -> String {
        let taken = |name: &str| {
            RESERVED
                .iter()
                .copied()
                .chain(self.layers.iter().map(|layer| layer.name.as_str()))
                .any(|other| other.eq_ignore_ascii_case(name))
        };
        let numbered = (1..).map(|number| match number {
            1 => name.to_owned(),
            _ => format!("{name}_{number}"),
        });
        let mut free = numbered.filter(|name| !taken(name));
        free.next().unwrap_or_default()
    }
}

/// Names that mean something else.
const RESERVED: [&str; 2] = ["input", "stop"];

fn by([channels, height, width]: [i64; 3]) -> String {
    format!("{channels}x{height}x{width}")
}
