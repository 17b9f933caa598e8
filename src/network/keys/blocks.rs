//! The keys of the blocks of `unload` and `data_buffer`.

use crate::diagnostic::Code;

use super::domain::Range;
use super::{Domain, Key};

const PROCESSORS: Key = Key {
    name: "processors",
    foreign: &["output_processors"],
    domain: Domain::Mask { code: Code(10) },
    wrong_type: Code(10),
    required: true,
    documentation: "Processors whose data memory holds the data, one bit each, written as in a \
        layer.",
    ..Key::BASE
};

const CHANNELS: Key = Key {
    name: "channels",
    foreign: &["in_channels", "out_channels", "input_channels", "filters"],
    domain: Domain::Integer(Range::from(1, 58)),
    required: true,
    documentation: "Number of channels.",
    ..Key::BASE
};

const DIM: Key = Key {
    name: "dim",
    foreign: &["in_dim", "dims", "shape"],
    domain: Domain::Dimensions(Range::from(1, 58)),
    wrong_type: Code(13),
    required: true,
    documentation: "`[height, width]`, or the length of 1-D data.",
    ..Key::BASE
};

const OFFSET: Key = Key {
    name: "offset",
    foreign: &["in_offset", "out_offset"],
    domain: Domain::Offset(Range::from(0, 58)),
    required: true,
    documentation: "Where the data starts in each data-memory instance, in bytes; a multiple of 4.",
    ..Key::BASE
};

const WIDTH: Key = Key {
    name: "width",
    foreign: &["output_width"],
    domain: Domain::Numbers {
        numbers: &[8, 32],
        words: &[],
        code: Code(53),
    },
    wrong_type: Code(53),
    default: "8",
    documentation: "Bits of one value. The vendor's tool accepts the key and ignores it: it always \
        takes 8.",
    ..Key::BASE
};

/// The table of `unload`.
pub(super) static UNLOAD: &[Key] = &[
    PROCESSORS,
    CHANNELS,
    DIM,
    OFFSET,
    WIDTH,
    Key {
        name: "write_gap",
        foreign: &["gap", "read_gap"],
        domain: Domain::Integer(Range::from(0, 58)),
        default: "0",
        documentation: "Words left free between the words to read, as in the layer that wrote \
            them.",
        ..Key::BASE
    },
];

/// The table of `data_buffer`.
pub(super) static DATA_BUFFER: &[Key] = &[
    Key {
        name: "name",
        required: true,
        documentation: "Name by which layers reach the buffer in `in_sequences`. Use lower case: \
            the vendor's tool never finds a buffer whose name has a capital letter. No layer may \
            have the same name.",
        ..Key::BASE
    },
    PROCESSORS,
    CHANNELS,
    DIM,
    OFFSET,
    WIDTH,
];
