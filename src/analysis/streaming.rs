//! Streaming: when a layer may start, how far it steps, and the ring buffers that it reads
//! (`backend/max7800x.py`, registers STREAM1, STREAM2, FMAX).

use crate::device::Device;

use super::Hardware;
use super::fact::{Fact, unknown};
use super::graph::{Graph, Next};
use super::memory::Memory;
use super::parameters::Parameters;

/// The ring buffer and the registers of one streaming layer. Counts are in pixels or words as
/// the hardware counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Whether no streaming layer follows.
    pub last: bool,
    /// Input that must have arrived before the layer starts.
    pub start: i64,
    /// Step along a row.
    pub delta1: i64,
    /// Step to the next row.
    pub delta2: i64,
    /// Input passes of the layers before, that the hardware must wait for.
    pub invol: i64,
    /// Words of the ring buffer: reading starts over behind them.
    pub rollover: i64,
    /// First TRAM word of the layer.
    pub tram_start: i64,
}

pub(super) struct Streams<'a> {
    pub(super) device: &'a Device,
    pub(super) graph: &'a Graph,
    pub(super) parameters: &'a [Parameters],
    pub(super) hardware: &'a [Fact<Hardware>],
    pub(super) memory: &'a [Memory],
}

impl Streams<'_> {
    /// One entry a layer; none for layers that do not stream.
    pub(super) fn run(&self) -> Vec<Option<Fact<Stream>>> {
        (0..self.parameters.len())
            .map(|layer| {
                let streams =
                    self.parameters[layer].streaming == Ok(true) && self.graph.runs(layer);
                streams.then(|| self.stream(layer))
            })
            .collect()
    }

    fn is_last(&self, layer: usize) -> bool {
        match self.graph.next[layer] {
            Next::Stop => true,
            Next::Layer(next) => self
                .parameters
                .get(next)
                .is_none_or(|next| next.streaming != Ok(true)),
        }
    }

    fn stream(&self, layer: usize) -> Fact<Stream> {
        let last = self.is_last(layer);
        let mut before = (0, 0);
        for earlier in 0..layer {
            let passes = self.memory[earlier].input_spread?.passes;
            before.0 += passes;
            before.1 += self.hardware[earlier]
                .as_ref()
                .map_err(|missing| *missing)?
                .tram
                * passes;
        }
        let first = self.graph.order.first() == Some(&layer);
        let mut stream = if self.device.streaming_final_pad_zero {
            self.by_rows_and_columns(layer, first, last)?
        } else {
            self.by_windows(layer, first)?
        };
        stream.last = last;
        if !first {
            stream.invol = before.0;
            stream.tram_start = before.1;
        }
        Ok(stream)
    }

    /// The MAX78000's formulas.
    fn by_windows(&self, layer: usize, first: bool) -> Fact<Stream> {
        let parameters = &self.parameters[layer];
        let hardware = self.hardware[layer]?;
        let passes = self.memory[layer].input_spread?.passes;
        let ([p0, p1], [s0, s1]) = (parameters.pool?, parameters.pool_stride?);
        let operands = parameters.operands?;
        let width = hardware.in_dim[1];
        let (start, delta1, delta2) = if first {
            (
                ((p0 - 1) * width + p1) * p0,
                (s1 - 1) * operands,
                (p0 - 1) * width * operands,
            )
        } else {
            let Some(previous) = self.graph.previous[layer] else {
                return unknown();
            };
            let before = self.hardware[previous]?;
            let row = before.pooled_dim[1] + 2 * before.pad[1];
            (
                // Two more than needed: a margin of the vendor's tool.
                row * (before.kernel[0] - 1 + p0 - 1) + before.kernel[1] - 1 + p1 + 2,
                s1 * operands,
                (s0 - 1) * row + p1 * operands,
            )
        };
        let rollover = if parameters.chw? {
            12
        } else {
            start + (p0 - 1) * width + parameters.stride?[1].max(s1).max(p1)
        };
        Ok(Stream {
            last: false,
            start,
            delta1,
            delta2,
            invol: 0,
            rollover: round_up(rollover, passes),
            tram_start: 0,
        })
    }

    /// The MAX78002's formulas.
    fn by_rows_and_columns(&self, layer: usize, first: bool, last: bool) -> Fact<Stream> {
        let parameters = &self.parameters[layer];
        let hardware = self.hardware[layer]?;
        let passes = self.memory[layer].input_spread?.passes;
        let ([p0, p1], [s0, s1]) = (parameters.pool?, parameters.pool_stride?);
        let [d0, d1] = parameters.pool_dilation?;
        let operands = parameters.operands?;
        let chw = parameters.chw?;
        let read_ahead = parameters.readahead?;
        let (width, pad) = (hardware.in_dim[1], hardware.pad[1]);
        let padded = width + 2 * pad;
        let row_step = (p0 * d0).max(s0);
        let column_step = (p1 * d1).max(s1);
        let words = |count: i64| if chw { (count + 3) / 4 } else { count };

        if first {
            let mut columns = width / s1.max(1);
            if columns * s1 + p1 - 1 > width {
                columns -= 1;
            }
            let skipped = (width - columns * s1).max(0);
            let unpooled = s0 == 1 && p0 == 1;
            let start = if unpooled {
                column_step
            } else {
                (row_step * padded + pad + 2 * column_step) * operands
                    + if read_ahead { s1 } else { 0 }
            };
            let delta1 = words(s1 * operands - i64::from(unpooled));
            let delta2 = if s0 == 1 {
                delta1 + skipped
            } else {
                (s0 - 1) * width + skipped + p1 - 1
            };
            let rollover = start + column_step + (s1 - 1) * padded;
            return Ok(Stream {
                last,
                start: words(start),
                delta1,
                delta2: words(delta2),
                invol: 0,
                rollover: if chw { rollover * s1 * 4 } else { rollover },
                tram_start: 0,
            });
        }
        let mut columns = width / column_step.max(1);
        if columns * s1 + p1 > width {
            columns -= 1;
        }
        let adjust = if column_step == 1 {
            0
        } else {
            width - columns * column_step
        };
        let row_first = if pad == 0 { s0 } else { pad };
        let start = row_first * padded
            + (row_step * padded + pad + 2 * column_step) * operands
            + if read_ahead { s1 } else { 0 }
            + if last { adjust * s1 } else { 0 };
        let delta1 = words(s1 * operands);
        let delta2 = if s0 == 1 {
            delta1 + adjust
        } else {
            (s0 - 1) * width + adjust
        };
        let rollover = round_up(
            start + (passes - 1) * (row_step * width + pad + column_step) + column_step,
            passes,
        );
        Ok(Stream {
            last,
            start: words(start),
            delta1,
            delta2: words(delta2),
            invol: 0,
            rollover: words(rollover),
            tram_start: 0,
        })
    }
}

fn round_up(value: i64, multiple: i64) -> i64 {
    let multiple = multiple.max(1);
    (value + multiple - 1).div_euclid(multiple) * multiple
}
