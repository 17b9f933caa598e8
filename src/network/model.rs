//! The typed network: what the file says, each value with its place, nothing derived.

use std::collections::HashMap;

use crate::diagnostic::Code;
use crate::text::Span;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

/// The value of a key that may be missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// The key does not occur.
    #[default]
    Absent,
    /// The key occurs, but its value is wrong, and this rule says so: treat it as unknown.
    Invalid {
        /// Place of the key.
        key: Span,
        /// Place of the value.
        span: Span,
        /// The rule that reports it.
        code: Code,
    },
    /// The key and a value of its domain.
    Given {
        /// The value.
        value: T,
        /// Place of the key.
        key: Span,
        /// Place of the value.
        span: Span,
    },
}

impl<T> Field<T> {
    /// The value, where a right one is given.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Given { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Whether the key does not occur.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The rule that reports the value as wrong.
    pub fn invalid(&self) -> Option<Code> {
        match self {
            Self::Invalid { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Place of the value, right or wrong.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Absent => None,
            Self::Invalid { span, .. } | Self::Given { span, .. } => Some(*span),
        }
    }

    /// Place of the key.
    pub fn key(&self) -> Option<Span> {
        match self {
            Self::Absent => None,
            Self::Invalid { key, .. } | Self::Given { key, .. } => Some(*key),
        }
    }

    /// Takes a value, at the place that it has or else at `head`.
    pub fn set(&mut self, value: T, head: Span) {
        *self = Self::Given {
            value,
            key: self.key().unwrap_or(head),
            span: self.span().unwrap_or(head),
        };
    }

    /// Key and value together.
    pub fn entry(&self) -> Option<Span> {
        Some(self.key()?.to(self.span()?))
    }
}

impl<T: Copy> Field<T> {
    /// The value, copied, where a right one is given.
    pub fn value(&self) -> Option<T> {
        self.get().copied()
    }
}

/// An element-wise operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Eltwise {
    /// Sum.
    Add,
    /// Difference.
    Sub,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
}

/// The value of `op` and its aliases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `conv1d`
    Conv1d,
    /// `conv2d`
    Conv2d,
    /// `convtranspose2d`
    ConvTranspose2d,
    /// `linear`, `fc`, `mlp`: a 1x1 convolution for the hardware.
    Linear,
    /// `none`, `passthrough`
    Passthrough,
    /// `add`, `sub`, `or`, `xor` and their spellings: a passthrough with an element-wise operation.
    Eltwise(Eltwise),
}

/// The value of `activate`; `none` is `Field::Given` with [`Activation::None`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// Clips to 0..127.
    Relu,
    /// Absolute value.
    Abs,
    /// Clips to -128..127.
    None,
}

/// The value of `data_format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataFormat {
    /// `hwc`, `little`: four channels a word.
    Hwc,
    /// `chw`, `big`: four pixels a word.
    Chw,
}

/// A reference to a layer, the network input or the rolling buffer, as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// A number: -1 is the input, -2 the buffer, others a layer's sequence number.
    Number(i64),
    /// A name as written; compared without case.
    Name(String),
}

/// What a reference leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The network's input (`input`, -1).
    Input,
    /// The rolling `data_buffer` (its name, -2).
    Buffer,
    /// The layer at this index of [`Network::layers`].
    Layer(usize),
}

/// The value of `next_sequence` and `simulated_sequence`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// `stop`, -1.
    Stop,
    /// A layer.
    Layer(Reference),
}

/// One entry of `layers`. Every key of the table, aliases merged; numbers are as written, the
/// domain of each key is that of [`super::keys`], and none needs more than 32 bits. A misspelt key
/// whose meaning is clear leaves its field `Invalid`, so that nobody misses it.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// From the first key to the end of the last value.
    pub span: Span,
    /// The `-` and the first key: the place of findings on the layer as a whole.
    pub head: Span,
    /// Position in the file, from 0.
    pub position: usize,
    /// The sequence number before holes are closed: the `sequence` key or the previous + 1.
    pub number: i64,
    /// `name`
    pub name: Field<String>,
    /// `sequence`
    pub sequence: Field<i64>,
    /// `next_sequence`
    pub next_sequence: Field<Target>,
    /// `in_sequences`; a scalar is a list of one. Wrong entries are left out, then `complete` of
    /// the list is false.
    pub in_sequences: Field<References>,
    /// `simulated_sequence`
    pub simulated_sequence: Field<Target>,
    /// `snoop_sequence`
    pub snoop_sequence: Field<i64>,
    /// `weight_source`
    pub weight_source: Field<Reference>,
    /// `processors`, 1 to 2^64-1
    pub processors: Field<u64>,
    /// `output_processors`, 1 to 2^64-1
    pub output_processors: Field<u64>,
    /// `in_offset`, bytes
    pub in_offset: Field<i64>,
    /// `out_offset`, bytes
    pub out_offset: Field<i64>,
    /// `in_channels`
    pub in_channels: Field<i64>,
    /// `out_channels`
    pub out_channels: Field<i64>,
    /// `in_dim` as height and width; `in_dim: n` is `[n, 1]`
    pub in_dim: Field<[i64; 2]>,
    /// `in_crop`: rows cut at the front and at the back
    pub in_crop: Field<[i64; 2]>,
    /// `read_gap` (`in_skip`), words
    pub read_gap: Field<i64>,
    /// `in_channel_skip`
    pub in_channel_skip: Field<i64>,
    /// `op` (`operator`, `operation`, `convolution`)
    pub op: Field<Operation>,
    /// `eltwise`
    pub eltwise: Field<Eltwise>,
    /// `operands`
    pub operands: Field<i64>,
    /// `pool_first`
    pub pool_first: Field<bool>,
    /// `activate` (`activation`)
    pub activate: Field<Activation>,
    /// `max_pool`, height and width
    pub max_pool: Field<[i64; 2]>,
    /// `avg_pool`, height and width
    pub avg_pool: Field<[i64; 2]>,
    /// `pool_stride`, height and width
    pub pool_stride: Field<[i64; 2]>,
    /// `pool_dilation`, height and width
    pub pool_dilation: Field<[i64; 2]>,
    /// `kernel_size`, height and width; `[n, 1]` for a Conv1d and for layers without a
    /// convolution, which ignore it. On a Linear layer it is always `Invalid`
    pub kernel_size: Field<[i64; 2]>,
    /// `stride`, height and width
    pub stride: Field<[i64; 2]>,
    /// `pad`
    pub pad: Field<i64>,
    /// `output_pad`
    pub output_pad: Field<i64>,
    /// `dilation`, height and width
    pub dilation: Field<[i64; 2]>,
    /// `groups` (`conv_groups`)
    pub groups: Field<i64>,
    /// `quantization`: 1, 2, 4, 8, or -1 for binary
    pub quantization: Field<i64>,
    /// `output_shift`
    pub output_shift: Field<i64>,
    /// `output_width`: 8 or 32 bits
    pub output_width: Field<i64>,
    /// `data_format`
    pub data_format: Field<DataFormat>,
    /// `flatten`
    pub flatten: Field<bool>,
    /// `streaming`
    pub streaming: Field<bool>,
    /// `bypass`
    pub bypass: Field<bool>,
    /// `calcx4`
    pub calcx4: Field<bool>,
    /// `readahead`
    pub readahead: Field<bool>,
    /// `output`
    pub output: Field<bool>,
    /// `tcalc`
    pub tcalc: Field<bool>,
    /// `write_gap`, words
    pub write_gap: Field<i64>,
    /// `bias_group` (`bias_quadrant`); a scalar is a list of one
    pub bias_group: Field<Vec<Spanned<i64>>>,
    /// `buffer_shift`
    pub buffer_shift: Field<i64>,
    /// `buffer_insert`
    pub buffer_insert: Field<i64>,
}

/// The value of `in_sequences`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct References {
    /// The entries that could be read, in order.
    pub items: Vec<Spanned<Reference>>,
    /// Whether all entries could be read.
    pub complete: bool,
    /// Whether it is written as a list.
    pub list: bool,
}

/// A block of `unload`.
#[derive(Clone, Debug, Default)]
pub struct Unload {
    /// The whole block.
    pub span: Span,
    /// The `-` and the first key.
    pub head: Span,
    /// `processors`
    pub processors: Field<u64>,
    /// `channels`
    pub channels: Field<i64>,
    /// `dim`, height and width
    pub dim: Field<[i64; 2]>,
    /// `offset`, bytes
    pub offset: Field<i64>,
    /// `width`, ignored by the vendor's tool
    pub width: Field<i64>,
    /// `write_gap`, words
    pub write_gap: Field<i64>,
}

/// A block of `data_buffer`.
#[derive(Clone, Debug, Default)]
pub struct DataBuffer {
    /// The whole block.
    pub span: Span,
    /// The `-` and the first key.
    pub head: Span,
    /// `processors`
    pub processors: Field<u64>,
    /// `dim`, height and width
    pub dim: Field<[i64; 2]>,
    /// `channels`
    pub channels: Field<i64>,
    /// `offset`, bytes
    pub offset: Field<i64>,
    /// `name`
    pub name: Field<String>,
    /// `width`, ignored by the vendor's tool
    pub width: Field<i64>,
}

/// The whole file.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The top mapping; empty where there is none.
    pub span: Span,
    /// `arch`
    pub arch: Field<String>,
    /// `dataset`
    pub dataset: Field<String>,
    /// The `layers` key and value, `Given(())` where it is a list.
    pub layers_field: Field<()>,
    /// `output_map`
    pub output_map: Field<u64>,
    /// `snoop`
    pub snoop: Field<Vec<i64>>,
    /// `unload`
    pub unload: Vec<Unload>,
    /// `data_buffer`
    pub data_buffer: Vec<DataBuffer>,
    /// The layers in order of their sequence numbers, holes closed: the index is the layer number
    /// that the vendor's tool prints. Of two layers with one number the later in the file is left
    /// at the end of `duplicates`.
    pub layers: Vec<Layer>,
    /// Layers that claim a sequence number which an earlier one has; not analysed. Those without
    /// a `sequence` of their own only follow such a layer.
    pub duplicates: Vec<Layer>,
    /// Whether the sequence numbers have holes, so that references by number and index differ.
    pub has_holes: bool,
    /// The first layer of each name, in lower case: its index.
    pub(super) named: HashMap<String, usize>,
    /// What lowering found wrong, for the rules to report.
    pub problems: Vec<super::Problem>,
}
