//! Bias memory: the quadrant that keeps the bias of each layer, as the vendor's tool places it
//! (`kbias.py`), and how full each quadrant is.

use crate::device::{Device, PROCESSORS_PER_INSTANCE, PROCESSORS_PER_QUADRANT, QUADRANTS};
use crate::diagnostic::Code;
use crate::facts::{Flags, Weight};
use crate::network::{Field, Network};

use super::fact::{Fact, Missing, broken, unknown};
use super::graph::Graph;
use super::kernels::weight_origin;
use super::memory::Memory;
use super::parameters::Parameters;
use super::shapes::{Shape, Spread};

/// What keeps the layers behind one without room from a place.
const EXHAUSTED: Missing = Missing::Broken(Code(603));

/// The bias memory of all quadrants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BiasMemory {
    /// One entry a layer; none for layers without bias.
    pub layers: Vec<Fact<Option<Bias>>>,
    /// Bytes in use in each quadrant.
    pub used: Fact<[i64; QUADRANTS as usize]>,
    /// The layer for which there is no room.
    pub exhausted: Option<BiasExhausted>,
}

/// The bias of one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bias {
    /// The quadrant that keeps it; none where each quadrant keeps the bias of its own processors.
    pub quadrant: Option<u32>,
    /// Bytes.
    pub bytes: i64,
    /// The layer whose copy is used, where this layer stores none of its own.
    pub shared: Option<usize>,
}

/// A layer for whose bias there is no room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BiasExhausted {
    /// The layer.
    pub layer: usize,
    /// Bytes that it needs.
    pub bytes: i64,
    /// The quadrants that it may use.
    pub quadrants: Vec<u32>,
    /// Bytes in use in each quadrant before it; unknown where another layer's bias is.
    pub used: Fact<[i64; QUADRANTS as usize]>,
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
    /// The rule that says that the network is made for the other chip.
    pub(super) missing_feature: Option<Code>,
}

/// What a layer stores.
#[derive(Clone, Copy, Debug)]
struct Demand {
    out_channels: i64,
    processors: u64,
    map: u64,
    outputs: Spread,
    /// Each quadrant keeps the bias of its own processors.
    depthwise: bool,
    /// The four quadrants share the bias of a quad fast FIFO's layer.
    quad: bool,
}

impl Demand {
    fn is_bound(&self) -> bool {
        self.depthwise || self.quad
    }

    /// The quadrants of its processors.
    fn quadrants(&self) -> Vec<u32> {
        (0..QUADRANTS)
            .filter(|&quadrant| self.quad || self.processors & quadrant_mask(quadrant) != 0)
            .collect()
    }
}

impl Placement<'_> {
    /// Places the bias of all layers that run.
    pub(super) fn run(&self) -> BiasMemory {
        let count = self.parameters.len();
        let demands: Vec<Fact<Option<Demand>>> =
            (0..count).map(|layer| self.demand(layer)).collect();
        let shared: Vec<Option<usize>> = (0..count)
            .map(|layer| Some(weight_origin(self.network, layer)).filter(|&origin| origin != layer))
            .collect();
        let mut result = BiasMemory {
            layers: demands
                .iter()
                .map(|demand| demand.err().map_or(Ok(None), Err))
                .collect(),
            used: Ok([0; QUADRANTS as usize]),
            exhausted: None,
        };
        let stored = |layer: &usize| shared[*layer].is_none();
        let mut running: Vec<usize> = self.graph.order.iter().copied().filter(stored).collect();
        running.sort_unstable();
        let known: Vec<(usize, Demand)> = running
            .iter()
            .filter_map(|&layer| Some((layer, demands[layer].ok()??)))
            .collect();
        let missing =
            running
                .iter()
                .find_map(|&layer| demands[layer].err())
                .or(if known.is_empty() {
                    None
                } else {
                    self.quadrants_used().err()
                });
        if let Some(missing) = missing {
            self.place_nowhere(&known, missing, &mut result);
        } else {
            let quadrants = self.quadrants_used().unwrap_or_default();
            self.place(known, &quadrants, &mut result);
        }
        for (layer, &shared) in shared.iter().enumerate() {
            if let Some(source) = shared
                && self.graph.runs(layer)
            {
                result.layers[layer] = result.layers[source].map(|bias| {
                    bias.map(|bias| Bias {
                        shared: Some(source),
                        ..bias
                    })
                });
            }
        }
        result
    }

    /// What a layer stores; none for a layer without bias.
    fn demand(&self, layer: usize) -> Fact<Option<Demand>> {
        let parameters = &self.parameters[layer];
        if !self.graph.runs(layer) || !parameters.operator?.convolves() || parameters.bypass? {
            return Ok(None);
        }
        if let Some(code) = self.missing_feature {
            return Err(Missing::Broken(code));
        }
        match self.weights[layer]? {
            Some(Weight {
                bias: Some(true), ..
            }) => {}
            Some(Weight {
                bias: Some(false), ..
            }) => return Ok(None),
            _ => return unknown(),
        }
        let depthwise = parameters.groups? > 1;
        if depthwise && !self.device.depthwise {
            return broken(438);
        }
        let memory = &self.memory[layer];
        let out_channels = self.shapes[layer].out_channels?;
        if out_channels > self.device.max_channels {
            return broken(708);
        }
        Ok(Some(Demand {
            out_channels,
            processors: memory.processors?,
            map: memory.output_map?,
            outputs: memory.output_spread?,
            depthwise,
            quad: self.flags.fast_fifo_quad && self.graph.order.first() == Some(&layer),
        }))
    }

    /// The quadrants that the network uses: those of all processors, and of the final output.
    fn quadrants_used(&self) -> Fact<Vec<u32>> {
        let mut processors = 0;
        for &layer in &self.graph.order {
            processors |= self.memory[layer].processors?;
        }
        if let Some(last) = self.graph.final_layer {
            processors |= self.memory[last].output_map?;
        }
        let first = processors & quadrant_mask(0);
        if self.flags.fast_fifo_quad && first != 0 {
            return Ok((0..QUADRANTS).collect());
        }
        Ok((0..QUADRANTS)
            .filter(|&quadrant| processors & quadrant_mask(quadrant) != 0)
            .collect())
    }

    /// The quadrants that a layer may use.
    fn allowed(&self, layer: usize, used: &[u32]) -> Fact<Vec<u32>> {
        match &self.network.layers[layer].bias_group {
            Field::Absent => Ok(used.to_vec()),
            Field::Invalid { code, .. } => Err(Missing::Broken(*code)),
            Field::Given { value, .. } => value
                .iter()
                .map(|group| {
                    let quadrant = u32::try_from(group.value).ok();
                    quadrant
                        .filter(|quadrant| {
                            used.contains(quadrant)
                                || self.flags.ignore_bias_groups && *quadrant < QUADRANTS
                        })
                        .ok_or(Missing::Broken(Code(208)))
                })
                .collect(),
        }
    }

    /// Bytes of a layer whose bias lies in a single quadrant.
    fn bytes(&self, layer: usize, demand: &Demand) -> i64 {
        let skew = i64::from(demand.map.trailing_zeros() % PROCESSORS_PER_INSTANCE);
        // A streaming first layer needs one more where the hardware has trouble with both.
        let spare = layer == 0
            && self.parameters[layer].streaming == Ok(true)
            && !self.device.streaming_bias;
        demand.out_channels + skew * demand.outputs.passes + i64::from(spare)
    }

    /// Where somebody's bias is not known, nobody's place is; but a layer may be too large alone.
    fn place_nowhere(&self, known: &[(usize, Demand)], missing: Missing, result: &mut BiasMemory) {
        result.used = Err(missing);
        for (layer, demand) in known {
            result.layers[*layer] = Err(missing);
            let bytes = self.bytes(*layer, demand);
            if !demand.is_bound() && bytes > self.capacity() && result.exhausted.is_none() {
                result.exhausted = Some(BiasExhausted {
                    layer: *layer,
                    bytes,
                    quadrants: (0..QUADRANTS).collect(),
                    used: Err(missing),
                });
            }
        }
    }

    fn capacity(&self) -> i64 {
        self.device.bias_bytes as i64
    }

    fn place(&self, known: Vec<(usize, Demand)>, quadrants: &[u32], result: &mut BiasMemory) {
        let (bound, free): (Vec<_>, Vec<_>) =
            known.into_iter().partition(|(_, demand)| demand.is_bound());
        let mut fill = Fill::default();
        let mut missing = None;
        for (layer, demand) in bound {
            if let Some(missing) = missing {
                result.layers[layer] = Err(missing);
                continue;
            }
            let before = fill.used;
            fill.add(&demand);
            let bytes = fill.used.iter().sum::<i64>() - before.iter().sum::<i64>();
            result.layers[layer] = Ok(Some(Bias {
                quadrant: None,
                bytes,
                shared: None,
            }));
            if fill.used.iter().any(|&used| used > self.capacity()) {
                result.exhausted = Some(BiasExhausted {
                    layer,
                    bytes,
                    quadrants: demand.quadrants(),
                    used: Ok(before),
                });
                fill.used = before;
                missing = Some(EXHAUSTED);
                result.layers[layer] = Err(EXHAUSTED);
            }
        }
        let mut queue: Vec<Queued> = free
            .into_iter()
            .map(|(layer, demand)| self.queued(layer, &demand, quadrants))
            .collect();
        queue.sort_by_key(|queued| (queued.rank, queued.layer));
        for queued in queue {
            let layer = queued.layer;
            let allowed = match (missing, queued.allowed) {
                (None, Ok(allowed)) => allowed,
                (Some(cause), _) | (None, Err(cause)) => {
                    missing = Some(cause);
                    result.layers[layer] = Err(cause);
                    continue;
                }
            };
            let calcx4 = self.flags.calcx4 || self.parameters[layer].calcx4 == Ok(true);
            let start = |quadrant: u32| {
                let used = fill.used[quadrant as usize];
                if calcx4 { (used + 3) / 4 * 4 } else { used }
            };
            // The emptiest, the first of several.
            let Some(quadrant) = allowed
                .iter()
                .copied()
                .min_by_key(|&quadrant| start(quadrant))
            else {
                continue;
            };
            let end = start(quadrant) + queued.bytes;
            if end > self.capacity() {
                result.exhausted = Some(BiasExhausted {
                    layer,
                    bytes: queued.bytes,
                    quadrants: allowed,
                    used: Ok(fill.used),
                });
                missing = Some(EXHAUSTED);
                result.layers[layer] = Err(EXHAUSTED);
                continue;
            }
            fill.used[quadrant as usize] = end;
            result.layers[layer] = Ok(Some(Bias {
                quadrant: Some(quadrant),
                bytes: queued.bytes,
                shared: None,
            }));
        }
        result.used = match missing {
            Some(missing) if missing != EXHAUSTED => Err(missing),
            _ => Ok(fill.used),
        };
    }

    fn queued(&self, layer: usize, demand: &Demand, quadrants: &[u32]) -> Queued {
        let bytes = self.bytes(layer, demand);
        let allowed = self.allowed(layer, quadrants);
        let flattens = self.parameters[layer].flatten == Ok(true);
        let rank = if self.device.flatten_bias_first && flattens {
            -1
        } else if allowed.as_ref().is_ok_and(|allowed| allowed.len() == 1) {
            0
        } else {
            self.capacity() - bytes
        };
        Queued {
            rank,
            layer,
            bytes,
            allowed,
        }
    }
}

/// A layer that waits for a place in any of its quadrants; the lowest rank comes first.
struct Queued {
    rank: i64,
    layer: usize,
    bytes: i64,
    allowed: Fact<Vec<u32>>,
}

/// Bytes in use while layers are placed.
#[derive(Default)]
struct Fill {
    used: [i64; QUADRANTS as usize],
}

impl Fill {
    /// Adds the bias of a layer whose quadrants are fixed.
    fn add(&mut self, demand: &Demand) {
        if !demand.depthwise {
            for channel in 0..demand.out_channels {
                self.used[(channel % i64::from(QUADRANTS)) as usize] += 1;
            }
            return;
        }
        // With equal masks all quadrants work at once, each on words of four bytes.
        let broadcast = demand.processors == demand.map;
        if broadcast {
            for quadrant in demand.quadrants() {
                let used = &mut self.used[quadrant as usize];
                *used = (*used + 3) / 4 * 4;
            }
        }
        let mask = if broadcast {
            demand.processors
        } else {
            // The gap before the first processor moves behind the last one of its quadrant.
            let first = demand.processors.trailing_zeros();
            let own = quadrant_mask(first / PROCESSORS_PER_QUADRANT);
            demand.processors & !own
                | (demand.processors & own) >> (first % PROCESSORS_PER_QUADRANT)
        };
        let start = align_down(mask.trailing_zeros());
        let last = u64::BITS - 1 - mask.leading_zeros();
        let end = if broadcast {
            align_down(last) + PROCESSORS_PER_QUADRANT
        } else {
            last + 1
        };
        // The last byte of the last quadrant that means something: what follows is cut off.
        let mut meant = self.used[((end - 1) / PROCESSORS_PER_QUADRANT) as usize];
        for pass in 0..demand.outputs.passes {
            for position in start..end {
                let used = &mut self.used[(position / PROCESSORS_PER_QUADRANT) as usize];
                *used += 1;
                let processor = if broadcast {
                    let lane = position % PROCESSORS_PER_QUADRANT;
                    align_down(position) + lane % 4 * 4 + lane / 4
                } else {
                    position
                };
                let ordinal = (mask & ((1 << processor) - 1)).count_ones();
                let channel = pass * demand.outputs.processors + i64::from(ordinal);
                let is_last =
                    position / PROCESSORS_PER_QUADRANT == (end - 1) / PROCESSORS_PER_QUADRANT;
                if is_last && mask >> processor & 1 == 1 && channel < demand.out_channels {
                    meant = *used;
                }
            }
        }
        self.used[((end - 1) / PROCESSORS_PER_QUADRANT) as usize] = meant;
    }
}

fn quadrant_mask(quadrant: u32) -> u64 {
    ((1 << PROCESSORS_PER_QUADRANT) - 1) << (quadrant * PROCESSORS_PER_QUADRANT)
}

/// The first processor of the quadrant of a processor.
fn align_down(processor: u32) -> u32 {
    processor / PROCESSORS_PER_QUADRANT * PROCESSORS_PER_QUADRANT
}
