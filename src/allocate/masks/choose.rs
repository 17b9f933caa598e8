//! Where the classes of masks start, so that data, weights and bias fit.
//!
//! A descent from several beginnings, in a fixed order and with budgets of steps, so that the same
//! network always gets the same masks.

use crate::analysis::{Analysis, BiasMemory, KernelMemory, Memory, Region};
use crate::device::{Device, INSTANCES, PROCESSORS, PROCESSORS_PER_INSTANCE};
use crate::network::Network;

use super::super::problem::Problem;
use super::{Classes, mask_at};

/// Steps of a descent.
const STEPS: usize = 256;
/// How often kernel and bias memory are filled in one search.
const FILLINGS: usize = 6000;

/// Where the classes start, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Where each class starts.
    pub starts: Vec<u32>,
    /// Rows of kernel memory and bytes of bias memory that find no place.
    pub overflow: i64,
    /// No placement has a lower peak with these masks.
    pub bound: i64,
}

/// What a choice costs: less is better. What finds no place, the bytes above the capacity of an instance,
/// the fullest moment, and how unevenly the instances are filled.
type Cost = (i64, i64, i64, i64);

/// The part of it that the data alone tell.
type DataCost = (i64, i64, i64);

/// A class that starts elsewhere, and what that costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Move {
    overflow: i64,
    cost: DataCost,
    class: usize,
    start: u32,
}

/// Chooses where the classes start. `problem` is that of the network with any masks, `analysis`, too. A
/// peak of `enough` bytes need not get lower.
pub fn choose(
    network: &Network,
    analysis: &Analysis,
    device: &'static Device,
    classes: &Classes,
    problem: &Problem,
    enough: i64,
) -> Choice {
    let mut search = Search::new(network, analysis, device, classes, problem);
    search.floor = search.floor.max(enough);
    let mut best: Option<(Cost, Vec<u32>)> = None;
    for begin in [Search::lowest, Search::by_rows, Search::by_bytes] {
        let starts = begin(&mut search);
        let (cost, starts) = search.descend(starts);
        let better = best
            .as_ref()
            .is_none_or(|(other, _)| (cost.0, cost.1, cost.2) < (other.0, other.1, other.2));
        if better {
            best = Some((cost, starts));
        }
        if best
            .as_ref()
            .is_some_and(|(cost, _)| cost.0 == 0 && cost.2 <= search.floor)
        {
            break;
        }
    }
    let (_, starts) = best.unwrap_or_else(|| (Cost::default(), classes.lowest()));
    let starts = search.lowered(starts);
    let loads = search.loads(&starts);
    Choice {
        overflow: search.overflow(&starts),
        bound: search.bound(&loads),
        starts,
    }
}

/// Rows of kernel memory and bytes of bias memory that find no place.
pub(in crate::allocate) fn overflow(
    device: &Device,
    kernels: &KernelMemory,
    bias: &BiasMemory,
) -> i64 {
    let mut needed = [0; PROCESSORS as usize];
    let mut unplaced = 0;
    for kernels in kernels
        .layers
        .iter()
        .filter_map(|layer| layer.as_ref().ok()?.as_ref())
    {
        if kernels.shared.is_some() {
            continue;
        }
        if kernels.start.is_err() {
            unplaced += kernels.rows;
        }
        for (processor, needed) in needed.iter_mut().enumerate() {
            *needed += i64::from(kernels.processors >> processor & 1 == 1) * kernels.rows;
        }
    }
    let excess = needed.iter().enumerate().map(|(processor, needed)| {
        (needed - crate::analysis::kernel_capacity(device, processor as u32)).max(0)
    });
    let unplaced = if kernels.fault.is_some() { unplaced } else { 0 };
    let bias = bias
        .exhausted
        .as_ref()
        .map_or(0, |exhausted| exhausted.bytes.max(1));
    excess.sum::<i64>() + unplaced + bias
}

/// Data that takes bytes of instances for a while.
#[derive(Clone, Copy, Debug)]
struct Data {
    tensor: usize,
    bytes: i64,
    /// Steps of execution, both included; 0 is before the first layer.
    life: [usize; 2],
}

struct Search<'a> {
    network: &'a Network,
    analysis: &'a Analysis,
    device: &'static Device,
    classes: &'a Classes,
    /// The data of each class.
    data: Vec<Vec<Data>>,
    /// Steps of execution, one before and one behind.
    steps: usize,
    /// Masks of all layers, for kernel and bias memory.
    memory: Vec<Memory>,
    /// Rows of kernel memory that the layers take which read each class.
    rows: Vec<i64>,
    capacity: i64,
    /// No masks lead to a lower bound.
    floor: i64,
    fillings: usize,
}

/// Bytes in use of each instance at each step.
type Loads = Vec<[i64; INSTANCES as usize]>;

impl<'a> Search<'a> {
    fn new(
        network: &'a Network,
        analysis: &'a Analysis,
        device: &'static Device,
        classes: &'a Classes,
        problem: &Problem,
    ) -> Self {
        let steps = analysis.graph.order.len() + 2;
        let mut data = vec![Vec::new(); classes.classes.len()];
        for member in problem.bundles.iter().flat_map(|bundle| &bundle.members) {
            let Some(tensor) = classes
                .tensors
                .iter()
                .position(|tensor| tensor.source == member.source)
            else {
                continue;
            };
            let instances = (0..INSTANCES).map(|instance| member.bytes_in(instance));
            let step = |time: i64| (time.saturating_add(1).max(0) as usize).min(steps - 1);
            // What is written over what its layer reads needs room of its own a step later.
            let slides = problem.slides_at(member.source, member.born);
            let born = member.born + i64::from(slides);
            data[classes.tensors[tensor].class].push(Data {
                tensor,
                bytes: instances.max().unwrap_or(0),
                life: [step(born), step(member.dies)],
            });
        }
        let mut rows = vec![0; classes.classes.len()];
        for (layer, kernels) in analysis.kernels.layers.iter().enumerate() {
            if let (Ok(Some(kernels)), Some(class)) = (kernels, classes.class_read(layer))
                && kernels.shared.is_none()
            {
                rows[class] += kernels.rows;
            }
        }
        let memory = analysis.memory.iter().map(|memory| Memory {
            reads: Ok(Region::default()),
            writes: Ok(Region::default()),
            ..*memory
        });
        let mut search = Self {
            network,
            analysis,
            device,
            classes,
            data,
            steps,
            memory: memory.collect(),
            rows,
            capacity: problem.capacity,
            floor: 0,
            fillings: FILLINGS,
        };
        search.floor = search.floor();
        search
    }

    /// What the fullest step needs if it were spread evenly, and the largest single thing.
    fn floor(&self) -> i64 {
        let mut total = vec![0; self.steps];
        let mut largest = 0;
        for data in self.data.iter().flatten() {
            let tensor = &self.classes.tensors[data.tensor];
            let instances = touched(tensor.pattern).count() as i64;
            largest = largest.max(data.bytes);
            for total in &mut total[data.life[0]..=data.life[1]] {
                *total += data.bytes * instances;
            }
        }
        let even = total.into_iter().max().unwrap_or(0) / i64::from(INSTANCES);
        largest.max((even + 3) / 4 * 4)
    }

    fn add(&self, loads: &mut Loads, class: usize, start: u32, sign: i64) {
        for data in &self.data[class] {
            let tensor = &self.classes.tensors[data.tensor];
            let mask = tensor.pattern.checked_shl(start + tensor.at).unwrap_or(0);
            for loads in &mut loads[data.life[0]..=data.life[1]] {
                for instance in touched(mask) {
                    loads[instance] += sign * data.bytes;
                }
            }
        }
    }

    fn loads(&self, starts: &[u32]) -> Loads {
        let mut loads = vec![[0; INSTANCES as usize]; self.steps];
        for (class, &start) in starts.iter().enumerate() {
            self.add(&mut loads, class, start, 1);
        }
        loads
    }

    fn bound(&self, loads: &Loads) -> i64 {
        loads.iter().flatten().copied().max().unwrap_or(0)
    }

    /// The cost of the data alone.
    fn cost(&self, loads: &Loads) -> DataCost {
        let bound = self.bound(loads);
        let squares = loads
            .iter()
            .flatten()
            .map(|bytes| (bytes / 4) * (bytes / 4));
        ((bound - self.capacity).max(0), bound, squares.sum())
    }

    /// What finds no place in kernel and bias memory.
    fn overflow(&mut self, starts: &[u32]) -> i64 {
        self.fillings = self.fillings.saturating_sub(1);
        for tensor in &self.classes.tensors {
            if let crate::network::Source::Layer(layer) = tensor.source {
                self.memory[layer].output_map = Ok(mask_at(tensor, starts));
            }
        }
        for (reader, tensors) in &self.classes.reads {
            let tensors = tensors.iter().map(|&tensor| &self.classes.tensors[tensor]);
            let union = tensors.fold(0, |union, tensor| union | mask_at(tensor, starts));
            self.memory[*reader].processors = Ok(union);
        }
        let (kernels, bias) =
            self.analysis
                .weight_memories(self.network, self.device, &self.memory);
        overflow(self.device, &kernels, &bias)
    }

    fn lowest(&mut self) -> Vec<u32> {
        self.classes.lowest()
    }

    /// The classes with the most rows of kernel memory first, each where the fullest of its processors
    /// is the emptiest.
    fn by_rows(&mut self) -> Vec<u32> {
        let mut used = [0; PROCESSORS as usize];
        let mut starts = self.classes.lowest();
        let mut order: Vec<usize> = (0..starts.len()).collect();
        order.sort_by_key(|&class| {
            let freedom = self.classes.classes[class].starts.len();
            (freedom > 1, -self.rows[class], class)
        });
        for class in order {
            let mask = |start: u32| {
                let tensors = self.classes.classes[class].tensors.iter();
                tensors.fold(0, |mask, &tensor| {
                    let tensor = &self.classes.tensors[tensor];
                    mask | tensor.pattern.checked_shl(start + tensor.at).unwrap_or(0)
                })
            };
            let fullest = |start: u32| bits(mask(start)).map(|bit| used[bit]).max().unwrap_or(0);
            let candidates = self.classes.classes[class].starts.iter().copied();
            if let Some(start) = candidates.min_by_key(|&start| (fullest(start), start)) {
                starts[class] = start;
            }
            for bit in bits(mask(starts[class])) {
                used[bit] += self.rows[class];
            }
        }
        starts
    }

    /// The classes with the most bytes for the longest time first, each where the instances are the
    /// emptiest.
    fn by_bytes(&mut self) -> Vec<u32> {
        let mut starts = self.classes.lowest();
        let mut order: Vec<usize> = (0..starts.len()).collect();
        let area = |class: usize| -> i64 {
            let data = self.data[class].iter();
            data.map(|data| data.bytes * (data.life[1] - data.life[0] + 1) as i64)
                .sum()
        };
        order.sort_by_key(|&class| {
            let freedom = self.classes.classes[class].starts.len();
            (freedom > 1, -area(class), class)
        });
        let mut loads = vec![[0; INSTANCES as usize]; self.steps];
        for class in order {
            let candidates = self.classes.classes[class].starts.iter().copied();
            let best = candidates.min_by_key(|&start| {
                let mut loads = loads.clone();
                self.add(&mut loads, class, start, 1);
                (self.cost(&loads), start)
            });
            starts[class] = best.unwrap_or(starts[class]);
            self.add(&mut loads, class, starts[class], 1);
        }
        starts
    }

    /// Moves one class after the other, each time the move that helps most.
    fn descend(&mut self, mut starts: Vec<u32>) -> (Cost, Vec<u32>) {
        let mut loads = self.loads(&starts);
        let mut overflow = self.overflow(&starts);
        for _ in 0..STEPS {
            let cost = self.cost(&loads);
            if overflow == 0 && cost.1 <= self.floor || self.fillings == 0 {
                break;
            }
            let moves = self.moves(&mut loads, &starts);
            let Some(best) = self.best_of(moves, &mut starts, (overflow, cost)) else {
                break;
            };
            self.add(&mut loads, best.class, starts[best.class], -1);
            self.add(&mut loads, best.class, best.start, 1);
            starts[best.class] = best.start;
            overflow = best.overflow;
        }
        let (excess, bound, squares) = self.cost(&loads);
        ((overflow, excess, bound, squares), starts)
    }

    /// All moves of one class, the best for the data first.
    fn moves(&self, loads: &mut Loads, starts: &[u32]) -> Vec<Move> {
        let mut moves = Vec::new();
        for (class, &now) in starts.iter().enumerate() {
            self.add(loads, class, now, -1);
            for &start in &self.classes.classes[class].starts {
                if start == now {
                    continue;
                }
                self.add(loads, class, start, 1);
                moves.push(Move {
                    overflow: 0,
                    cost: self.cost(loads),
                    class,
                    start,
                });
                self.add(loads, class, start, -1);
            }
            self.add(loads, class, now, 1);
        }
        moves.sort_unstable();
        moves
    }

    /// The best of moves that are better than what there is.
    fn best_of(
        &mut self,
        moves: Vec<Move>,
        starts: &mut [u32],
        (overflow, cost): (i64, DataCost),
    ) -> Option<Move> {
        let mut best: Option<Move> = None;
        for mut candidate in moves {
            if overflow == 0 && (best.is_some() || candidate.cost >= cost) || self.fillings == 0 {
                break;
            }
            let old = std::mem::replace(&mut starts[candidate.class], candidate.start);
            candidate.overflow = self.overflow(starts);
            starts[candidate.class] = old;
            if (candidate.overflow, candidate.cost) < (overflow, cost)
                && best.as_ref().is_none_or(|best| candidate < *best)
            {
                best = Some(candidate);
            }
        }
        best
    }

    /// Moves classes down as far as that costs nothing: low masks are what people write.
    fn lowered(&mut self, mut starts: Vec<u32>) -> Vec<u32> {
        let overflow = self.overflow(&starts);
        let mut loads = self.loads(&starts);
        let bound = self.bound(&loads);
        for class in 0..starts.len() {
            self.add(&mut loads, class, starts[class], -1);
            for &start in &self.classes.classes[class].starts {
                if start >= starts[class] {
                    break;
                }
                self.add(&mut loads, class, start, 1);
                let lower = self.bound(&loads) <= bound;
                self.add(&mut loads, class, start, -1);
                let old = std::mem::replace(&mut starts[class], start);
                if lower && self.overflow(&starts) <= overflow {
                    break;
                }
                starts[class] = old;
            }
            self.add(&mut loads, class, starts[class], 1);
        }
        starts
    }
}

/// The instances that a mask touches.
fn touched(mask: u64) -> impl Iterator<Item = usize> {
    (0..INSTANCES as usize)
        .filter(move |instance| mask >> (instance * PROCESSORS_PER_INSTANCE as usize) & 0xf != 0)
}

fn bits(mask: u64) -> impl Iterator<Item = usize> {
    (0..PROCESSORS as usize).filter(move |bit| mask >> bit & 1 == 1)
}
