//! The keys of a layer.

use crate::device::{Device, MAX78002, QUADRANTS};
use crate::diagnostic::Code;
use crate::network::{Activation, DataFormat, Eltwise, Operation};

use super::domain::Range;
use super::{Devices, Domain, Key, Meaning, Word};

/// The chip with the wider limits: its numbers bound the domains.
static CHIP: &Device = &MAX78002;

const WORD: Word = Word {
    name: "",
    aliases: &[],
    foreign: &[],
    meaning: Meaning::Number(0),
    documentation: "",
};

static OPERATIONS: &[Word] = &[
    Word {
        name: "Conv2d",
        foreign: &[
            "conv",
            "convolution",
            "conv2",
            "dwconv",
            "depthwise",
            "fusedconv2d",
        ],
        meaning: Meaning::Operation(Operation::Conv2d),
        documentation: "2-D convolution, kernel 3x3 or 1x1.",
        ..WORD
    },
    Word {
        name: "Conv1d",
        foreign: &["conv1"],
        meaning: Meaning::Operation(Operation::Conv1d),
        documentation: "1-D convolution, kernel length 1 to 9.",
        ..WORD
    },
    Word {
        name: "ConvTranspose2d",
        foreign: &[
            "deconv",
            "deconv2d",
            "transposedconv2d",
            "upconv",
            "convtranspose",
        ],
        meaning: Meaning::Operation(Operation::ConvTranspose2d),
        documentation: "2-D transposed convolution, kernel 3x3, stride 2: doubles height and width.",
        ..WORD
    },
    Word {
        name: "Linear",
        aliases: &["FC", "MLP"],
        foreign: &["dense", "fullyconnected", "gemm", "matmul"],
        meaning: Meaning::Operation(Operation::Linear),
        documentation: "Fully connected layer; with `flatten` it takes height and width as \
            channels.",
    },
    Word {
        name: "None",
        aliases: &["Passthrough"],
        foreign: &[
            "null", "no", "off", "identity", "pool", "pooling", "maxpool", "avgpool",
        ],
        meaning: Meaning::Operation(Operation::Passthrough),
        documentation: "No convolution: moves or pools data.",
    },
    Word {
        name: "Add",
        foreign: &["sum", "plus", "residual"],
        meaning: Meaning::Operation(Operation::Eltwise(Eltwise::Add)),
        documentation: "Element-wise sum, without convolution.",
        ..WORD
    },
    Word {
        name: "Sub",
        foreign: &["subtract", "minus"],
        meaning: Meaning::Operation(Operation::Eltwise(Eltwise::Sub)),
        documentation: "Element-wise difference, without convolution.",
        ..WORD
    },
    Word {
        name: "BitwiseOr",
        aliases: &["Or", "bitwise_or"],
        meaning: Meaning::Operation(Operation::Eltwise(Eltwise::Or)),
        documentation: "Element-wise bitwise or, without convolution.",
        ..WORD
    },
    Word {
        name: "BitwiseXor",
        aliases: &["Xor", "bitwise_xor"],
        meaning: Meaning::Operation(Operation::Eltwise(Eltwise::Xor)),
        documentation: "Element-wise bitwise exclusive or, without convolution.",
        ..WORD
    },
];

static ELTWISE: &[Word] = &[
    Word {
        name: "add",
        foreign: &["sum", "plus", "residual"],
        meaning: Meaning::Eltwise(Eltwise::Add),
        documentation: "Sum.",
        ..WORD
    },
    Word {
        name: "sub",
        foreign: &["subtract", "minus"],
        meaning: Meaning::Eltwise(Eltwise::Sub),
        documentation: "Difference, first operand minus second.",
        ..WORD
    },
    Word {
        name: "or",
        foreign: &["bitwise_or", "bitwiseor"],
        meaning: Meaning::Eltwise(Eltwise::Or),
        documentation: "Bitwise or.",
        ..WORD
    },
    Word {
        name: "xor",
        foreign: &["bitwise_xor", "bitwisexor"],
        meaning: Meaning::Eltwise(Eltwise::Xor),
        documentation: "Bitwise exclusive or.",
        ..WORD
    },
];

static ACTIVATIONS: &[Word] = &[
    Word {
        name: "ReLU",
        foreign: &["relu6", "rectifier"],
        meaning: Meaning::Activation(Activation::Relu),
        documentation: "Negative values become 0; the output lies in 0 to 127.",
        ..WORD
    },
    Word {
        name: "Abs",
        meaning: Meaning::Activation(Activation::Abs),
        documentation: "Absolute value.",
        ..WORD
    },
    Word {
        name: "None",
        foreign: &["null", "no", "off", "linear", "identity"],
        meaning: Meaning::Activation(Activation::None),
        documentation: "No activation; the output is still clipped to -128 to 127.",
        ..WORD
    },
];

static FORMATS: &[Word] = &[
    Word {
        name: "HWC",
        aliases: &["little"],
        foreign: &["nhwc", "channels_last"],
        meaning: Meaning::Format(DataFormat::Hwc),
        documentation: "A data word holds one pixel of four channels.",
    },
    Word {
        name: "CHW",
        aliases: &["big"],
        foreign: &["nchw", "channels_first"],
        meaning: Meaning::Format(DataFormat::Chw),
        documentation: "A data word holds four pixels of one channel: four times the room, one \
            channel for each data-memory instance.",
    },
];

static BINARY: &[Word] = &[Word {
    name: "bin",
    aliases: &["binary"],
    meaning: Meaning::Number(-1),
    documentation: "Weights +1 and -1, MAX78002 only.",
    ..WORD
}];

/// The table.
pub(super) static KEYS: &[Key] = &[
    Key {
        name: "name",
        foreign: &["label", "id"],
        documentation: "Name of the layer, for use in `in_sequences`, `next_sequence` and \
            `weight_source` instead of a number. Case does not matter when a name is looked up, \
            so names must differ in more than case. `input` and `stop` are reserved.",
        ..Key::BASE
    },
    Key {
        name: "sequence",
        domain: Domain::Integer(Range::from(0, 58).to(CHIP.max_layers as i64 - 1, 101)),
        default: "the previous layer's + 1, the first 0",
        documentation: "Place of the layer in the order of execution; the layers behind it count \
            on from there. Numbers left out are closed up, but references to numbers and names \
            behind such a hole are not: avoid holes.",
        ..Key::BASE
    },
    Key {
        name: "in_sequences",
        foreign: &[
            "inputs",
            "input",
            "in_sequence",
            "input_sequences",
            "in_layers",
            "from",
        ],
        domain: Domain::References,
        default: "the previous layer",
        documentation: "Where the layer's data comes from: the number or name of a layer, or a \
            list of them. `input` (or -1) is the network's input, the name of the `data_buffer` \
            (or -2) the rolling buffer.\n\n\
            Without an element-wise operation a list concatenates channels in its order: earlier \
            entries on lower processors, all but the last a multiple of 4 channels, all of one \
            height and width. With one it lists the operands: same channels, same processors, \
            interleaved with `write_gap`. Give `in_offset` along with it. On the MAX78000 only \
            earlier layers can be named.",
        ..Key::BASE
    },
    Key {
        name: "in_offset",
        foreign: &["input_offset", "read_offset", "offset"],
        domain: Domain::Offset(Range::from(0, 58)),
        default: "the previous layer's `out_offset`; 0 for the first layer",
        empty_is_default: true,
        documentation: "Where the input starts in each data-memory instance, in bytes. The \
            default follows the *previous* layer even where `in_sequences` names another one. The \
            input takes height x width x 4 x passes x operands bytes (height x width in CHW) and \
            must end inside the instance: 0x8000 bytes on the MAX78000, 0x14000 on the MAX78002.",
        ..Key::BASE
    },
    Key {
        name: "in_channels",
        foreign: &["in_features", "input_channels", "channels_in", "c_in"],
        domain: Domain::Integer(Range::from(1, 58).to(CHIP.max_channels, 707)),
        default: "from the weights, or the channels of the source",
        empty_is_default: true,
        documentation: "Number of input channels; overrides what the weights and the source say. \
            With `flatten` count channels x height x width.",
        ..Key::BASE
    },
    Key {
        name: "in_dim",
        foreign: &[
            "input_dim",
            "input_shape",
            "in_shape",
            "input_size",
            "in_dims",
            "dim",
        ],
        domain: Domain::Dimensions(Range::from(1, 58).to(CHIP.max_dim, 414)),
        wrong_type: Code(13),
        default: "the source's output dimensions",
        documentation: "`[height, width]` of the input, or the length of 1-D data. Needed to go \
            from 1-D to 2-D data or back; the number of pixels must stay the same. It regroups \
            pixels and never turns channels into pixels: the output of a Linear layer cannot \
            become an image.",
        ..Key::BASE
    },
    Key {
        name: "in_crop",
        foreign: &["crop"],
        domain: Domain::Crop,
        wrong_type: Code(55),
        default: "[0, 0]",
        documentation: "`[front, back]`: rows of the input to leave out at the start and the end. \
            Set `in_offset` and `in_dim` to what is left. Due to a slip in the vendor's tool the \
            second number must not be 0 while the first is not.",
        ..Key::BASE
    },
    Key {
        name: "read_gap",
        aliases: &["in_skip"],
        foreign: &["in_gap", "input_gap"],
        domain: Domain::Integer(Range::from(0, 58)),
        default: "0",
        devices: Devices::Max78002,
        documentation: "Words to skip between reads. MAX78002 only, and only with one input pass \
            (up to 64 channels). For a single source it equals the producer's `write_gap`.",
        ..Key::BASE
    },
    Key {
        name: "in_channel_skip",
        domain: Domain::Integer(Range::from(0, 58)),
        default: "0",
        advanced: true,
        documentation: "Channels of the sample input to skip; only the simulation with \
            `--reshape-inputs` looks at it.",
        ..Key::BASE
    },
    Key {
        name: "data_format",
        foreign: &["format", "layout", "input_format"],
        domain: Domain::Words {
            words: FORMATS,
            code: Code(21),
        },
        default: "HWC",
        documentation: "Layout of the network's input: `HWC` or `CHW`. First layer only; outputs \
            are always HWC. HWC holds up to 8192 pixels a channel (MAX78000) or 20480 (MAX78002), \
            CHW four times as many, but only one channel for each group of four processors.",
        ..Key::BASE
    },
    Key {
        name: "op",
        aliases: &["operation", "operator", "convolution"],
        foreign: &["type", "layer_type", "conv", "kind"],
        domain: Domain::Words {
            words: OPERATIONS,
            code: Code(15),
        },
        default: "Conv2d, with a warning",
        documentation: "The layer's main operation. `Conv1d`, `Conv2d`, `ConvTranspose2d` and \
            `Linear` use weights; `None` moves or pools data; `Add`, `Sub`, `Or`, `Xor` combine \
            operands without a convolution. Case does not matter. Pooling and `eltwise` in the \
            same layer come before it.",
        ..Key::BASE
    },
    Key {
        name: "eltwise",
        foreign: &["elementwise", "element_wise"],
        domain: Domain::Words {
            words: ELTWISE,
            code: Code(18),
        },
        default: "none",
        documentation: "Element-wise operation before the convolution of the same layer. Name the \
            operands in `in_sequences`. MAX78000: one input pass, or two operands in two passes; \
            otherwise use a layer of its own without pooling. MAX78002: not together with a \
            convolution that has a bias. Not with Conv1d.",
        ..Key::BASE
    },
    Key {
        name: "operands",
        foreign: &["num_operands", "inputs_count"],
        domain: Domain::Integer(Range::from(2, 20).to(16, 20)),
        default: "2 with an element-wise operation, else 1",
        documentation: "Number of operands of the element-wise operation, 2 to 16. Each of them \
            must be written with `write_gap` = operands - 1, the first at `in_offset`, each \
            further one 4 bytes later.",
        ..Key::BASE
    },
    Key {
        name: "max_pool",
        foreign: &[
            "pool",
            "pool_size",
            "pooling",
            "pool_kernel",
            "max_pooling",
            "maxpool2d",
        ],
        domain: Domain::Pair(Range::from(1, 60).to(16, 60)),
        default: "no pooling",
        documentation: "Window of max pooling, 1 to 16: a number, or `[height, width]`. It runs \
            before the convolution and never pads; a side of n becomes \
            floor((n - window) / pool_stride) + 1. Always write `pool_stride` along with it.",
        ..Key::BASE
    },
    Key {
        name: "avg_pool",
        foreign: &[
            "average_pool",
            "mean_pool",
            "avg_pooling",
            "avgpool2d",
            "global_avg_pool",
        ],
        domain: Domain::Pair(Range::from(1, 60).to(16, 60)),
        default: "no pooling",
        documentation: "Window of average pooling, 1 to 16: a number, or `[height, width]`. Like \
            `max_pool`; the average is rounded down unless the tool is told \
            `--avg-pool-rounding`.",
        ..Key::BASE
    },
    Key {
        name: "pool_stride",
        foreign: &["pooling_stride", "pool_strides"],
        domain: Domain::Pair(Range::from(1, 60).to(16, 60)),
        default: "1, with a warning (PyTorch: the window)",
        documentation: "Step of the pooling window, 1 to 16; equal in both directions for 2-D \
            data. The default is 1 where PyTorch takes the window's size: write it always.",
        ..Key::BASE
    },
    Key {
        name: "pool_dilation",
        domain: Domain::Pair(Range::from(1, 444).to(CHIP.max_pool_dilation, 444)),
        default: "1",
        devices: Devices::Max78002,
        documentation: "Distance of the pixels that one pooling window takes, 1 to 16 on the \
            MAX78002; the MAX78000 knows 1 only. Needs `max_pool` or `avg_pool`.",
        ..Key::BASE
    },
    Key {
        name: "pool_first",
        domain: Domain::Boolean,
        default: "true",
        documentation: "Whether pooling comes before the element-wise operation. `false` needs \
            both in the layer, and at most 2 operands.",
        ..Key::BASE
    },
    Key {
        name: "kernel_size",
        foreign: &["kernel", "kernel_shape", "ksize", "filter_size"],
        domain: Domain::Kernel,
        wrong_type: Code(24),
        default: "3x3; 9 for Conv1d",
        documentation: "Size of the kernel. Conv2d: `3x3` or `1x1`, written with an x. \
            ConvTranspose2d: `3x3`. Conv1d: a length from 1 to 9. Linear: leave it out. A `1x1` \
            kernel needs `pad: 0`.",
        ..Key::BASE
    },
    Key {
        name: "pad",
        foreign: &["padding", "pads"],
        domain: Domain::Integer(Range::from(0, 16).to(2, 411)),
        default: "1 for convolutions, 0 for Linear and without a convolution",
        documentation: "Zeros around the input of the convolution, 0 to 2, the same on each side; \
            must be smaller than the kernel, so a `1x1` kernel needs `pad: 0`. ConvTranspose2d \
            counts as PyTorch does. Always write it for a Conv1d: leaving it out there takes the \
            padding of the width from every 2-D layer that relies on the default.",
        ..Key::BASE
    },
    Key {
        name: "stride",
        foreign: &["strides", "conv_stride"],
        domain: Domain::Pair(Range::from(1, 58).to(2, 408)),
        default: "1; 2 for ConvTranspose2d",
        documentation: "Step of the convolution. The hardware knows 1 only, and 2 for \
            ConvTranspose2d, so it need not be written. Pool before the convolution to shrink the \
            data.",
        ..Key::BASE
    },
    Key {
        name: "dilation",
        domain: Domain::Pair(Range::from(1, 58).to(CHIP.max_dilation, 428)),
        default: "1",
        documentation: "Distance of the input values that one kernel takes; Conv1d only. With a \
            kernel of length k, as long as (k - 1) x dilation is below 9 nothing else changes; \
            beyond that the kernel has at most length 3, `pad` is 0, and neither pooling nor an \
            element-wise operation is possible; up to 1023 (MAX78000) or 2047 (MAX78002).",
        ..Key::BASE
    },
    Key {
        name: "output_pad",
        foreign: &["output_padding"],
        domain: Domain::Integer(Range::from(0, 30).to(1, 433)),
        default: "1 for ConvTranspose2d, else 0",
        documentation: "Rows and columns added to the output of a ConvTranspose2d; 1 is all that \
            is supported, and the default.",
        ..Key::BASE
    },
    Key {
        name: "groups",
        aliases: &["conv_groups"],
        foreign: &["group", "num_groups"],
        domain: Domain::Integer(Range::from(1, 58).to(CHIP.max_channels, 439)),
        default: "1",
        documentation: "Groups of the convolution: 1, or on the MAX78002 the number of input and \
            output channels (depthwise). Depthwise layers have no `flatten` and no `bias_group`.",
        ..Key::BASE
    },
    Key {
        name: "flatten",
        domain: Domain::Boolean,
        default: "false",
        documentation: "Linear only: takes the input's height x width as further channels. At \
            most 256 pixels and 16384 values. Not with pooling, streaming or without weights, and \
            of no use for a single pixel. `processors` counts the channels *before* flattening.",
        ..Key::BASE
    },
    Key {
        name: "activate",
        aliases: &["activation"],
        foreign: &["act", "nonlinearity"],
        domain: Domain::Words {
            words: ACTIVATIONS,
            code: Code(14),
        },
        default: "None",
        documentation: "What follows the convolution: `ReLU`, `Abs` or `None`. Not without a \
            convolution, and not with a 32-bit output.",
        ..Key::BASE
    },
    Key {
        name: "quantization",
        foreign: &["bits", "weight_bits", "qbits"],
        domain: Domain::Numbers {
            numbers: &[1, 2, 4, 8],
            words: BINARY,
            code: Code(12),
        },
        wrong_type: Code(12),
        default: "from the checkpoint, else 8",
        documentation: "Bits of a weight: 1, 2, 4 or 8, or `bin` for weights of +1 and -1 \
            (MAX78002 only). The checkpoint knows it, so it is best left out.",
        ..Key::BASE
    },
    Key {
        name: "output_shift",
        foreign: &["shift"],
        domain: Domain::Integer(Range::from(-22, 448).to(15, 448)),
        default: "from the checkpoint, else 0",
        empty_is_default: true,
        documentation: "Power of two by which the result is multiplied before it is clipped to 8 \
            bits. -15 to 15 with 8-bit weights, -19 to 11 with 4, -21 to 9 with 2, -22 to 8 with \
            1. Normally the checkpoint sets it. 0 without a convolution; without effect on a \
            32-bit output.",
        ..Key::BASE
    },
    Key {
        name: "output_width",
        foreign: &["out_width", "output_bits"],
        domain: Domain::Numbers {
            numbers: &[8, 32],
            words: &[],
            code: Code(22),
        },
        wrong_type: Code(22),
        default: "8",
        documentation: "Bits of an output value: 8, or 32 (fixed point Q17.14) for the last layer, \
            for example before a softmax. 32 needs four times the room, a convolution, and no \
            activation; train with `wide=True`. No layer can read 32-bit data.",
        ..Key::BASE
    },
    Key {
        name: "processors",
        foreign: &[
            "in_processors",
            "input_processors",
            "proc",
            "procs",
            "processor_map",
        ],
        domain: Domain::Mask { code: Code(10) },
        wrong_type: Code(10),
        required: true,
        documentation: "Which of the 64 processors take part, one bit each, bit 0 the first; dots \
            and underscores group the digits: `0x0000.0000.0000.000f`. Each processor takes one \
            **input** channel in each pass: up to 64 channels need as many bits; above, passes = \
            ceil(channels / 64), and bits = ceil(channels / passes) rounded up to a multiple of 4 \
            (100 channels: 2 passes of 52).\n\n\
            Four neighbours share a data-memory instance, 16 a quadrant. The first quadrant must \
            be used somewhere in the network. A CHW input takes at most one bit of each group of \
            four. With `flatten` count the channels before flattening. The position costs no \
            speed, but decides where weights and data lie.",
        ..Key::BASE
    },
    Key {
        name: "output_processors",
        foreign: &["out_processors", "output_map"],
        domain: Domain::Mask { code: Code(11) },
        wrong_type: Code(11),
        default: "the next layer's `processors`",
        documentation: "To which processors' data memory the output goes, one bit for each \
            **output** channel of a pass, counted as in `processors`. Every layer that reads the \
            data needs exactly these processors. Without a convolution it is a packed copy of the \
            input mask within each quadrant; depthwise it starts at a multiple of 4.",
        ..Key::BASE
    },
    Key {
        name: "out_channels",
        foreign: &[
            "out_features",
            "filters",
            "units",
            "output_channels",
            "num_filters",
            "c_out",
        ],
        domain: Domain::Integer(Range::from(1, 58).to(CHIP.max_channels, 708)),
        default: "from the weights, or `in_channels`",
        empty_is_default: true,
        documentation: "Number of output channels; the weights say it, so it is rarely written.",
        ..Key::BASE
    },
    Key {
        name: "out_offset",
        foreign: &["output_offset", "write_offset"],
        domain: Domain::Offset(Range::from(0, 301).to(CHIP.out_offset_limit - 4, 301)),
        default: "0, with a warning",
        documentation: "Where the output starts in each data-memory instance, in bytes; a multiple \
            of 4. It takes height x width x 4 x passes bytes, four times that with \
            `output_width: 32`, and must end inside the instance: 0x8000 bytes on the MAX78000, \
            0x14000 on the MAX78002.\n\n\
            A chain of layers alternates between two places, such as 0 and 0x4000 (MAX78000) or 0 \
            and 0xA000 (MAX78002). The same offset is fine where the instances differ.",
        ..Key::BASE
    },
    Key {
        name: "write_gap",
        foreign: &["out_gap", "output_gap"],
        domain: Domain::Integer(Range::from(0, 58)),
        default: "0",
        documentation: "Words left free between written words, for others to fill: operands - 1 \
            where an element-wise layer reads the data, inputs - 1 for an interleaved \
            concatenation. The output then reaches (write_gap + 1) times as far.",
        ..Key::BASE
    },
    Key {
        name: "bias_group",
        aliases: &["bias_quadrant"],
        domain: Domain::Integers(Range::from(0, 208).to(QUADRANTS as i64 - 1, 208)),
        default: "any used quadrant with room",
        empty_is_default: true,
        documentation: "Quadrant, 0 to 3, or list of quadrants, whose bias memory may hold this \
            layer's biases. A quadrant holds 512 biases on the MAX78000, 2048 on the MAX78002, \
            and must be used by some layer's processors.",
        ..Key::BASE
    },
    Key {
        name: "streaming",
        foreign: &["stream"],
        domain: Domain::Boolean,
        default: "false",
        documentation: "Whether the layer starts while its input still arrives, so that only a \
            part of it needs room. The first layers of the network only, up to 8, without a hole; \
            the vendor's tool wants `--fifo` or `--fast-fifo`. Not without weights on the \
            MAX78002; biases of streaming layers are unreliable on the MAX78000.",
        ..Key::BASE
    },
    Key {
        name: "output",
        foreign: &["is_output"],
        domain: Domain::Boolean,
        default: "true for the last layer",
        documentation: "Marks a layer whose result the application reads: it is checked, unloaded, \
            and must not be overwritten later. Where any layer says so, the last one must too.",
        ..Key::BASE
    },
    Key {
        name: "weight_source",
        foreign: &["share_weights", "weights_from"],
        domain: Domain::Reference,
        default: "own weights",
        documentation: "Number or name of the layer whose weights this one uses as well, where the \
            checkpoint holds them once.",
        ..Key::BASE
    },
    Key {
        name: "next_sequence",
        foreign: &["next", "next_layer"],
        domain: Domain::Target,
        default: "the next layer; the last one stops",
        devices: Devices::Max78002,
        documentation: "Number or name of the layer that runs next, or `stop`. Jumps work on the \
            MAX78002 only.",
        ..Key::BASE
    },
    Key {
        name: "buffer_shift",
        domain: Domain::Integer(Range::from(1, 33)),
        default: "none",
        documentation: "Rows by which the rolling buffer moves on. Needs a passthrough layer whose \
            `in_sequences` names the buffer.",
        ..Key::BASE
    },
    Key {
        name: "buffer_insert",
        domain: Domain::Integer(Range::from(1, 35)),
        default: "none",
        documentation: "Rows that the layer's output adds to the rolling buffer. Needs \
            `out_offset`.",
        ..Key::BASE
    },
    Key {
        name: "simulated_sequence",
        domain: Domain::Target,
        default: "as `next_sequence`",
        advanced: true,
        documentation: "Which layer runs next in the simulation that makes the known answers; a \
            number, a name or `stop`.",
        ..Key::BASE
    },
    Key {
        name: "snoop_sequence",
        domain: Domain::Integer(Range::from(0, 120).to(CHIP.max_layers as i64 - 1, 120)),
        default: "none",
        devices: Devices::Max78002,
        advanced: true,
        documentation: "Layer to which a match of the snoop unit jumps. For hardware tests.",
        ..Key::BASE
    },
    Key {
        name: "bypass",
        domain: Domain::Boolean,
        default: "false",
        devices: Devices::Max78002,
        advanced: true,
        documentation: "Skips the weights of the layer (MAX78002). For hardware tests.",
        ..Key::BASE
    },
    Key {
        name: "calcx4",
        domain: Domain::Boolean,
        default: "false",
        devices: Devices::Max78002,
        advanced: true,
        documentation: "Reorders the kernels of multi-pass layers for faster computation \
            (MAX78002). The output channels must be a multiple of 4.",
        ..Key::BASE
    },
    Key {
        name: "readahead",
        domain: Domain::Boolean,
        default: "false",
        devices: Devices::Max78002,
        advanced: true,
        documentation: "Fetches input while output is written (MAX78002); both must lie in \
            different parts of 16 KiB of the data memory.",
        ..Key::BASE
    },
    Key {
        name: "tcalc",
        domain: Domain::Boolean,
        default: "true with `readahead` and several input passes",
        devices: Devices::Max78002,
        advanced: true,
        documentation: "Rounds the input passes up to a multiple of 4 (MAX78002). For hardware \
            tests.",
        ..Key::BASE
    },
];
