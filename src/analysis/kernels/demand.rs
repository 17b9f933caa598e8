//! What the weights of a layer take on each of its processors.

use std::ops::Range;

use crate::device::PROCESSORS_PER_INSTANCE;

use super::super::shapes::Spread;
use super::{ROW_BYTES, bits};

/// What a layer stores on each of its processors.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// The processors; of a quad fast FIFO those of the first quadrant, which stand for all four.
    pub(super) processors: u64,
    pub(super) quad: bool,
    /// Bits of a weight.
    pub(super) bits: i64,
    pub(super) assumes_bits: bool,
    /// Height and width of a kernel.
    pub(super) kernel: [i64; 2],
    /// The output mask.
    pub(super) map: u64,
    pub(super) inputs: Spread,
    pub(super) in_channels: i64,
    pub(super) outputs: Spread,
    pub(super) out_channels: i64,
    pub(super) depthwise: bool,
    /// Of a flattening layer: the weights of one output on one processor.
    pub(super) flattened: Option<i64>,
}

impl Demand {
    pub(super) fn stores_the_same(&self, other: &Self) -> bool {
        self.processors == other.processors
            && self.bits == other.bits
            && self.kernel == other.kernel
    }

    /// Weights of a kernel.
    fn area(&self) -> i64 {
        self.kernel[0] * self.kernel[1]
    }

    /// Outputs that share a byte.
    fn slots(&self) -> i64 {
        8 / self.bits
    }

    /// How far the output mask starts behind a multiple of 4.
    pub(super) fn skew(&self) -> i64 {
        i64::from(self.map.trailing_zeros() % PROCESSORS_PER_INSTANCE)
    }

    /// Whether the output mask has no gaps.
    pub(super) fn is_packed(&self) -> bool {
        let map = self.shifted_map();
        map & map.wrapping_add(1) == 0
    }

    fn shifted_map(&self) -> u64 {
        self.map >> self.map.trailing_zeros()
    }

    /// Passes over the inputs; flattening counts them as values.
    fn passes(&self) -> i64 {
        if self.flattened.is_some() {
            1
        } else {
            self.inputs.passes
        }
    }

    /// Rows, and kernels, on each processor.
    pub(super) fn rows_and_count(&self) -> (i64, i64) {
        let (slots, skew, passes) = (self.slots(), self.skew(), self.passes());
        let outputs = if self.depthwise {
            1
        } else {
            self.outputs.passes
        };
        let mut count = if self.depthwise {
            passes
        } else {
            let last = i64::from(u64::BITS - self.map.leading_zeros());
            let mut first = i64::from(self.map.trailing_zeros());
            if outputs > 1 {
                first -= skew;
            }
            (last - first) * outputs * passes
        };
        let mut with_skew = count + skew * outputs * passes;
        if let Some(values) = self.flattened {
            let bits = i64::from(self.map.count_ones());
            let unused = self.outputs.passes * bits - self.out_channels;
            count = (count - unused) * values;
            with_skew = (with_skew - unused) * values;
        }
        // Small weights are padded to whole bytes.
        let padding = count.rem_euclid(slots) * self.area() * (slots - 1);
        let row_bits = 8 * ROW_BYTES;
        let rows = (count * self.area() * self.bits + padding + row_bits - 1).div_euclid(row_bits);
        if self.quad {
            ((rows + 3) / 4, (with_skew + 3) / 4)
        } else {
            (rows, with_skew)
        }
    }

    /// Bytes that the first `groups` groups of output slots take on a processor which reads
    /// `channels` channels.
    fn bytes_before(&self, groups: i64, channels: i64) -> i64 {
        let slots = self.slots();
        let empty = self.area() / slots;
        if let Some(values) = self.flattened {
            let bytes = |outputs: i64| (outputs * values + slots - 1) / slots;
            let full = groups.min(self.out_channels / slots);
            let rest = self.out_channels % slots;
            let started = i64::from(groups > full && rest > 0);
            full * bytes(slots) + started * bytes(rest) + (groups - full - started) * empty
        } else {
            let passes = self.passes();
            let full = if self.depthwise {
                groups
            } else {
                groups.min((self.out_channels + slots - 1) / slots)
            };
            full * (channels * self.area() + (passes - channels) * empty)
                + (groups - full) * passes * empty
        }
    }

    /// The rows that the weights themselves take on a processor which reads `channels` channels.
    pub(super) fn footprint(&self, channels: i64) -> Footprint {
        let slots = self.slots();
        let skipped = self.skew() * self.area() * self.passes();
        let mut rows = Footprint::starting_at(skipped / ROW_BYTES);
        rows.add(skipped % ROW_BYTES / slots);
        let groups = match self.flattened {
            _ if self.depthwise => 1,
            Some(_) => self.outputs.processors,
            None => (self.outputs.processors + slots - 1) / slots,
        };
        let passes = if self.depthwise {
            1
        } else {
            self.outputs.passes
        };
        if self.is_packed() {
            rows.add(self.bytes_before(passes * groups, channels));
            return rows;
        }
        let mut group = 0;
        for _ in 0..passes {
            let mut map = self.shifted_map();
            for _ in 0..groups {
                // Each group of unused slots skips a row.
                while map != 0 && map & ((1 << slots) - 1) == 0 {
                    rows.skip();
                    map >>= slots;
                }
                map >>= slots;
                rows.add(
                    self.bytes_before(group + 1, channels) - self.bytes_before(group, channels),
                );
                group += 1;
            }
        }
        rows
    }

    /// The processors by the number of channels that they read, in order.
    pub(super) fn by_channels(&self) -> Vec<(u64, i64)> {
        let passes = self.passes();
        let channels = |ordinal: i64| match self.flattened {
            Some(_) => 1,
            None => (0..passes)
                .filter(|pass| pass * self.inputs.processors + ordinal < self.in_channels)
                .count() as i64,
        };
        let mut parts: Vec<(u64, i64)> = Vec::new();
        for (ordinal, bit) in bits(self.processors).enumerate() {
            let channels = channels(ordinal as i64);
            match parts.last_mut() {
                Some((part, same)) if *same == channels => *part |= 1 << bit,
                _ => parts.push((1 << bit, channels)),
            }
        }
        parts
    }
}

/// Rows that are written, byte by byte, counted from the layer's first row.
pub(super) struct Footprint {
    pub(super) ranges: Vec<Range<i64>>,
    pub(super) row: i64,
    bytes: i64,
}

impl Footprint {
    const fn starting_at(row: i64) -> Self {
        Self {
            ranges: Vec::new(),
            row,
            bytes: 0,
        }
    }

    fn add(&mut self, bytes: i64) {
        if bytes <= 0 {
            return;
        }
        let total = self.bytes + bytes;
        let end = self.row + (total + ROW_BYTES - 1) / ROW_BYTES;
        match self.ranges.last_mut() {
            Some(last) if last.end >= self.row => last.end = end,
            _ => self.ranges.push(self.row..end),
        }
        self.row += total / ROW_BYTES;
        self.bytes = total % ROW_BYTES;
    }

    fn skip(&mut self) {
        self.row += 1;
        self.bytes = 0;
    }
}
