//! AX0: YAML and schema.

use super::Rule;

/// A complete network for an example, of these lines below `layers:`; they start with a line
/// break.
macro_rules! network {
    ($layers:literal) => {
        concat!("arch: demo\ndataset: demo\n\nlayers:", $layers)
    };
}

/// A complete network for an example: one convolution with these further lines.
macro_rules! convolution {
    ($lines:literal) => {
        concat!(
            "arch: demo\ndataset: demo\n\nlayers:\n",
            "  - op: Conv2d\n",
            "    in_dim: [8, 8]\n",
            "    in_channels: 4\n",
            "    out_channels: 4\n",
            "    processors: 0x000000000000000f\n",
            "    out_offset: 0x2000\n",
            $lines
        )
    };
}

mod key_table;
mod problem_text;

use key_table::*;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &UNKNOWN_GLOBAL_KEY,
    &UNKNOWN_LAYER_KEY,
    &WRONG_VALUE_TYPE,
    &INVALID_PROCESSORS,
    &INVALID_OUTPUT_PROCESSORS,
    &INVALID_QUANTIZATION,
    &INVALID_IN_DIM,
    &UNKNOWN_ACTIVATION,
    &UNKNOWN_OPERATOR,
    &NEGATIVE_PAD,
    &UNKNOWN_ELTWISE,
    &OPERANDS_RANGE,
    &UNKNOWN_DATA_FORMAT,
    &INVALID_OUTPUT_WIDTH,
    &INVALID_KERNEL_SIZE,
    &NON_SQUARE_STRIDE_KEY,
    &BOOLEAN_NOT_BOOLEAN,
    &NEGATIVE_OUTPUT_PAD,
    &INVALID_BUFFER_SHIFT,
    &INVALID_BUFFER_INSERT,
    &DATA_BUFFER_UNKNOWN_KEY,
    &UNLOAD_UNKNOWN_KEY,
    &OUTPUT_MAP_TYPE,
    &LIST_LENGTH,
    &NEGATIVE_INTEGER,
    &POOL_WINDOW_RANGE,
];
