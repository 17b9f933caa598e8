//! The kernel memories while layers are placed: the search for room, and what is taken.

use std::ops::Range;

use crate::device::{
    Device, PROCESSORS, PROCESSORS_PER_INSTANCE, PROCESSORS_PER_QUADRANT, QUADRANTS,
};
use crate::diagnostic::Code;

use super::super::fact::{Fact, Missing, broken};
use super::demand::Demand;
use super::rows::Rows;
use super::{Exhausted, KernelFault, Kernels, bits, kernel_capacity};

/// Searches step by rows that a multiple of this divides.
const ROW_ALIGNMENT: i64 = PROCESSORS_PER_INSTANCE as i64;

/// The rows of all processors while layers are placed.
pub(super) struct Store<'a> {
    device: &'a Device,
    banks: Vec<Bank>,
    pub(super) placed: Vec<(usize, Kernels)>,
    /// Rows of layers that lie nobody knows where, a processor.
    reserved: Vec<i64>,
    /// Set once a place is not known: those after it are not either.
    pub(super) missing: Option<Missing>,
    pub(super) assumes_bits: bool,
    pub(super) fault: Option<KernelFault>,
}

/// Processors whose memories are taken alike.
#[derive(Clone)]
struct Bank {
    processors: u64,
    capacity: i64,
    rows: Rows,
}

impl<'a> Store<'a> {
    pub(super) fn new(device: &'a Device) -> Self {
        let large: u64 = (0..QUADRANTS)
            .map(|quadrant| 1 << (quadrant * PROCESSORS_PER_QUADRANT))
            .sum();
        let bank = |processors: u64| {
            let capacity = kernel_capacity(device, processors.trailing_zeros());
            Bank {
                processors,
                capacity,
                rows: Rows::new(capacity),
            }
        };
        Self {
            device,
            banks: vec![bank(large), bank(!large)],
            placed: Vec::new(),
            reserved: vec![0; PROCESSORS as usize],
            missing: None,
            assumes_bits: false,
            fault: None,
        }
    }

    pub(super) fn miss(&mut self, missing: Missing) {
        self.missing = self.missing.or(Some(missing));
    }

    fn banks_of(&self, processors: u64) -> impl Iterator<Item = &Bank> {
        self.banks
            .iter()
            .filter(move |bank| bank.processors & processors != 0)
    }

    /// What is taken on any of the processors.
    fn union(&self, processors: u64) -> Rows {
        let mut union = Rows::new(self.device.kernel_words_large as i64);
        for bank in self.banks_of(processors) {
            union.unite(&bank.rows);
        }
        union
    }

    fn used_on(&self, processor: u32) -> i64 {
        self.banks_of(1 << processor)
            .map(|bank| bank.rows.count())
            .sum()
    }

    pub(super) fn used(&self) -> Vec<i64> {
        let mut used = vec![0; PROCESSORS as usize];
        for bank in &self.banks {
            let count = bank.rows.count();
            for (processor, used) in used.iter_mut().enumerate() {
                if bank.processors >> processor & 1 == 1 {
                    *used = count;
                }
            }
        }
        used
    }

    /// From the end, where all processors have the large memory. Yields the first row.
    pub(super) fn search_down(&self, demand: &Demand, rows: i64) -> Option<i64> {
        let (small, large) = (
            self.device.kernel_words as i64,
            self.device.kernel_words_large as i64,
        );
        let bound = self.bound_to_sub_memory(demand);
        if large == small
            || self
                .banks_of(demand.processors)
                .any(|bank| bank.capacity < large)
            || bound && rows > self.device.kernel_sub_memory_large as i64
        {
            return None;
        }
        let first = &self
            .banks_of(1 << demand.processors.trailing_zeros())
            .next()?
            .rows;
        let mut last = large - 1;
        while first.is_taken(last) {
            last -= ROW_ALIGNMENT;
            if last < 0 {
                return None;
            }
        }
        let taken = self.union(demand.processors);
        loop {
            if bound {
                let size = self.sub_memory(last);
                if (last - 1).div_euclid(size) != (last - rows).div_euclid(size) {
                    last -= last.rem_euclid(size);
                }
            }
            if last - rows + 1 < 0 {
                return None;
            }
            let Some(row) = taken.last_in(last - rows + 1..last + 1) else {
                return Some(align_down(last - rows + 1));
            };
            last = align_down(row - 1);
            if last + rows > large {
                return None;
            }
        }
    }

    /// From row `from` up. Yields the first row.
    pub(super) fn search_up(&self, demand: &Demand, rows: i64, from: i64) -> Option<i64> {
        let taken = self.union(demand.processors);
        let capacity = self
            .banks_of(demand.processors)
            .map(|bank| bank.capacity)
            .min()?;
        let bound = self.bound_to_sub_memory(demand);
        let mut start = align_up(from);
        loop {
            if bound {
                let crosses = |start: i64| {
                    let size = self.sub_memory(start + 2);
                    (start + 1).div_euclid(size) != (start + rows).div_euclid(size)
                };
                if crosses(start) {
                    let size = self.sub_memory(start + 2);
                    start = align(start, size) - 1;
                    if crosses(start) {
                        return None;
                    }
                }
            }
            if start + rows > capacity {
                return None;
            }
            match taken.last_in(start..start + rows) {
                Some(row) => start = align_up(row + 1),
                None => return Some(align_up(start)),
            }
        }
    }

    fn bound_to_sub_memory(&self, demand: &Demand) -> bool {
        demand.depthwise && self.device.depthwise_in_one_sub_memory
    }

    /// Rows of the sub-memories at a row.
    fn sub_memory(&self, row: i64) -> i64 {
        if row >= self.device.kernel_words as i64 {
            self.device.kernel_sub_memory_large as i64
        } else {
            self.device.kernel_sub_memory as i64
        }
    }

    /// Takes the rows of a layer that starts at `start`. Yields the rows that it takes in the end:
    /// flattening ones are counted only then.
    pub(super) fn mark(
        &mut self,
        layer: usize,
        demand: &Demand,
        start: i64,
        mut rows: i64,
    ) -> Fact<i64> {
        let skew = demand.skew();
        let mut parts = demand.by_channels();
        if demand.flattened.is_some() && skew > 0 {
            // The count of each processor includes the skew and is the next one's least.
            parts = single_processors(&parts);
        }
        for (processors, channels) in parts {
            let footprint = demand.footprint(channels);
            let copies = if demand.quad { QUADRANTS } else { 1 };
            for copy in 0..copies {
                let processors = processors << (copy * PROCESSORS_PER_QUADRANT);
                // In a quad fast FIFO the quadrants take turns, row by row.
                let (number, all) = (i64::from(copy), i64::from(copies));
                let share = |row: i64| (row - number + all - 1).div_euclid(all);
                for range in &footprint.ranges {
                    let range = start + share(range.start)..start + share(range.end);
                    self.take(layer, processors, rows, range)?;
                }
            }
            let mut end = footprint.row;
            if demand.quad {
                end = (end - skew + 3) / 4 + skew;
            }
            let mut total = rows;
            for bank in self.split(processors) {
                let mut end = end;
                if self.banks[bank].rows.is_taken(start + end) {
                    end += 1;
                }
                if end - skew < rows && !demand.quad {
                    let processors = self.banks[bank].processors & processors;
                    self.take(layer, processors, rows, start + end..start + skew + rows)?;
                    end = skew + rows;
                }
                total = total.max(end);
            }
            if demand.flattened.is_some() {
                rows = total;
            }
        }
        Ok(rows)
    }

    /// Takes rows on the processors.
    fn take(&mut self, layer: usize, processors: u64, needed: i64, range: Range<i64>) -> Fact<()> {
        if range.is_empty() {
            return Ok(());
        }
        for bank in self.split(processors) {
            if range.end > self.banks[bank].capacity {
                self.exhaust(layer, processors, needed, Some(range.end));
                return broken(601);
            }
            if let Some(row) = self.banks[bank].rows.first_in(range.clone()) {
                self.collide(layer, self.banks[bank].processors.trailing_zeros(), row);
                return broken(608);
            }
            self.banks[bank].rows.fill(range.clone());
        }
        Ok(())
    }

    /// Splits banks so that each is part of `processors` or has none of them. Yields those that
    /// are part.
    fn split(&mut self, processors: u64) -> Vec<usize> {
        for index in 0..self.banks.len() {
            let bank = &mut self.banks[index];
            let rest = bank.processors & !processors;
            if rest != 0 && rest != bank.processors {
                bank.processors &= processors;
                let rest = Bank {
                    processors: rest,
                    ..bank.clone()
                };
                self.banks.push(rest);
            }
        }
        (0..self.banks.len())
            .filter(|&index| self.banks[index].processors & processors != 0)
            .collect()
    }

    /// Counts the rows of a layer behind one whose place is not known: whatever that one takes,
    /// there must be room for the sum of the others.
    pub(super) fn reserve(&mut self, layer: usize, demand: &Demand, rows: i64) {
        if demand.skew() != 0 || !demand.is_packed() || demand.quad || self.fault.is_some() {
            return;
        }
        for bit in bits(demand.processors) {
            self.reserved[bit as usize] += rows;
        }
        let overflows = bits(demand.processors).any(|bit| {
            let capacity: i64 = self.banks_of(1 << bit).map(|bank| bank.capacity).sum();
            self.used_on(bit) + self.reserved[bit as usize] > capacity
        });
        if overflows {
            for bit in bits(demand.processors) {
                self.reserved[bit as usize] -= rows;
            }
            self.exhaust(layer, demand.processors, rows, None);
        }
    }

    /// Says that a layer does not fit; `end` as in [`Exhausted`].
    pub(super) fn exhaust(&mut self, layer: usize, processors: u64, rows: i64, end: Option<i64>) {
        let free = |bit: u32| {
            let capacity = kernel_capacity(self.device, bit);
            (
                capacity - self.used_on(bit) - self.reserved[bit as usize],
                capacity,
            )
        };
        let fullest = bits(processors).map(|bit| (free(bit), bit)).min();
        let Some(((free, capacity), processor)) = fullest else {
            return;
        };
        let stretch = self.union(processors).longest_free(
            self.banks_of(processors)
                .map(|bank| bank.capacity)
                .min()
                .unwrap_or_default(),
        );
        self.fault = Some(KernelFault::Exhausted(Exhausted {
            layer,
            rows,
            processor,
            capacity,
            free,
            stretch: stretch.min(free),
            end,
            assumes_bits: self.assumes_bits,
        }));
        self.missing = Some(Missing::Broken(Code(601)));
    }

    fn collide(&mut self, layer: usize, processor: u32, row: i64) {
        // A skewed mask reaches up to three rows behind the end of its layer.
        let owner = self.placed.iter().rev().find(|(_, kernels)| {
            kernels.processors >> processor & 1 == 1
                && kernels
                    .start
                    .is_ok_and(|start| (start..start + kernels.rows + 3).contains(&row))
        });
        self.fault = Some(KernelFault::Collision {
            layer,
            processor,
            row,
            owner: owner.map(|(owner, _)| *owner),
        });
        self.missing = Some(Missing::Broken(Code(608)));
    }
}

/// Each processor by itself.
fn single_processors(parts: &[(u64, i64)]) -> Vec<(u64, i64)> {
    parts
        .iter()
        .flat_map(|&(processors, channels)| bits(processors).map(move |bit| (1 << bit, channels)))
        .collect()
}

/// Rounds up to a multiple of `unit`.
fn align(row: i64, unit: i64) -> i64 {
    (row + unit - 1).div_euclid(unit) * unit
}

fn align_up(row: i64) -> i64 {
    align(row, ROW_ALIGNMENT)
}

fn align_down(row: i64) -> i64 {
    row - row.rem_euclid(ROW_ALIGNMENT)
}
