//! The layers of a model, one after the other: what is folded into what, what is copied so that it can
//! be combined, and what has no counterpart on the accelerator.

use std::collections::HashMap;

use crate::analysis::Operator;
use crate::device::{Device, PROCESSORS, WEIGHT_BITS};
use crate::facts::model::{Model, ModelOperator, Module, Operand};
use crate::network::{Activation, Eltwise, Source};

use super::Request;
use super::frames::Frames;
use super::order::{calls_of, order};
use super::plan::{Buffer, BufferUse, Joined, Plan, PlannedLayer, spread};

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
            overlaps: false,
            input: request.input,
            input_offset: 0,
            buffer: builder.buffer,
            layers: builder.layers,
        })
    }
}

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
                let sources = arguments.iter().flat_map(calls_of);
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
    let mut waiting: Vec<usize> = model.outputs.iter().flat_map(calls_of).collect();
    while let Some(call) = waiting.pop() {
        if operator(model, call) == ModelOperator::SoftwareLinear {
            let arguments = &model.calls[call].arguments;
            waiting.extend(arguments.iter().flat_map(calls_of));
        } else {
            outputs.push(call);
        }
    }
    outputs
}

/// A shape without the batch as channels, height and width.
fn shape(shape: &[i64]) -> Option<[i64; 3]> {
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
        buffer: None,
        read_gap: 0,
        write_gap: 0,
        reads: shape,
        writes: shape,
        joined: Joined::InTurns,
        processors: None,
        output_processors: None,
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
            buffer: None,
            read_gap: 0,
            write_gap: 0,
            reads: [channels, height, width],
            writes,
            joined,
            processors: None,
            output_processors: None,
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
            let reads = self.model.calls[call].arguments.iter().flat_map(calls_of);
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
