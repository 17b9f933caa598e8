//! What the key table implies: unknown keys, and values outside the domain of their key.
//!
//! Lowering finds them; these rules say which fault has which code, and why it matters.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Example, FixAvailability, Rule};

use super::problem_text::report;

/// What the rules of this file have in common.
const RULE: Rule = Rule {
    code: Code(0),
    name: "",
    severity: Severity::Error,
    summary: "",
    explanation: "",
    examples: &[],
    source: "",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check: report,
};

pub(super) static UNKNOWN_GLOBAL_KEY: Rule = Rule {
    code: Code(4),
    name: "unknown-global-key",
    summary: "a key at the top of the file is unknown",
    explanation: "\
The top of a network file knows `arch`, `dataset`, `layers`, `output_map`, `unload`, \
`data_buffer` and a few keys for tests. The vendor's tool refuses any other key. Mostly it is \
misspelt, or it belongs to a layer and lost its indentation.

Keys are compared with their case: `Arch` is unknown.",
    examples: &[Example {
        bad: "\
arch: demo
datasett: demo
# <- AX004

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        good: convolution!(""),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:110",
    ..RULE
};

pub(super) static MISSING_GLOBAL_KEY: Rule = Rule {
    code: Code(5),
    name: "missing-global-key",
    summary: "the file lacks `arch`, `dataset` or `layers`",
    explanation: "\
Every network file names its `arch`, which the vendor's tool compares with the checkpoint, its \
`dataset`, which picks the sample input and so the input's shape, and its `layers`. A key without \
a value counts as missing.",
    examples: &[Example {
        bad: "\
arch: demo
# <- AX005

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        good: convolution!(""),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:113",
    fix: FixAvailability::None,
    ..RULE
};

pub(super) static UNKNOWN_LAYER_KEY: Rule = Rule {
    code: Code(6),
    name: "unknown-layer-key",
    summary: "a key of a layer is unknown",
    explanation: "\
The vendor's tool refuses a layer with a key that it does not know. Mostly the key is misspelt, \
or carries over from another framework: `filters` is `out_channels` here (and normally left out, \
for the weights say it), `padding` is `pad`, `kernel` is `kernel_size`.

Keys are compared with their case: `Processors` is unknown. While a key is misspelt, its value \
counts as unknown, and nothing that follows from it is reported.",
    examples: &[
        Example {
            bad: convolution!("    activation_: ReLU\n    # <- AX006\n"),
            good: convolution!("    activation: ReLU\n"),
            model: None,
            shapes: None,
        },
        Example {
            bad: convolution!(
                "    padding: 1\n    # <- AX006\n    kernel: [3, 3]\n    # <- AX006\n"
            ),
            good: convolution!("    pad: 1\n    kernel_size: 3x3\n"),
            model: None,
            shapes: None,
        },
    ],
    source: "yamlcfg.py:191",
    ..RULE
};

pub(super) static WRONG_VALUE_TYPE: Rule = Rule {
    code: Code(8),
    name: "wrong-value-type",
    summary: "a value is of a type that its key cannot have",
    explanation: "\
The value has another type than the key takes: a list where one number belongs, text instead of \
a number, or nothing at all. The vendor's tool checks few types; it crashes somewhere later, with \
a Python traceback instead of a message.

YAML decides the type by the look of the text. Words such as `off`, `no` and `null` are no text \
but a boolean or nothing, so `activate: off` must be `activate: None`. Numbers in quotes are text. \
Where Python takes `yes` for 1 and `no` for 0, as in `pad: yes`, the vendor's tool goes on; this \
rule reports it all the same.",
    examples: &[
        Example {
            bad: convolution!("    pad: [1, 1]\n    #    ^^^^^^ AX008\n"),
            good: convolution!("    pad: 1\n"),
            model: None,
            shapes: None,
        },
        Example {
            bad: convolution!("    activate: off\n    #         ^^^ AX008\n"),
            good: convolution!("    activate: None\n"),
            model: None,
            shapes: None,
        },
    ],
    source: "yamlcfg.py:304",
    ..RULE
};

pub(super) static MISSING_PROCESSORS: Rule = Rule {
    code: Code(9),
    name: "missing-processors",
    summary: "a layer does not say its processors",
    explanation: "\
Every layer needs `processors`, the mask of the processors that take part, with one bit for each \
input channel of a pass. There is no default: which processors read the input decides in which \
data memories the layer looks for it, and where its weights are stored.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
  # <- AX009
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    output_processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:211",
    ..RULE
};

pub(super) static INVALID_PROCESSORS: Rule = Rule {
    code: Code(10),
    name: "invalid-processors",
    summary: "`processors` is no mask of 1 to 64 processors",
    explanation: "\
`processors` names the processors that take part, one bit each of 64. At least one bit must be \
set, and none beyond the 64th, so a mask has at most 16 hex digits. Dots and underscores between \
the digits are free.

Write masks as hex with `0x`. Without it YAML may read something else: `0000.0001` is a number \
with a point.",
    examples: &[
        Example {
            bad: network!(
                r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x0000.0000.0000.000g
    #           ^ AX010
    output_processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            good: network!(
                r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x0000.0000.0000.000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            model: None,
            shapes: None,
        },
        Example {
            bad: network!(
                r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 64
    out_channels: 4
    processors: 0x1ffffffffffffffff
    #           ^ AX010
    output_processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            good: network!(
                r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 64
    out_channels: 4
    processors: 0xffffffffffffffff
    output_processors: 0x000000000000000f
    out_offset: 0x2000
"
            ),
            model: None,
            shapes: None,
        },
    ],
    source: "yamlcfg.py:213",
    ..RULE
};

pub(super) static INVALID_OUTPUT_PROCESSORS: Rule = Rule {
    code: Code(11),
    name: "invalid-output-processors",
    summary: "`output_processors` is no mask of 1 to 64 processors",
    explanation: "\
`output_processors` names the processors to whose data memory the output goes, one bit each of \
64. At least one bit must be set, and none beyond the 64th, so a mask has at most 16 hex digits. \
Leave the key out to write to the processors of the next layer.",
    examples: &[Example {
        bad: convolution!("    output_processors: 0\n    #                  ^ AX011\n"),
        good: convolution!("    output_processors: 0xf\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:225",
    ..RULE
};

pub(super) static INVALID_QUANTIZATION: Rule = Rule {
    code: Code(12),
    name: "invalid-quantization",
    summary: "`quantization` is no number of weight bits of the hardware",
    explanation: "\
Weights have 1, 2, 4 or 8 bits, or, on the MAX78002, are binary (`bin`: +1 and -1). The weight \
memory packs 8 / bits kernels into the place of one, so nothing in between exists.

The checkpoint knows the bits of each layer: the key is best left out.",
    examples: &[Example {
        bad: convolution!("    quantization: 3\n    #             ^ AX012\n"),
        good: convolution!("    quantization: 4\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:259",
    ..RULE
};

pub(super) static INVALID_IN_DIM: Rule = Rule {
    code: Code(13),
    name: "invalid-in-dim",
    summary: "`in_dim` is neither a length nor `[height, width]`",
    explanation: "\
`in_dim` gives the input's dimensions without the channels: one number for 1-D data, or a list of \
height and width. `32x32` is text, and `[3, 32, 32]` has one number too many.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    in_dim: 8x8
    #       ^^^ AX013
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: convolution!(""),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:277",
    ..RULE
};

pub(super) static UNKNOWN_ACTIVATION: Rule = Rule {
    code: Code(14),
    name: "unknown-activation",
    summary: "`activate` names no activation of the hardware",
    explanation: "\
Behind a convolution the hardware knows `ReLU` and `Abs`, and `None`. There is no sigmoid, no \
tanh and no leaky ReLU: train with one of those two, or compute the function in software on the \
last layer's output.",
    examples: &[Example {
        bad: convolution!("    activate: sigmoid\n    #         ^^^^^^^ AX014\n"),
        good: convolution!("    activate: ReLU\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:310",
    ..RULE
};

pub(super) static UNKNOWN_OPERATOR: Rule = Rule {
    code: Code(15),
    name: "unknown-operator",
    summary: "`op` names no operator of the hardware",
    explanation: "\
A layer does one of `Conv1d`, `Conv2d`, `ConvTranspose2d`, `Linear` (`FC`, `MLP`), an \
element-wise `Add`, `Sub`, `Or`, `Xor`, or nothing (`None`, `Passthrough`). Pooling is no \
operator: it is a key of any layer (`max_pool`, `avg_pool`), as is a depthwise convolution \
(`groups`, MAX78002).",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2
      # ^^^^^ AX015
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: convolution!(""),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:362",
    ..RULE
};

pub(super) static NEGATIVE_PAD: Rule = Rule {
    code: Code(16),
    name: "negative-pad",
    summary: "`pad` is negative",
    explanation: "\
`pad` counts the zeros around the input of the convolution, 0 to 2. To make the input smaller, \
use `in_crop`.",
    examples: &[Example {
        bad: convolution!("    pad: -1\n    #    ^^ AX016\n"),
        good: convolution!("    pad: 0\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:375",
    ..RULE
};

pub(super) static UNKNOWN_ELTWISE: Rule = Rule {
    code: Code(18),
    name: "unknown-eltwise",
    summary: "`eltwise` names no element-wise operation of the hardware",
    explanation: "\
Operands can be added, subtracted, or combined bit by bit with or and exclusive or. There is no \
multiplication. The key takes `add`, `sub`, `or`, `xor` only, while `op` also knows longer \
spellings such as `bitwise_or`.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
    eltwise: mul
    #        ^^^ AX018
"
        ),
        good: convolution!(""),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:402",
    ..RULE
};

pub(super) static OPERANDS_RANGE: Rule = Rule {
    code: Code(20),
    name: "operands-range",
    summary: "`operands` is not 2 to 16",
    explanation: "\
An element-wise operation takes 2 to 16 operands; the hardware counts them in four bits. A layer \
with one input needs no element-wise operation.",
    examples: &[Example {
        bad: network!(
            r"
  - op: None
    eltwise: add
    operands: 17
    #         ^^ AX020
    in_sequences: input
    in_dim: [8, 8]
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        good: network!(
            r"
  - op: None
    in_dim: [8, 8]
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:416",
    ..RULE
};

pub(super) static UNKNOWN_DATA_FORMAT: Rule = Rule {
    code: Code(21),
    name: "unknown-data-format",
    summary: "`data_format` is neither HWC nor CHW",
    explanation: "\
The network's input lies in data memory as `HWC` (`little`; a word holds one pixel of four \
channels) or as `CHW` (`big`; a word holds four pixels of one channel). Names with a batch \
dimension, such as `NHWC`, are not known.",
    examples: &[Example {
        bad: convolution!("    data_format: NHWC\n    #            ^^^^ AX021\n"),
        good: convolution!("    data_format: HWC\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:426",
    ..RULE
};

pub(super) static INVALID_OUTPUT_WIDTH: Rule = Rule {
    code: Code(22),
    name: "invalid-output-width",
    summary: "`output_width` is neither 8 nor 32",
    explanation: "\
An output value has 8 bits, or, in the last layer, 32 bits. The hardware has no other width.",
    examples: &[Example {
        bad: convolution!("    output_width: 16\n    #             ^^ AX022\n"),
        good: convolution!("    output_width: 32\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:431",
    ..RULE
};

pub(super) static INVALID_KERNEL_SIZE: Rule = Rule {
    code: Code(24),
    name: "invalid-kernel-size",
    summary: "`kernel_size` is no kernel of the layer's operator",
    explanation: "\
A Conv2d has the kernels `3x3` and `1x1`, a ConvTranspose2d has `3x3`, a Conv1d a length from 1 \
to 9. Two dimensions are written with an x, one as a plain number: a list is refused, and so is \
`3` for a Conv2d. The processors compute nine products at a time, which is why no larger kernel \
exists; a 5x5 is built from two 3x3 layers.",
    examples: &[
        Example {
            bad: convolution!("    kernel_size: 3\n    #            ^ AX024\n"),
            good: convolution!("    kernel_size: 3x3\n"),
            model: None,
            shapes: None,
        },
        Example {
            bad: convolution!("    kernel_size: 5x5\n    #            ^^^ AX024\n"),
            good: convolution!("    kernel_size: 3x3\n"),
            model: None,
            shapes: None,
        },
    ],
    source: "yamlcfg.py:441, yamlcfg.py:445, yamlcfg.py:451, yamlcfg.py:453",
    ..RULE
};

pub(super) static NON_SQUARE_STRIDE_KEY: Rule = Rule {
    code: Code(25),
    name: "non-square-stride-key",
    summary: "`stride` differs between height and width",
    explanation: "\
The step of a convolution is the same in both directions, and in fact always 1, or 2 for a \
ConvTranspose2d, so the key is seldom needed. To shrink height and width differently, pool first.",
    examples: &[Example {
        bad: convolution!("    stride: [1, 2]\n    #       ^^^^^^ AX025\n"),
        good: convolution!("    stride: [1, 1]\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:462",
    fix: FixAvailability::None,
    ..RULE
};

pub(super) static BOOLEAN_NOT_BOOLEAN: Rule = Rule {
    code: Code(28),
    name: "boolean-not-boolean",
    severity: Severity::Warning,
    summary: "a yes-or-no key is neither `true` nor `false`",
    explanation: "\
The vendor's tool takes any value for a yes-or-no key and asks whether Python finds it true. Any \
text but the empty one is true, so `streaming: \"false\"` switches streaming **on**. Text that \
says no and means yes is an error, everything else a warning.

The words `true`, `yes`, `on`, `false`, `no`, `off` are booleans as long as they have no quotes.",
    examples: &[
        Example {
            bad: convolution!("    bypass: \"false\"\n    #       ^^^^^^^ AX028 error\n"),
            good: convolution!("    bypass: false\n"),
            model: None,
            shapes: None,
        },
        Example {
            bad: convolution!("    output: 1\n    #       ^ AX028 warning\n"),
            good: convolution!("    output: true\n"),
            model: None,
            shapes: None,
        },
    ],
    source: "yamlcfg.py:409, yamlcfg.py:480, yamlcfg.py:487, yamlcfg.py:534, yamlcfg.py:551, yamlcfg.py:558, yamlcfg.py:565, yamlcfg.py:589",
    ..RULE
};

pub(super) static NEGATIVE_OUTPUT_PAD: Rule = Rule {
    code: Code(30),
    name: "negative-output-pad",
    summary: "`output_pad` is negative",
    explanation: "\
`output_pad` counts the rows and columns that a ConvTranspose2d adds to its output. Only 1 is \
supported, which is the default.",
    examples: &[Example {
        bad: convolution!("    output_pad: -1\n    #           ^^ AX030\n"),
        good: convolution!("    output_pad: 0\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:579",
    fix: FixAvailability::None,
    ..RULE
};

pub(super) static INVALID_BUFFER_SHIFT: Rule = Rule {
    code: Code(33),
    name: "invalid-buffer-shift",
    summary: "`buffer_shift` is no positive whole number",
    explanation: "\
`buffer_shift` counts the rows by which a layer moves the rolling buffer on; 0 or less, or \
anything but a whole number, is refused.",
    examples: &[Example {
        bad: "\
arch: demo
dataset: demo

data_buffer:
  - name: history
    processors: 0x000000000000000f
    channels: 4
    dim: 16
    offset: 0x4000

layers:
  - op: None
    in_sequences: history
    in_offset: 0x4000
    in_dim: 15
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
    buffer_shift: 0
    #             ^ AX033
",
        good: "\
arch: demo
dataset: demo

data_buffer:
  - name: history
    processors: 0x000000000000000f
    channels: 4
    dim: 16
    offset: 0x4000

layers:
  - op: None
    in_sequences: history
    in_offset: 0x4004
    in_dim: 15
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
    buffer_shift: 1
",
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:611, yamlcfg.py:613",
    ..RULE
};

pub(super) static INVALID_BUFFER_INSERT: Rule = Rule {
    code: Code(35),
    name: "invalid-buffer-insert",
    summary: "`buffer_insert` is no positive whole number",
    explanation: "\
`buffer_insert` counts the rows that a layer adds to the rolling buffer; 0 or less, or anything \
but a whole number, is refused.",
    examples: &[Example {
        bad: convolution!("    buffer_insert: -1\n    #              ^^ AX035\n"),
        good: convolution!(""),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:622, yamlcfg.py:624",
    ..RULE
};

pub(super) static DATA_BUFFER_UNKNOWN_KEY: Rule = Rule {
    code: Code(37),
    name: "data-buffer-unknown-key",
    summary: "a key of a `data_buffer` block is unknown",
    explanation: "\
A `data_buffer` block has `name`, `processors`, `channels`, `dim` and `offset`, and the ignored \
`width`. The vendor's tool refuses any other key.",
    examples: &[Example {
        bad: "\
arch: demo
dataset: demo

data_buffer:
  - name: history
    processors: 0x000000000000000f
    channel: 4
    # <- AX037
    dim: 16
    offset: 0x4000

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        good: "\
arch: demo
dataset: demo

data_buffer:
  - name: history
    processors: 0x000000000000000f
    channels: 4
    dim: 16
    offset: 0x4000

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:701",
    ..RULE
};

pub(super) static DATA_BUFFER_MISSING_KEY: Rule = Rule {
    code: Code(38),
    name: "data-buffer-missing-key",
    summary: "a `data_buffer` block lacks a key",
    explanation: "\
A `data_buffer` block must say `name`, `processors`, `channels`, `dim` and `offset`: together they \
give the data memory that the rolling buffer occupies, and the name by which layers reach it.",
    examples: &[Example {
        bad: "\
arch: demo
dataset: demo

data_buffer:
  - name: history
  # <- AX038
    processors: 0x000000000000000f
    channels: 4
    dim: 16

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        good: "\
arch: demo
dataset: demo

data_buffer:
  - name: history
    processors: 0x000000000000000f
    channels: 4
    dim: 16
    offset: 0x4000

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:706",
    fix: FixAvailability::None,
    ..RULE
};

pub(super) static UNLOAD_UNKNOWN_KEY: Rule = Rule {
    code: Code(40),
    name: "unload-unknown-key",
    summary: "a key of an `unload` block is unknown",
    explanation: "\
An `unload` block has `processors`, `channels`, `dim`, `offset`, `write_gap`, and the ignored \
`width`. The vendor's tool refuses any other key.",
    examples: &[Example {
        bad: "\
arch: demo
dataset: demo

unload:
  - processors: 0x000000000000000f
    channels: 4
    dim: [8, 8]
    out_offset: 0x2000
    # <- AX040

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        good: "\
arch: demo
dataset: demo

unload:
  - processors: 0x000000000000000f
    channels: 4
    dim: [8, 8]
    offset: 0x2000

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:782",
    ..RULE
};

pub(super) static UNLOAD_MISSING_KEY: Rule = Rule {
    code: Code(41),
    name: "unload-missing-key",
    summary: "an `unload` block lacks a key",
    explanation: "\
An `unload` block must say `processors`, `channels`, `dim` and `offset`: together they give the \
data memory from which the generated code reads the output.",
    examples: &[Example {
        bad: "\
arch: demo
dataset: demo

unload:
  - processors: 0x000000000000000f
  # <- AX041
    dim: [8, 8]
    offset: 0x2000

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        good: "\
arch: demo
dataset: demo

unload:
  - processors: 0x000000000000000f
    channels: 4
    dim: [8, 8]
    offset: 0x2000

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:786",
    fix: FixAvailability::None,
    ..RULE
};

pub(super) static OUTPUT_MAP_TYPE: Rule = Rule {
    code: Code(48),
    name: "output-map-type",
    summary: "`output_map` is no number",
    explanation: "\
`output_map` must be a number. Unlike the `processors` of a layer it may not contain dots: with \
them it is text, and the vendor's tool crashes. Underscores are fine, for YAML itself skips them.",
    examples: &[Example {
        bad: "\
arch: demo
dataset: demo
output_map: 0x0000.0000.0000.000f
#           ^ AX048

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        good: "\
arch: demo
dataset: demo
output_map: 0x0000_0000_0000_000f

layers:
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        model: None,
        shapes: None,
    }],
    source: "izer.py:313",
    ..RULE
};

pub(super) static LIST_LENGTH: Rule = Rule {
    code: Code(56),
    name: "list-length",
    summary: "a list has too few or too many items",
    explanation: "\
Keys with one value for height and one for width (`max_pool`, `pool_stride`, `stride`, \
`dilation`, `in_dim` …) take a single number or a list of exactly two. With one item the vendor's \
tool crashes where it looks for the second; a third one would be ignored.",
    examples: &[Example {
        bad: convolution!("    max_pool: [2]\n    #         ^^^ AX056\n    pool_stride: 2\n"),
        good: convolution!("    max_pool: 2\n    pool_stride: 2\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:232",
    ..RULE
};

pub(super) static NEGATIVE_INTEGER: Rule = Rule {
    code: Code(58),
    name: "negative-integer",
    summary: "a number is smaller than its key allows",
    explanation: "\
Offsets and gaps count from 0, channels and dimensions from 1. The vendor's tool does not check \
this: a negative `sequence` counts from the end of Python's lists, other numbers go on into \
registers and addresses, and the network computes something else or crashes the tool.",
    examples: &[Example {
        bad: convolution!("    in_offset: -4\n    #          ^^ AX058\n"),
        good: convolution!("    in_offset: 0x0000\n"),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:196",
    fix: FixAvailability::None,
    ..RULE
};

pub(super) static POOL_WINDOW_RANGE: Rule = Rule {
    code: Code(60),
    name: "pool-window-range",
    summary: "a pooling window or stride is not 1 to 16",
    explanation: "\
The registers for the pooling window and its stride have four bits each: 1 to 16. The vendor's \
tool fails with an assertion beyond that, and computes nonsense below. Split larger pooling in \
two layers, or for an average over everything use what is left after earlier pooling.",
    examples: &[Example {
        bad: convolution!("    avg_pool: 32\n    #         ^^ AX060\n    pool_stride: 2\n"),
        good: convolution!("    avg_pool: 4\n    pool_stride: 2\n"),
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:1721",
    fix: FixAvailability::None,
    covers: &[Code(406), Code(416), Code(453), Code(456)],
    ..RULE
};
