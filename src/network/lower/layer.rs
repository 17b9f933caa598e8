//! One layer.

use crate::diagnostic::Code;
use crate::network::keys::{Meaning, Scope};
use crate::network::problem::ProblemKind;
use crate::network::{Field, Layer, Operation};

use super::read::{Occurrence, Reader};
use super::{Block, unreachable_key};

pub(super) fn layer(reader: &mut Reader, block: &Block) -> Layer {
    reader.position = block.position;
    let mut layer = Layer {
        span: block.span,
        head: block.head,
        position: block.position.unwrap_or_default(),
        ..Layer::default()
    };
    let mut kernel = None;
    for at in reader.occurrences(block.node, Scope::Layer, block.head) {
        match at.entry.key.name {
            "name" => layer.name = reader.text(&at),
            "sequence" => layer.sequence = reader.integer(&at),
            "next_sequence" => layer.next_sequence = reader.target(&at),
            "in_sequences" => layer.in_sequences = reader.references(&at),
            "simulated_sequence" => layer.simulated_sequence = reader.target(&at),
            "snoop_sequence" => layer.snoop_sequence = reader.integer(&at),
            "weight_source" => layer.weight_source = reader.reference(&at),
            "processors" => layer.processors = reader.mask(&at),
            "output_processors" => layer.output_processors = reader.mask(&at),
            "in_offset" => layer.in_offset = reader.integer(&at),
            "out_offset" => layer.out_offset = reader.integer(&at),
            "in_channels" => layer.in_channels = reader.integer(&at),
            "out_channels" => layer.out_channels = reader.integer(&at),
            "in_dim" => layer.in_dim = reader.dimensions(&at),
            "in_crop" => layer.in_crop = reader.crop(&at),
            "read_gap" => layer.read_gap = reader.integer(&at),
            "in_channel_skip" => layer.in_channel_skip = reader.integer(&at),
            "op" => {
                layer.op = reader.word(&at, |meaning| match meaning {
                    Meaning::Operation(operation) => Some(operation),
                    _ => None,
                });
            }
            "eltwise" => {
                layer.eltwise = reader.word(&at, |meaning| match meaning {
                    Meaning::Eltwise(eltwise) => Some(eltwise),
                    _ => None,
                });
            }
            "operands" => layer.operands = reader.integer(&at),
            "pool_first" => layer.pool_first = reader.boolean(&at),
            "activate" => {
                layer.activate = reader.word(&at, |meaning| match meaning {
                    Meaning::Activation(activation) => Some(activation),
                    _ => None,
                });
            }
            "max_pool" => layer.max_pool = reader.pair(&at),
            "avg_pool" => layer.avg_pool = reader.pair(&at),
            "pool_stride" => layer.pool_stride = reader.pair(&at),
            "pool_dilation" => layer.pool_dilation = reader.pair(&at),
            "kernel_size" => kernel = Some(at),
            "stride" => layer.stride = reader.square(&at),
            "pad" => layer.pad = reader.integer(&at),
            "output_pad" => layer.output_pad = reader.integer(&at),
            "dilation" => layer.dilation = reader.pair(&at),
            "groups" => layer.groups = reader.integer(&at),
            "quantization" => layer.quantization = reader.choice(&at),
            "output_shift" => layer.output_shift = reader.integer(&at),
            "output_width" => layer.output_width = reader.choice(&at),
            "data_format" => {
                layer.data_format = reader.word(&at, |meaning| match meaning {
                    Meaning::Format(format) => Some(format),
                    _ => None,
                });
            }
            "flatten" => layer.flatten = reader.boolean(&at),
            "streaming" => layer.streaming = reader.boolean(&at),
            "bypass" => layer.bypass = reader.boolean(&at),
            "calcx4" => layer.calcx4 = reader.boolean(&at),
            "readahead" => layer.readahead = reader.boolean(&at),
            "output" => layer.output = reader.boolean(&at),
            "tcalc" => layer.tcalc = reader.boolean(&at),
            "write_gap" => layer.write_gap = reader.integer(&at),
            "bias_group" => layer.bias_group = reader.integers(&at),
            "buffer_shift" => layer.buffer_shift = reader.integer(&at),
            "buffer_insert" => layer.buffer_insert = reader.integer(&at),
            other => unreachable_key(other),
        }
    }
    if let Some(at) = kernel {
        layer.kernel_size = reader.kernel(&at, &layer.op);
    }
    layer
}

impl Reader<'_> {
    /// `stride`: a pair of equal numbers.
    fn square(&mut self, at: &Occurrence) -> Field<[i64; 2]> {
        match self.pair(at) {
            Field::Given {
                value: pair @ [height, width],
                ..
            } if height != width => {
                self.judged(at, |_| Err((Code(25), ProblemKind::Unequal { pair })))
            }
            field => field,
        }
    }

    /// `kernel_size`, whose domain depends on the operator. Where that is unknown, any operator's
    /// kernel is taken.
    fn kernel(&mut self, at: &Occurrence, op: &Field<Operation>) -> Field<[i64; 2]> {
        let operation = match op {
            Field::Absent => Some(Operation::Conv2d),
            _ => op.value(),
        };
        if operation == Some(Operation::Linear) {
            // The key itself is one too many (AX023).
            return at.invalid(Code(23));
        }
        self.judged(at, |reader| {
            reader
                .kernel_text(at)
                .and_then(|text| kernel(&text, operation))
                .ok_or((Code(24), ProblemKind::Kernel { operation }))
        })
    }
}

/// The kernel that a text stands for.
fn kernel(text: &str, operation: Option<Operation>) -> Option<[i64; 2]> {
    let square = || match text {
        "1x1" => Some([1, 1]),
        "3x3" => Some([3, 3]),
        _ => None,
    };
    let length = || {
        let length: i64 = text.trim().parse().ok()?;
        (1..=9).contains(&length).then_some([length, 1])
    };
    match operation {
        Some(Operation::Conv2d) => square(),
        Some(Operation::ConvTranspose2d) => square().filter(|&kernel| kernel == [3, 3]),
        Some(_) => length(),
        None => square().or_else(length),
    }
}
