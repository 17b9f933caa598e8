//! The layers of a network as data: what each computes and reads, before it is text.

use crate::analysis::{Operator, Spread};
use crate::device::{Device, PROCESSORS};
use crate::facts::model::ModelPool;
use crate::network::{Activation, Eltwise, Source};

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
    /// Whether layers may write over what they read, behind their reading.
    pub overlaps: bool,
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
    /// The mask of what it reads, once it is chosen.
    pub processors: Option<u64>,
    /// The mask of what it writes, once it is chosen.
    pub output_processors: Option<u64>,
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

    /// Calls layers as a file does already.
    pub(super) fn rename<'a>(&mut self, names: impl Iterator<Item = Option<&'a str>>) {
        for (layer, name) in self.layers.iter_mut().zip(names) {
            if let Some(name) = name {
                name.clone_into(&mut layer.name);
            }
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
