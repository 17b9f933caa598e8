//! The two chips as constant tables. No logic; no device number stands anywhere else.
//!
//! Sources: `izer/tornadocnn.py` of the vendor's tool (constant names in the comments of the
//! tables) and its README.

mod max78000;
mod max78002;

pub use max78000::MAX78000;
pub use max78002::MAX78002;

/// Which chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeviceId {
    /// MAX78000 (the vendor's tool calls it AI85).
    Max78000,
    /// MAX78002 (the vendor's tool calls it AI87).
    Max78002,
}

impl DeviceId {
    /// Both chips.
    pub const ALL: [Self; 2] = [Self::Max78000, Self::Max78002];

    /// The table of the chip.
    pub const fn table(self) -> &'static Device {
        match self {
            Self::Max78000 => &MAX78000,
            Self::Max78002 => &MAX78002,
        }
    }

    /// `MAX78000` or `MAX78002`.
    pub const fn name(self) -> &'static str {
        self.table().name
    }

    /// Reads a name as the vendor's tool takes it: `MAX78000`, `max78002`, `78000`, `AI85`, `ai87`,
    /// with or without the `CNN` part of older spellings.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "max78000" | "78000" | "ai85" | "85" => Some(Self::Max78000),
            "max78002" | "78002" | "ai87" | "87" => Some(Self::Max78002),
            _ => None,
        }
    }
}

/// Number of processors of either chip.
pub const PROCESSORS: u32 = 64;
/// Processors that share one data-memory instance (`P_SHARED`).
pub const PROCESSORS_PER_INSTANCE: u32 = 4;
/// Data-memory instances of either chip.
pub const INSTANCES: u32 = PROCESSORS / PROCESSORS_PER_INSTANCE;
/// Instances in one quadrant ("group" in the vendor's tool).
pub const INSTANCES_PER_QUADRANT: u32 = 4;
/// Quadrants of either chip.
pub const QUADRANTS: u32 = 4;
/// Processors of one quadrant.
pub const PROCESSORS_PER_QUADRANT: u32 = PROCESSORS / QUADRANTS;
/// Largest `pad` of either chip (README, "Limitations").
pub const MAX_PAD: i64 = 2;
/// Pixels that `flatten` takes at most (`izer.py:549`).
pub const MAX_FLATTEN_PIXELS: i64 = 256;
/// Values that `flatten` takes at most (README, "Fully Connected").
pub const MAX_FLATTEN_VALUES: i64 = 16384;
/// Operands that pooling after the element-wise operation takes (`MAX_POOL_LAST_ELEMENTS`).
pub const MAX_POOL_LAST_OPERANDS: i64 = 2;
/// A dilated Conv1d whose kernel spans less than this runs as a longer kernel (`max7800x.py:538`).
pub const STRETCHED_KERNEL_LIMIT: i64 = 9;
/// The longest kernel of a Conv1d with more dilation than that (`MAX_DILATION_1D_KERNEL`).
pub const MAX_DILATED_KERNEL: i64 = 3;
/// Bits of a weight where nobody says how many (`DEFAULT_WEIGHT_BITS`).
pub const WEIGHT_BITS: i64 = 8;
/// Shifts of the result go from minus this to this, those for small weights included.
pub const MAX_OUTPUT_SHIFT: i64 = 15;
/// The pooling counters count below this (4 bits, `max7800x.py:1721`).
pub const POOL_COUNTER_LIMIT: i64 = 16;
/// Passes over the input of a layer (4 bits, `max7800x.py:1903`).
pub const MAX_INPUT_PASSES: i64 = 16;
/// Time slots of a layer (4 bits, `max7800x.py:1990`).
pub const MAX_TIME_SLOTS: i64 = 16;

/// The facts of one chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// Which chip.
    pub id: DeviceId,
    /// Its name.
    pub name: &'static str,
    /// Layers that the hardware can hold.
    pub max_layers: usize,
    /// Layers that can stream (registers exist for these only).
    pub max_streaming_layers: usize,
    /// Highest value of `--start-layer`.
    pub max_start_layer: usize,
    /// Largest height or width that the vendor's tool accepts.
    pub max_dim: i64,
    /// Largest height or width that the vendor's documentation promises.
    pub documented_max_dim: i64,
    /// Largest number of input or output channels of a layer.
    pub max_channels: i64,
    /// Largest number of channels that the vendor's documentation promises.
    pub documented_max_channels: i64,
    /// Bytes of one data-memory instance.
    pub instance_bytes: i64,
    /// Distance of the first bytes of two neighbouring instances of a quadrant, in bytes.
    pub instance_pitch: i64,
    /// Bytes of one sub-instance: reading and writing at once needs different ones.
    pub sub_instance_bytes: i64,
    /// `out_offset` must be below this many bytes (one quadrant's memory).
    pub out_offset_limit: i64,
    /// First data-memory address, relative to the accelerator's base 0x50000000.
    pub data_base: i64,
    /// Distance of two quadrants' data memories, in bytes.
    pub quadrant_pitch: i64,
    /// Kernel words (72 bits) of a usual processor.
    pub kernel_words: usize,
    /// Kernel words of processors 0, 16, 32, 48.
    pub kernel_words_large: usize,
    /// Kernel words of one sub-memory, in the words that every processor has.
    pub kernel_sub_memory: usize,
    /// Kernel words of one sub-memory, in the words that only processors 0, 16, 32, 48 have.
    pub kernel_sub_memory_large: usize,
    /// Whether a depth-wise layer's kernels must stay in one sub-memory.
    pub depthwise_in_one_sub_memory: bool,
    /// Bias bytes of a quadrant.
    pub bias_bytes: usize,
    /// Whether the bias of flattening layers is placed before that of all others.
    pub flatten_bias_first: bool,
    /// TRAM words of a processor.
    pub tram_words: i64,
    /// `height * width * input passes` must be below this.
    pub max_frame: i64,
    /// Largest `dilation` of a Conv1d.
    pub max_dilation: i64,
    /// Largest `pool_dilation`.
    pub max_pool_dilation: i64,
    /// Row and column counters count below this.
    pub counter_limit: i64,
    /// Whether these counters count the padding too.
    pub counts_padding: bool,
    /// Bits of the register that says when a streaming layer may start.
    pub stream_start_bits: u32,
    /// Bits of a streaming layer's step between two rows.
    pub stream_delta2_bits: u32,
    /// Bits of a streaming layer's ring buffer length, in words.
    pub rollover_bits: u32,
    /// Bits of the input frame size, in pixels.
    pub frame_bits: u32,
    /// Bits of the first TRAM word of a streaming layer.
    pub tram_pointer_bits: u32,
    /// Whether a bias in a streaming layer works.
    pub streaming_bias: bool,
    /// Bits of the write-gap field.
    pub write_gap_bits: u32,
    /// Bits of the write pointer, in words.
    pub write_pointer_bits: u32,
    /// Whether `groups` may equal the channel count (depth-wise).
    pub depthwise: bool,
    /// Whether `calcx4`, `readahead`, `snoop`, `bypass`, binary weights, `next_sequence` exist.
    pub extended_features: bool,
    /// Whether a layer may set `read_gap`.
    pub read_gap: bool,
    /// Whether a padded Conv1d may take more than one input pass.
    pub conv1d_pad_multipass: bool,
    /// Whether one layer may do element-wise, convolution and bias.
    pub eltwise_conv_bias: bool,
    /// Whether a layer may stream with `pad: 0` as the last streaming one.
    pub streaming_final_pad_zero: bool,
    /// Whether a passthrough layer may stream.
    pub streaming_passthrough: bool,
    /// Whether a pooling passthrough takes more than one pass only by special cases.
    pub passthrough_pool_one_pass: bool,
    /// Whether element-wise with several passes is emulated (restricted).
    pub eltwise_multipass_emulated: bool,
    /// Whether average pooling right behind an element-wise layer costs an extra hardware layer.
    pub avg_pool_after_eltwise_costs_layer: bool,
    /// Whether the vendor gives a formula for the cycles of a layer.
    pub latency_formula: bool,
}
