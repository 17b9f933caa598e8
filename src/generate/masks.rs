//! Which processors hold what: one first processor for everything that must lie alike.
//!
//! Low processors first, as people write it; where kernels or data would not fit like that, what is
//! in the way moves until they do.

use crate::analysis::Operator;
use crate::device::{Device, INSTANCES, PROCESSORS, PROCESSORS_PER_INSTANCE, WEIGHT_BITS};
use crate::network::Source;

use super::keep::Kept;
use super::plan::{Joined, Plan, spread};

/// Bits of a row of kernel memory.
pub(super) const ROW_BITS: i64 = 72;
/// Rounds over all classes.
const ROUNDS: usize = 12;

/// Gives every layer its masks, with at most `fill` percent of the data memory planned for. Yields
/// whether all fits.
pub(super) fn choose(plan: &mut Plan, kept: &Kept, device: &Device, fill: i64) -> bool {
    let classes = Classes::new(plan, kept);
    let scene = Scene::new(plan, device, fill);
    let low = (0..classes.extents.len()).map(|class| classes.choices(class).next().unwrap_or(0));
    let low = low.collect();
    let mut best = scene.settle(&classes, low);
    if best.0 > (0, 0) {
        let spread = scene.settle(&classes, scene.spread_out(&classes));
        if spread.0 < best.0 {
            best = spread;
        }
    }
    let first = |tensor: usize| classes.first(tensor, &best.1);
    let mask = |tensor: usize, plan: &Plan| {
        let channels = plan.shape(source(tensor))[0];
        run(first(tensor), spread(channels).processors)
    };
    for index in 0..plan.layers.len() {
        let inputs = plan.layers[index].inputs.iter();
        let processors = inputs.fold(0, |all, input| all | mask(tensor(plan, *input), plan));
        let own = kept.layer(index);
        let written = mask(index + 1, plan);
        let layer = &mut plan.layers[index];
        layer.processors = own.and_then(|own| own.processors).unwrap_or(processors);
        layer.output_processors = own.and_then(|own| own.output_processors).unwrap_or(written);
    }
    best.0 == (0, 0)
}

/// Tensors by number: the input, then the output of each layer. The rolling buffer lies where what it
/// keeps is written.
fn tensor(plan: &Plan, source: Source) -> usize {
    match source {
        Source::Layer(layer) => layer + 1,
        Source::Buffer => plan.buffer.as_ref().map_or(0, |buffer| buffer.layer + 1),
        Source::Input => 0,
    }
}

fn source(tensor: usize) -> Source {
    match tensor {
        0 => Source::Input,
        _ => Source::Layer(tensor - 1),
    }
}

fn run(first: i64, count: i64) -> u64 {
    let bits = match count {
        64.. => u64::MAX,
        _ => (1u64 << count.max(0)) - 1,
    };
    bits << first.clamp(0, 63)
}

/// Tensors whose processors depend on each other.
struct Classes {
    /// For each tensor another one of its class, and how far it lies behind that.
    parents: Vec<(usize, i64)>,
    /// The class of each tensor, and how far it lies behind the first of the class.
    members: Vec<(usize, i64)>,
    /// Processors that each class takes.
    extents: Vec<i64>,
    /// The first processor of classes that stay where they are.
    pinned: Vec<Option<i64>>,
}

impl Classes {
    fn new(plan: &Plan, kept: &Kept) -> Self {
        let count = plan.layers.len() + 1;
        let mut classes = Self {
            parents: (0..count).map(|tensor| (tensor, 0)).collect(),
            members: Vec::new(),
            extents: Vec::new(),
            pinned: Vec::new(),
        };
        for (index, layer) in plan.layers.iter().enumerate() {
            let Some(&first) = layer.inputs.first() else {
                continue;
            };
            let mut behind = 0;
            for &input in &layer.inputs {
                classes.join(tensor(plan, first), tensor(plan, input), behind);
                if layer.joined == Joined::Beside {
                    behind += spread(plan.shape(input)[0]).processors;
                }
            }
            // What only passes through stays on its processors, and so does a depthwise result,
            // which the hardware then need not move.
            if layer.operator == Operator::Passthrough || layer.groups > 1 {
                classes.join(tensor(plan, first), index + 1, 0);
            }
        }
        classes.gather(plan);
        classes.pin(plan, kept);
        classes
    }

    fn root(&self, mut tensor: usize) -> (usize, i64) {
        let mut behind = 0;
        while self.parents[tensor].0 != tensor {
            behind += self.parents[tensor].1;
            tensor = self.parents[tensor].0;
        }
        (tensor, behind)
    }

    /// Lays `other` so far behind `one`. What is in a class with it already stays: the rules say
    /// what is wrong then.
    fn join(&mut self, one: usize, other: usize, behind: i64) {
        let ((root, first), (moved, second)) = (self.root(one), self.root(other));
        if root != moved {
            self.parents[moved] = (root, first + behind - second);
        }
    }

    fn gather(&mut self, plan: &Plan) {
        let roots: Vec<(usize, i64)> = (0..self.parents.len()).map(|t| self.root(t)).collect();
        let mut numbers: Vec<usize> = Vec::new();
        for &(root, _) in &roots {
            let number = numbers.iter().position(|other| *other == root);
            let number = number.unwrap_or_else(|| {
                numbers.push(root);
                numbers.len() - 1
            });
            let members = roots.iter().filter(|(other, _)| *other == root);
            let lowest = members.map(|(_, behind)| *behind).min().unwrap_or(0);
            self.members
                .push((number, roots[self.members.len()].1 - lowest));
        }
        self.extents = vec![0; numbers.len()];
        for (tensor, &(class, behind)) in self.members.iter().enumerate() {
            let own = spread(plan.shape(source(tensor))[0]).processors;
            self.extents[class] = self.extents[class].max(behind + own);
        }
    }

    /// Holds what a file places already, and the input.
    fn pin(&mut self, plan: &Plan, kept: &Kept) {
        self.pinned = vec![None; self.extents.len()];
        let mut hold = |tensor: usize, mask: Option<u64>| {
            let count = spread(plan.shape(source(tensor))[0]).processors;
            let (class, behind) = self.members[tensor];
            if let Some(mask) = mask.filter(|mask| *mask != 0)
                && self.pinned[class].is_none()
            {
                let first = i64::from(mask.trailing_zeros());
                if mask == run(first, count) && first >= behind {
                    self.pinned[class] = Some(first - behind);
                }
            }
        };
        for (index, layer) in plan.layers.iter().enumerate() {
            let own = kept.layer(index);
            if let [input] = layer.inputs[..] {
                hold(tensor(plan, input), own.and_then(|own| own.processors));
            }
            hold(index + 1, own.and_then(|own| own.output_processors));
        }
        let input = spread(plan.input[0]).processors;
        hold(0, Some(run(0, input)));
    }

    fn first(&self, tensor: usize, starts: &[i64]) -> i64 {
        let (class, behind) = self.members[tensor];
        starts[class] + behind
    }

    /// The first processors that a class can have.
    fn choices(&self, class: usize) -> impl Iterator<Item = i64> + use<> {
        let step = i64::from(PROCESSORS_PER_INSTANCE);
        let (first, last) = match self.pinned[class] {
            Some(first) => (first, first),
            None => (0, (i64::from(PROCESSORS) - self.extents[class]).max(0)),
        };
        (first..=last).step_by(step as usize)
    }
}

/// What takes room in memory.
struct Scene {
    /// Weights, in the order in which the vendor's tool places them.
    kernels: Vec<Kernels>,
    /// What lies in data memory.
    data: Vec<Data>,
    steps: usize,
    /// Rows of kernel memory of a processor.
    rows: i64,
    /// Bytes of an instance that are planned with.
    bytes: i64,
}

struct Kernels {
    /// Processors that hold them, as tensors that are read.
    tensors: Vec<(usize, i64)>,
    rows: i64,
}

struct Data {
    tensor: usize,
    processors: i64,
    bytes: i64,
    /// First and last step at which it is needed.
    life: [usize; 2],
}

/// Bytes of each instance.
type Instances = [i64; INSTANCES as usize];

/// Rows of kernels and bytes of data that do not fit.
type Excess = (i64, i64);

impl Scene {
    fn new(plan: &Plan, device: &Device, fill: i64) -> Self {
        let processors = |tensor: usize| spread(plan.shape(source(tensor))[0]).processors;
        let mut kernels: Vec<Kernels> = plan
            .layers
            .iter()
            .enumerate()
            .filter(|(_, layer)| layer.operator.convolves() && layer.weight_source.is_none())
            .map(|(index, layer)| Kernels {
                tensors: layer
                    .inputs
                    .iter()
                    .map(|input| (tensor(plan, *input), processors(tensor(plan, *input))))
                    .collect(),
                rows: rows(plan, index),
            })
            .collect();
        // The vendor's tool starts with those that are on all processors.
        let everywhere = |kernels: &Kernels| {
            let most = kernels
                .tensors
                .iter()
                .map(|(_, processors)| processors)
                .max();
            most == Some(&i64::from(PROCESSORS))
        };
        kernels.sort_by_key(|kernels| !everywhere(kernels));
        Self {
            kernels,
            data: data(plan),
            steps: plan.layers.len() + 1,
            rows: device.kernel_words as i64,
            bytes: device.instance_bytes * fill / 100,
        }
    }

    /// Rows of kernels that do not fit.
    fn rows_over(&self, classes: &Classes, starts: &[i64]) -> i64 {
        let mut tops = [0; PROCESSORS as usize];
        let mut over = 0;
        for kernels in &self.kernels {
            let own = kernels.tensors.iter().fold(0, |all, &(tensor, count)| {
                all | run(classes.first(tensor, starts), count)
            });
            let held = |processor: &usize| own >> processor & 1 == 1;
            let used = || (0..PROCESSORS as usize).filter(held);
            let start = used().map(|processor| tops[processor]).max();
            let end = (start.unwrap_or(0) + 3) / 4 * 4 + kernels.rows;
            over += (end - self.rows).max(0);
            used().for_each(|processor| tops[processor] = end);
        }
        over
    }

    /// Adds what the tensors of a class take to the bytes in use of each instance at each step, or
    /// takes it off.
    fn fill(&self, live: &mut [Instances], classes: &Classes, class: usize, start: i64, sign: i64) {
        let per = i64::from(PROCESSORS_PER_INSTANCE);
        for data in &self.data {
            let (own, behind) = classes.members[data.tensor];
            if own != class {
                continue;
            }
            let first = start + behind;
            let last = (first + data.processors - 1).min(i64::from(PROCESSORS) - 1);
            for step in &mut live[data.life[0]..=data.life[1]] {
                for instance in first / per..=last / per {
                    step[instance as usize] += sign * data.bytes;
                }
            }
        }
    }

    fn bytes_over(&self, live: &[Instances]) -> i64 {
        let instances = live.iter().flatten();
        instances.map(|bytes| (bytes - self.bytes).max(0)).sum()
    }

    /// Moves one class after the other to where most fits, until nothing gets better.
    fn settle(&self, classes: &Classes, mut starts: Vec<i64>) -> (Excess, Vec<i64>) {
        let mut live = vec![[0; INSTANCES as usize]; self.steps];
        for (class, &start) in starts.iter().enumerate() {
            self.fill(&mut live, classes, class, start, 1);
        }
        let mut best = (self.rows_over(classes, &starts), self.bytes_over(&live));
        for _ in 0..ROUNDS {
            let before = best;
            for class in 0..starts.len() {
                if best == (0, 0) {
                    return (best, starts);
                }
                if classes.choices(class).nth(1).is_none() {
                    continue;
                }
                let mut chosen = starts[class];
                self.fill(&mut live, classes, class, chosen, -1);
                for choice in classes.choices(class) {
                    starts[class] = choice;
                    self.fill(&mut live, classes, class, choice, 1);
                    let excess = (self.rows_over(classes, &starts), self.bytes_over(&live));
                    self.fill(&mut live, classes, class, choice, -1);
                    if excess < best {
                        (best, chosen) = (excess, choice);
                    }
                }
                starts[class] = chosen;
                self.fill(&mut live, classes, class, chosen, 1);
            }
            if best == before {
                break;
            }
        }
        (best, starts)
    }

    /// Starts that follow each other around the processors.
    fn spread_out(&self, classes: &Classes) -> Vec<i64> {
        let mut next = 0;
        (0..classes.extents.len())
            .map(|class| {
                let mut choices = classes.choices(class);
                let first = choices.next().unwrap_or(0);
                let last = choices.last().unwrap_or(first);
                let start = if next > last { first } else { next.max(first) };
                let step = i64::from(PROCESSORS_PER_INSTANCE);
                next = (start + classes.extents[class] + step - 1) / step * step;
                start
            })
            .collect()
    }
}

/// Rows that the weights of a layer take on each of its processors.
fn rows(plan: &Plan, index: usize) -> i64 {
    let layer = &plan.layers[index];
    let (inputs, outputs) = (spread(layer.reads[0]), spread(layer.writes[0]));
    let area: i64 = match layer.operator {
        Operator::Linear => 1,
        // Streaming runs a single weight as the middle of nine.
        _ if layer.kernel == [1, 1]
            && (layer.streaming || index > 0 && plan.layers[index - 1].streaming) =>
        {
            9
        }
        _ => layer.kernel.iter().product(),
    };
    let kernels = match (layer.flatten, layer.groups > 1) {
        (true, _) => {
            let [_, height, width] = layer.reads;
            layer.writes[0] * height * width * inputs.passes
        }
        (false, true) => inputs.passes,
        (false, false) => outputs.processors * outputs.passes * inputs.passes,
    };
    (kernels * area * layer.bits.unwrap_or(WEIGHT_BITS) + ROW_BITS - 1) / ROW_BITS
}

/// Bytes of the distances between the outputs that follow each other over a tensor's place.
fn chain(plan: &Plan, tensor: usize) -> i64 {
    let own = |index: usize| plan.layers.get(index).map_or(0, |layer| layer.overlay);
    let mut first = tensor;
    while first > 0 && own(first - 1) > 0 {
        first -= 1;
    }
    (first..).map(own).take_while(|bytes| *bytes > 0).sum()
}

/// What lies in data memory, and for how long.
fn data(plan: &Plan) -> Vec<Data> {
    let steps = plan.layers.len();
    let streaming = plan.layers.iter().filter(|layer| layer.streaming).count();
    (0..=steps)
        .map(|number| {
            let own = source(number);
            let [channels, height, width] = plan.shape(own);
            let readers = plan.layers.iter().enumerate();
            let last = readers
                .filter(|(_, layer)| layer.inputs.contains(&own))
                .map(|(index, _)| index)
                .max();
            // Step 0 runs the first layer. The vendor's tool protects an output one step longer than
            // it is needed.
            let mut life = match number {
                0 => [0, last.unwrap_or(0)],
                _ => [number - 1, last.unwrap_or(0).max(number)],
            };
            let is_output = number > 0 && (plan.layers[number - 1].output || number == steps);
            if is_output {
                life[1] = steps;
            }
            // Who writes over it needs no room beside it, but some before it.
            let overlaid = last.is_some_and(|last| plan.layers[last].overlay > 0);
            if overlaid {
                life[1] = life[0].max(last.unwrap_or(0).saturating_sub(1));
            }
            let passes = spread(channels).passes;
            let buffer = plan.buffer.as_ref();
            let bytes = match number {
                _ if buffer.is_some_and(|buffer| buffer.layer + 1 == number) => {
                    life = [0, steps];
                    buffer.map_or(0, |buffer| buffer.frames * buffer.frame_bytes())
                }
                _ if number < streaming || number == 0 && streaming > 0 => {
                    // A ring of a few rows.
                    let pool = plan.layers[number].pool.map_or(1, |pool| pool.size[0]);
                    life = [0, streaming - 1];
                    (pool + 2) * width * passes * 4
                }
                0 => height * width * passes * 4,
                _ => plan.layers[number - 1].output_bytes(),
            };
            if number == streaming && streaming > 0 {
                life[0] = 0;
            }
            Data {
                tensor: number,
                processors: spread(channels).processors,
                bytes: bytes + chain(plan, number),
                life,
            }
        })
        .collect()
}
