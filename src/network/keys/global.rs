//! The keys at the top of the file.

use crate::diagnostic::Code;

use super::{Devices, Domain, Key, Scope};

/// The table.
pub(super) static KEYS: &[Key] = &[
    Key {
        name: "arch",
        foreign: &["model", "network", "architecture"],
        required: true,
        documentation: "Name of the network. The vendor's tool compares it, without regard to \
            case, with the `arch` that the checkpoint was trained as. The value `test` makes it \
            use sample weights instead of a checkpoint.",
        ..Key::BASE
    },
    Key {
        name: "dataset",
        foreign: &["data", "data_set"],
        required: true,
        documentation: "Name of the data set. It picks the default sample input, \
            `tests/sample_<dataset in lower case>.npy`, and so the shape of the network's input; \
            it sets nothing else.",
        ..Key::BASE
    },
    Key {
        name: "layers",
        foreign: &["layer"],
        domain: Domain::Blocks(Scope::Layer),
        wrong_type: Code(1),
        required: true,
        documentation: "The layers, in the order in which they run; numbers start at 0. Pooling, \
            an element-wise operation and a convolution fit in one layer, in this order, and run \
            as one hardware layer. The MAX78000 has 32 hardware layers, the MAX78002 has 128.",
        ..Key::BASE
    },
    Key {
        name: "output_map",
        domain: Domain::NumericMask,
        wrong_type: Code(48),
        default: "the lowest processors, as many as the channels need",
        documentation: "Processors to which the last layer writes its output, one bit each; it \
            wins over that layer's `output_processors`. Write a plain hex number: unlike \
            `processors` it must not contain dots.",
        ..Key::BASE
    },
    Key {
        name: "unload",
        domain: Domain::Blocks(Scope::Unload),
        documentation: "A list of blocks that replaces the generated code which reads the output \
            from data memory, in the order given.",
        ..Key::BASE
    },
    Key {
        name: "data_buffer",
        foreign: &["buffer"],
        domain: Domain::Blocks(Scope::DataBuffer),
        documentation: "The rolling buffer of a temporal network: data memory that keeps the last \
            results across inferences. Only one is supported. Layers reach it by its `name` in \
            `in_sequences`, and must then say `in_offset`, `out_offset`, `in_dim` and \
            `in_channels`.",
        ..Key::BASE
    },
    Key {
        name: "snoop",
        domain: Domain::Numbered { count: 32 },
        wrong_type: Code(47),
        devices: Devices::Max78002,
        advanced: true,
        documentation: "32 register values for the snoop unit of the MAX78002, which watches data \
            on its way. For hardware tests.",
        ..Key::BASE
    },
    Key {
        name: "weights",
        domain: Domain::Text,
        advanced: true,
        documentation: "Stem of a `.npy` file with weights. Only read with `arch: test`; a trained \
            network takes its weights from the checkpoint.",
        ..Key::BASE
    },
    Key {
        name: "bias",
        domain: Domain::Text,
        advanced: true,
        documentation: "Stem of a `.npy` file with biases. Only read with `arch: test`; a trained \
            network takes its biases from the checkpoint.",
        ..Key::BASE
    },
];
