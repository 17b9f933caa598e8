//! Kernel memory: where the weights of each layer lie, as the vendor's default loader with its
//! greedy allocator places them (`kernels.py`), and how full each processor is.
//!
//! Each processor has its own kernel memory, in rows of 9 bytes. The weights of a layer start at
//! the same row on all its processors. Most layers treat many processors alike, so what is taken is
//! kept once for each set of processors with equal memories ([`Bank`]), as bits.

use std::ops::Range;

use crate::device::{
    Device, PROCESSORS, PROCESSORS_PER_INSTANCE, PROCESSORS_PER_QUADRANT, QUADRANTS,
};
use crate::diagnostic::Code;
use crate::facts::{Flags, Weight};
use crate::network::{Field, Network, Source};

use super::fact::{Fact, Missing, broken, unknown};
use super::graph::Graph;
use super::hardware::HardwareKernel;
use super::memory::Memory;
use super::parameters::{Operator, Parameters};
use super::shapes::{Shape, Spread};

/// Bytes of a row.
const ROW_BYTES: i64 = 9;
/// Bits of a weight where nobody says otherwise.
pub(super) const USUAL_BITS: i64 = 8;
/// Searches step by rows that a multiple of this divides.
const ROW_ALIGNMENT: i64 = PROCESSORS_PER_INSTANCE as i64;

/// The kernel memory of all processors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelMemory {
    /// One entry a layer; none for layers without weights.
    pub layers: Vec<Fact<Option<Kernels>>>,
    /// Rows in use on each processor, those of layers with a known place.
    pub used: Vec<i64>,
    /// Where placing stopped.
    pub fault: Option<KernelFault>,
}

/// The weights of one layer in kernel memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernels {
    /// The processors that hold them.
    pub processors: u64,
    /// The first row; missing where the place of an earlier layer is.
    pub start: Fact<i64>,
    /// Rows on each processor.
    pub rows: i64,
    /// Kernels on each processor, gaps of the output mask included.
    pub count: i64,
    /// Height and width of a kernel as the hardware runs it.
    pub kernel: [i64; 2],
    /// Bits of a weight.
    pub bits: i64,
    /// The layer whose copy is used, where this layer stores none of its own.
    pub shared: Option<usize>,
}

/// Why a layer could not be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelFault {
    /// There is no room for it.
    Exhausted(Exhausted),
    /// An output mask with gaps, or one that starts between multiples of 4, leads to rows that
    /// another layer has.
    Collision {
        /// The layer.
        layer: usize,
        /// A processor on which it happens.
        processor: u32,
        /// The first such row.
        row: i64,
        /// The layer that has the row.
        owner: Option<usize>,
    },
}

/// A layer for which the kernel memory has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// The layer.
    pub layer: usize,
    /// Rows that it needs, in one stretch, on each of its processors.
    pub rows: i64,
    /// The fullest of its processors.
    pub processor: u32,
    /// Rows of that processor.
    pub capacity: i64,
    /// Rows free on that processor, at most.
    pub free: i64,
    /// The longest stretch that is free on all its processors, at most.
    pub stretch: i64,
    /// Whether weights are taken as 8 bits for want of a better number.
    pub assumes_bits: bool,
}

pub(super) struct Placement<'a> {
    pub(super) network: &'a Network,
    pub(super) device: &'a Device,
    pub(super) flags: &'a Flags,
    pub(super) graph: &'a Graph,
    pub(super) parameters: &'a [Parameters],
    pub(super) weights: &'a [Fact<Option<&'a Weight>>],
    pub(super) shapes: &'a [Shape],
    pub(super) memory: &'a [Memory],
    pub(super) hardware_kernels: &'a [Fact<HardwareKernel>],
    /// The rule that says that the network is made for the other chip.
    pub(super) missing_feature: Option<Code>,
}

impl Placement<'_> {
    /// Places all layers that run.
    pub(super) fn run(&self) -> KernelMemory {
        let mut demands: Vec<Fact<Option<Demand>>> = (0..self.parameters.len())
            .map(|layer| self.demand(layer))
            .collect();
        let shared = self.shared_copies(&demands);
        let mut order: Vec<usize> = self.graph.order.clone();
        // Layers on all processors come first. One whose mask is not known may be among them.
        order.sort_by_key(|&layer| {
            let everywhere = self.memory[layer].processors.unwrap_or(u64::MAX) == u64::MAX;
            (!everywhere, layer)
        });
        let mut store = Store::new(self.device);
        let mut layers: Vec<Fact<Option<Kernels>>> = vec![Ok(None); demands.len()];
        for layer in order {
            layers[layer] = match std::mem::replace(&mut demands[layer], Ok(None)) {
                Ok(None) => Ok(None),
                Err(missing) => {
                    store.miss(missing);
                    Err(missing)
                }
                Ok(Some(_)) if shared[layer].is_some() => Ok(None),
                Ok(Some(demand)) => Ok(Some(self.place(layer, &demand, &mut store))),
            };
        }
        for (layer, shared) in shared.into_iter().enumerate() {
            if let Some(source) = shared {
                layers[layer] = layers[source].map(|kernels| {
                    kernels.map(|kernels| Kernels {
                        shared: Some(source),
                        ..kernels
                    })
                });
            }
        }
        KernelMemory {
            layers,
            used: store.used(),
            fault: store.fault,
        }
    }

    /// What a layer stores; none for a layer that does not run or has no weights.
    fn demand(&self, layer: usize) -> Fact<Option<Demand>> {
        let parameters = &self.parameters[layer];
        if !self.graph.runs(layer) || !parameters.operator?.convolves() || parameters.bypass? {
            return Ok(None);
        }
        if let Some(code) = self.missing_feature {
            return Err(Missing::Broken(code));
        }
        let (shape, memory) = (&self.shapes[layer], &self.memory[layer]);
        let weight = self.weights[layer].ok().flatten();
        let bits = weight_bits(parameters, weight)?;
        let kernel = self.hardware_kernels[layer]?.size;
        let (in_channels, out_channels) = (shape.stored_channels?, shape.out_channels?);
        if in_channels > self.device.max_channels {
            return broken(707);
        }
        if out_channels > self.device.max_channels {
            return broken(708);
        }
        let groups = parameters.groups?;
        let depthwise = groups > 1;
        if depthwise && !self.device.depthwise {
            return broken(438);
        }
        if depthwise && (groups != in_channels || groups != out_channels) {
            return broken(439);
        }
        let (inputs, outputs) = (memory.input_spread?, memory.output_spread?);
        let quad = self.flags.fast_fifo_quad && layer == 0;
        let mut processors = memory.processors?;
        if quad {
            processors &= (1 << PROCESSORS_PER_QUADRANT) - 1;
        }
        let map = memory.output_map?;
        let flattened = if parameters.flatten? && parameters.operator? != Operator::Conv1d {
            let [height, width] = shape.pooled_dim?;
            let values = in_channels * height * width;
            if values % inputs.processors != 0 {
                return broken(462);
            }
            Some(values / inputs.processors)
        } else {
            None
        };
        let slots_fit = matches!(bits, None | Some(-1 | 1 | 2 | 4 | 8));
        if processors == 0 || map == 0 || !slots_fit {
            return unknown();
        }
        Ok(Some(Demand {
            processors,
            quad,
            bits: bits.map_or(USUAL_BITS, i64::abs),
            assumes_bits: bits.is_none(),
            kernel,
            map,
            inputs,
            in_channels,
            outputs,
            out_channels,
            depthwise,
            flattened,
        }))
    }

    fn calcx4(&self, layer: usize) -> Fact<bool> {
        Ok(self.flags.calcx4 || self.parameters[layer].calcx4?)
    }

    /// For each layer the one whose copy of equal weights it uses. Which weights are equal by
    /// chance only their values could tell; those of a `weight_source` are.
    fn shared_copies(&self, demands: &[Fact<Option<Demand>>]) -> Vec<Option<usize>> {
        let origin = |layer| weight_origin(self.network, layer);
        let mut shared: Vec<Option<usize>> = vec![None; demands.len()];
        for layer in 0..demands.len() {
            if self.network.layers[layer].weight_source.is_absent() {
                continue;
            }
            let Ok(Some(own)) = &demands[layer] else {
                continue;
            };
            shared[layer] = (0..layer).find(|&other| {
                shared[other].is_none()
                    && origin(other) == origin(layer)
                    && matches!(&demands[other], Ok(Some(other)) if other.stores_the_same(own))
            });
        }
        shared
    }

    fn place(&self, layer: usize, demand: &Demand, store: &mut Store) -> Kernels {
        let (rows, count) = demand.rows_and_count();
        let mut kernels = Kernels {
            processors: demand.processors,
            start: unknown(),
            rows,
            count,
            kernel: demand.kernel,
            bits: demand.bits,
            shared: None,
        };
        store.assumes_bits |= demand.assumes_bits;
        if let Some(missing) = store.missing {
            store.reserve(layer, demand, rows);
            kernels.start = Err(missing);
            return kernels;
        }
        // The first layer with `calcx4` behind one without: the tool spreads its place by 4.
        let spreads =
            layer > 0 && self.calcx4(layer) == Ok(true) && self.calcx4(layer - 1) == Ok(false);
        let from_below = || store.search_up(demand, rows, self.flags.weight_start);
        let start = if spreads {
            from_below().map(|start| 4 * start)
        } else {
            store.search_down(demand, rows).or_else(from_below)
        };
        let Some(start) = start else {
            store.exhaust(layer, demand.processors, rows);
            kernels.start = broken(601);
            return kernels;
        };
        match store.mark(layer, demand, start, rows) {
            Ok(rows) => {
                kernels.rows = rows;
                kernels.start = Ok(start);
            }
            Err(missing) => kernels.start = Err(missing),
        }
        store.placed.push((layer, kernels));
        kernels
    }
}

/// Rows of kernel memory of a processor.
pub fn kernel_capacity(device: &Device, processor: u32) -> i64 {
    if processor.is_multiple_of(PROCESSORS_PER_QUADRANT) {
        device.kernel_words_large as i64
    } else {
        device.kernel_words as i64
    }
}

/// The bits of a layer's weights; -1 is binary. Weights are 8 bits unless the file or they themselves
/// say otherwise; none where the weights are not known.
pub fn weight_bits(parameters: &Parameters, weight: Option<&Weight>) -> Fact<Option<i64>> {
    let of_weight = weight.map(|weight| weight.bits.unwrap_or(USUAL_BITS));
    Ok(parameters.quantization?.or(of_weight))
}

/// The layer whose weights a layer uses: its own number unless it has a `weight_source`.
pub(super) fn weight_origin(network: &Network, layer: usize) -> usize {
    let mut origin = layer;
    // A source comes before its layer, so this ends.
    while let Field::Given { value, .. } = &network.layers[origin].weight_source {
        match network.resolve(value) {
            Ok(Source::Layer(source)) if source < origin => origin = source,
            _ => break,
        }
    }
    origin
}

/// What a layer stores on each of its processors.
#[derive(Clone, Debug)]
struct Demand {
    /// The processors; of a quad fast FIFO those of the first quadrant, which stand for all four.
    processors: u64,
    quad: bool,
    /// Bits of a weight.
    bits: i64,
    assumes_bits: bool,
    /// Height and width of a kernel.
    kernel: [i64; 2],
    /// The output mask.
    map: u64,
    inputs: Spread,
    in_channels: i64,
    outputs: Spread,
    out_channels: i64,
    depthwise: bool,
    /// Of a flattening layer: the weights of one output on one processor.
    flattened: Option<i64>,
}

impl Demand {
    fn stores_the_same(&self, other: &Self) -> bool {
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
    fn skew(&self) -> i64 {
        i64::from(self.map.trailing_zeros() % PROCESSORS_PER_INSTANCE)
    }

    /// Whether the output mask has no gaps.
    fn is_packed(&self) -> bool {
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
    fn rows_and_count(&self) -> (i64, i64) {
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
    fn footprint(&self, channels: i64) -> Footprint {
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
    fn by_channels(&self) -> Vec<(u64, i64)> {
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
struct Footprint {
    ranges: Vec<Range<i64>>,
    row: i64,
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

/// The rows of all processors while layers are placed.
struct Store<'a> {
    device: &'a Device,
    banks: Vec<Bank>,
    placed: Vec<(usize, Kernels)>,
    /// Rows of layers that lie nobody knows where, a processor.
    reserved: Vec<i64>,
    /// Set once a place is not known: those after it are not either.
    missing: Option<Missing>,
    assumes_bits: bool,
    fault: Option<KernelFault>,
}

/// Processors whose memories are taken alike.
#[derive(Clone)]
struct Bank {
    processors: u64,
    capacity: i64,
    rows: Rows,
}

impl<'a> Store<'a> {
    fn new(device: &'a Device) -> Self {
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

    fn miss(&mut self, missing: Missing) {
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

    fn used(&self) -> Vec<i64> {
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
    fn search_down(&self, demand: &Demand, rows: i64) -> Option<i64> {
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
    fn search_up(&self, demand: &Demand, rows: i64, from: i64) -> Option<i64> {
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
    fn mark(&mut self, layer: usize, demand: &Demand, start: i64, mut rows: i64) -> Fact<i64> {
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
                self.exhaust(layer, processors, needed);
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
    fn reserve(&mut self, layer: usize, demand: &Demand, rows: i64) {
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
            self.exhaust(layer, demand.processors, rows);
        }
    }

    fn exhaust(&mut self, layer: usize, processors: u64, rows: i64) {
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

/// The numbers of the processors of a mask.
fn bits(mask: u64) -> impl Iterator<Item = u32> {
    (0..PROCESSORS).filter(move |bit| mask >> bit & 1 == 1)
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

/// A set of rows. Those below 0 and behind the end are free.
#[derive(Clone)]
struct Rows {
    words: Vec<u64>,
}

impl Rows {
    fn new(rows: i64) -> Self {
        Self {
            words: vec![0; (rows as usize).div_ceil(64)],
        }
    }

    fn is_taken(&self, row: i64) -> bool {
        self.first_in(row..row + 1).is_some()
    }

    /// The words that hold a range: index, and the bits of the range.
    fn parts(&self, range: &Range<i64>) -> impl DoubleEndedIterator<Item = (usize, u64)> + use<> {
        let limit = self.words.len() * 64;
        let clamp = |row: i64| usize::try_from(row).unwrap_or(0).min(limit);
        let (start, end) = (clamp(range.start), clamp(range.end));
        let words = if start < end {
            start / 64..end.div_ceil(64)
        } else {
            0..0
        };
        words.map(move |word| {
            let below = u64::MAX.checked_shl((start.max(word * 64) - word * 64) as u32);
            let above = u64::MAX >> (64 - (end.min(word * 64 + 64) - word * 64));
            (word, below.unwrap_or(0) & above)
        })
    }

    fn first_in(&self, range: Range<i64>) -> Option<i64> {
        self.parts(&range).find_map(|(word, bits)| {
            let taken = self.words[word] & bits;
            (taken != 0).then(|| (word * 64) as i64 + i64::from(taken.trailing_zeros()))
        })
    }

    fn last_in(&self, range: Range<i64>) -> Option<i64> {
        self.parts(&range).rev().find_map(|(word, bits)| {
            let taken = self.words[word] & bits;
            (taken != 0).then(|| (word * 64) as i64 + 63 - i64::from(taken.leading_zeros()))
        })
    }

    fn fill(&mut self, range: Range<i64>) {
        for (word, bits) in self.parts(&range) {
            self.words[word] |= bits;
        }
    }

    fn unite(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    fn count(&self) -> i64 {
        self.words
            .iter()
            .map(|word| i64::from(word.count_ones()))
            .sum()
    }

    /// The length of the longest free stretch below `capacity`.
    fn longest_free(&self, capacity: i64) -> i64 {
        let mut longest = 0;
        let mut start = 0;
        while start < capacity {
            let end = self.first_in(start..capacity).unwrap_or(capacity);
            longest = longest.max(end - start);
            start = end + 1;
        }
        longest
    }
}
