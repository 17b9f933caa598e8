//! Kernel memory: where the weights of each layer lie, as the vendor's default loader with its
//! greedy allocator places them (`kernels.py`), and how full each processor is.
//!
//! Each processor has its own kernel memory, in rows of 9 bytes. The weights of a layer start at
//! the same row on all its processors. Most layers treat many processors alike, so what is taken is
//! kept once for each set of processors with equal memories (a bank of `store`), as bits.

mod demand;
mod rows;
mod store;

use crate::device::{Device, PROCESSORS, PROCESSORS_PER_QUADRANT};
use crate::diagnostic::Code;
use crate::facts::{Flags, Weight};
use crate::network::{Field, Network, Source};

use super::fact::{Fact, Missing, broken, unknown};
use super::graph::Graph;
use super::hardware::HardwareKernel;
use super::memory::Memory;
use super::parameters::{Operator, Parameters};
use super::shapes::Shape;
use demand::Demand;
use store::Store;

/// Bytes of a row.
const ROW_BYTES: i64 = 9;
/// Bits of a weight where nobody says otherwise.
const USUAL_BITS: i64 = 8;

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
    /// Just past its last row, where its rows alone found a place but what comes with them does not: a
    /// mask of outputs that starts between multiples of 4 takes rows behind them.
    pub end: Option<i64>,
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
            store.exhaust(layer, demand.processors, rows, None);
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

/// The numbers of the processors of a mask.
fn bits(mask: u64) -> impl Iterator<Item = u32> {
    (0..PROCESSORS).filter(move |bit| mask >> bit & 1 == 1)
}
