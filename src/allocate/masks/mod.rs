//! Which processors hold which data: masks that depend on each other, in classes that move as one.

mod choose;

use crate::analysis::{Analysis, Operator, low_mask, shared_instance};
use crate::device::{Device, PROCESSORS, PROCESSORS_PER_INSTANCE, PROCESSORS_PER_QUADRANT};
use crate::network::{Field, Layer, Network, Source};
use crate::text::Span;

use super::problem::Unplaceable;

pub use choose::{Choice, choose};

/// A text of the file that holds a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// `processors` of a layer.
    Read(usize),
    /// `output_processors` of a layer.
    Write(usize),
    /// The global `output_map`, for the output of the last layer.
    OutputMap(usize),
}

/// The masks of a network, as what is free to choose: each class by the processor where it starts.
#[derive(Clone, Debug)]
pub struct Classes {
    /// The data of each layer that runs, and the network's input.
    tensors: Vec<Tensor>,
    /// The masks that move as one.
    classes: Vec<Class>,
    /// What each layer that runs reads, by index into `tensors`, in the order of its inputs.
    reads: Vec<(usize, Vec<usize>)>,
}

/// Masks that depend on each other: the same, or one behind the other.
#[derive(Clone, Debug)]
pub struct Class {
    /// The processors where it may start, in ascending order.
    pub starts: Vec<u32>,
    /// Whether the file says where it starts.
    pub pinned: bool,
    /// Its data, by index.
    tensors: Vec<usize>,
}

/// The mask of one layer's output, or of the network's input.
#[derive(Clone, Debug)]
struct Tensor {
    source: Source,
    /// Its bits, the lowest of them at 0.
    pattern: u64,
    class: usize,
    /// Processors from the start of the class to its first one.
    at: u32,
}

/// A mask for each layer that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masks {
    /// What each layer reads.
    pub processors: Vec<Option<u64>>,
    /// What each layer writes.
    pub outputs: Vec<Option<u64>>,
}

impl Masks {
    /// A network with these masks, all of them written out.
    pub fn applied_to(&self, network: &Network, last: Option<usize>) -> Network {
        let mut network = network.clone();
        for (index, layer) in network.layers.iter_mut().enumerate() {
            let head = layer.head;
            if let Some(mask) = self.processors[index] {
                layer.processors.set(mask, head);
            }
            if let Some(mask) = self.outputs[index] {
                layer.output_processors.set(mask, head);
            }
        }
        if let Some(mask) = last.and_then(|last| self.outputs[last])
            && !network.output_map.is_absent()
        {
            network.output_map.set(mask, Span::at(0));
        }
        network
    }
}

/// The mask that a place in the file has, where it has a right one.
pub fn written(network: &Network, site: Site) -> Option<u64> {
    field(network, site)?.value()
}

/// The value in the file that is at a place.
pub fn field(network: &Network, site: Site) -> Option<&Field<u64>> {
    let layer = |index: usize| network.layers.get(index);
    match site {
        Site::Read(index) => layer(index).map(|layer: &Layer| &layer.processors),
        Site::Write(index) => layer(index).map(|layer| &layer.output_processors),
        Site::OutputMap(_) => Some(&network.output_map),
    }
}

impl Classes {
    /// The masks of a network. Those at places for which `is_kept` holds stay as they are written.
    ///
    /// # Errors
    /// Layers whose channels are not known, or one that cannot get its inputs where it wants them.
    pub fn new(
        network: &Network,
        analysis: &Analysis,
        device: &'static Device,
        is_kept: &dyn Fn(Site) -> bool,
    ) -> Result<Self, Unplaceable> {
        let mut builder = Builder::new(network, analysis, device)?;
        builder.pin(is_kept)?;
        builder.join_inputs()?;
        builder.join_outputs()?;
        builder.finish()
    }

    /// As [`Self::new`] for a file with a fault in its masks: nothing is kept, the bits of a mask are
    /// as written where their number is right.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_fault(
        network: &Network,
        analysis: &Analysis,
        device: &'static Device,
    ) -> Result<Self, Unplaceable> {
        let mut builder = Builder::new(network, analysis, device)?;
        builder.take_patterns();
        builder.join_inputs()?;
        builder.join_outputs()?;
        builder.finish()
    }

    /// The classes.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// The class of what a layer writes, or of the input.
    pub fn class_of(&self, source: Source) -> Option<usize> {
        let tensor = self.tensors.iter().find(|tensor| tensor.source == source)?;
        Some(tensor.class)
    }

    /// The class of what a layer reads.
    pub fn class_read(&self, layer: usize) -> Option<usize> {
        let (_, tensors) = self.reads.iter().find(|(reader, _)| *reader == layer)?;
        Some(self.tensors[*tensors.first()?].class)
    }

    /// All classes at their lowest start.
    pub fn lowest(&self) -> Vec<u32> {
        let lowest = |class: &Class| class.starts.first().copied().unwrap_or(0);
        self.classes.iter().map(lowest).collect()
    }

    /// The masks that follow from where the classes start.
    pub fn masks(&self, network: &Network, starts: &[u32]) -> Masks {
        let count = network.layers.len();
        let mut masks = Masks {
            processors: vec![None; count],
            outputs: vec![None; count],
        };
        for tensor in &self.tensors {
            if let Source::Layer(layer) = tensor.source {
                masks.outputs[layer] = Some(mask_at(tensor, starts));
            }
        }
        for (reader, tensors) in &self.reads {
            let union = tensors.iter().fold(0, |union, &tensor| {
                union | mask_at(&self.tensors[tensor], starts)
            });
            masks.processors[*reader] = Some(union);
        }
        masks
    }

    /// The masks of one class that starts at `start`; those of others are left open. None where they
    /// have no room there.
    pub fn masks_of(&self, network: &Network, class: usize, start: u32) -> Option<Masks> {
        let mut tensors = self.classes.get(class)?.tensors.iter();
        if !tensors.all(|&tensor| self.tensors[tensor].ends_within(start)) {
            return None;
        }
        let mut starts = self.lowest();
        starts[class] = start;
        let mut masks = self.masks(network, &starts);
        for tensor in self.tensors.iter().filter(|tensor| tensor.class != class) {
            if let Source::Layer(layer) = tensor.source {
                masks.outputs[layer] = None;
            }
        }
        for (reader, _) in &self.reads {
            if self.class_read(*reader) != Some(class) {
                masks.processors[*reader] = None;
            }
        }
        Some(masks)
    }

    /// The starts of a class that the file says, each by the lowest bit of one of its masks.
    pub fn written_starts(&self, network: &Network, class: usize) -> Vec<u32> {
        let sites = self.sites(class).into_iter();
        let mut starts: Vec<u32> = sites
            .filter_map(|(site, at)| written(network, site)?.trailing_zeros().checked_sub(at))
            .collect();
        starts.sort_unstable();
        starts.dedup();
        starts
    }

    /// As [`Self::written_starts`] if the lowest bit of a mask is one too many.
    pub fn second_starts(&self, network: &Network, class: usize) -> Vec<u32> {
        let sites = self.sites(class).into_iter();
        let second = sites.filter_map(|(site, at)| {
            let mask = written(network, site)?;
            (mask & mask.wrapping_sub(1))
                .trailing_zeros()
                .checked_sub(at)
        });
        second.collect()
    }

    /// How many masks of a class the file has.
    pub fn written_count(&self, network: &Network, class: usize) -> usize {
        let sites = self.sites(class).into_iter();
        sites
            .filter(|(site, _)| written(network, *site).is_some())
            .count()
    }

    /// The places that can hold a mask of a class, each with its distance from the start.
    fn sites(&self, class: usize) -> Vec<(Site, u32)> {
        let mut sites = Vec::new();
        for tensor in self.tensors.iter().filter(|tensor| tensor.class == class) {
            if let Source::Layer(layer) = tensor.source {
                sites.push((Site::Write(layer), tensor.at));
            }
        }
        for (reader, tensors) in &self.reads {
            let tensors = tensors.iter().map(|&tensor| &self.tensors[tensor]);
            let own = tensors.filter(|tensor| tensor.class == class);
            let at = own.map(|tensor| tensor.at).min();
            sites.extend(at.map(|at| (Site::Read(*reader), at)));
        }
        sites
    }
}

impl Tensor {
    /// Whether the mask has its place when the class starts there.
    fn ends_within(&self, start: u32) -> bool {
        let length = u64::BITS - self.pattern.leading_zeros();
        start.saturating_add(self.at + length) <= PROCESSORS
    }
}

fn mask_at(tensor: &Tensor, starts: &[u32]) -> u64 {
    let start = starts[tensor.class] + tensor.at;
    tensor.pattern.checked_shl(start).unwrap_or(0)
}

/// Gathers masks and joins them; `group` is a forest, each with its distance from its parent.
struct Builder<'a> {
    network: &'a Network,
    analysis: &'a Analysis,
    device: &'static Device,
    sources: Vec<Source>,
    patterns: Vec<u64>,
    reads: Vec<(usize, Vec<usize>)>,
    group: Vec<(usize, i64)>,
    /// Where a mask starts for certain.
    pinned: Vec<Option<i64>>,
    /// Whether the input can start anywhere: a FIFO feeds certain processors.
    fixed_input: bool,
    /// Whether each channel of the input has an instance of its own.
    is_chw: bool,
    /// Whether the file has a fault, and its masks say only what was meant.
    is_fault: bool,
}

impl<'a> Builder<'a> {
    fn new(
        network: &'a Network,
        analysis: &'a Analysis,
        device: &'static Device,
    ) -> Result<Self, Unplaceable> {
        let order = &analysis.graph.order;
        let unknown = |layer: &usize| {
            let memory = &analysis.memory[*layer];
            memory.input_spread.is_err() || memory.output_spread.is_err()
        };
        let unknown: Vec<usize> = order.iter().copied().filter(unknown).collect();
        if !unknown.is_empty() {
            return Err(Unplaceable::Channels(unknown));
        }
        let mut builder = Self {
            network,
            analysis,
            device,
            sources: vec![Source::Input],
            patterns: vec![1],
            reads: Vec::new(),
            group: Vec::new(),
            pinned: Vec::new(),
            fixed_input: false,
            is_chw: false,
            is_fault: false,
        };
        if let Some(&first) = order.first() {
            builder.patterns[0] = builder.input_pattern(first);
        }
        for &layer in order {
            let spread = analysis.memory[layer].output_spread;
            builder.sources.push(Source::Layer(layer));
            builder
                .patterns
                .push(low_mask(spread.map_or(1, |spread| spread.processors)));
        }
        if let Some(buffer) = network.data_buffer.first() {
            builder.sources.push(Source::Buffer);
            builder
                .patterns
                .push(buffer.processors.value().unwrap_or(1));
        }
        for &layer in order {
            let inputs = analysis.graph.inputs[layer].iter();
            let tensors: Option<Vec<usize>> = inputs
                .map(|input| builder.index(input.source.ok()?))
                .collect();
            let tensors = tensors.ok_or(Unplaceable::Unknown(layer))?;
            builder.reads.push((layer, tensors));
        }
        builder.group = (0..builder.sources.len()).map(|index| (index, 0)).collect();
        builder.pinned = vec![None; builder.sources.len()];
        if let Some(buffer) = builder.index(Source::Buffer) {
            let mask = builder.patterns[buffer];
            builder.patterns[buffer] = mask >> mask.trailing_zeros();
            builder.pinned[buffer] = Some(i64::from(mask.trailing_zeros()));
        }
        Ok(builder)
    }

    fn index(&self, source: Source) -> Option<usize> {
        self.sources.iter().position(|other| *other == source)
    }

    /// The usual mask of the input: one channel an instance in CHW format, what a FIFO feeds.
    fn input_pattern(&mut self, first: usize) -> u64 {
        let spread = self.analysis.memory[first].input_spread;
        let channels = spread.map_or(1, |spread| spread.processors);
        let chw = self.analysis.parameters[first].chw == Ok(true);
        let fifo = self.analysis.flags.any_fifo();
        let spaced = |lanes: u32, distance: u32| {
            (0..channels.clamp(1, i64::from(PROCESSORS)) as u32)
                .filter_map(|channel| {
                    1u64.checked_shl(channel / lanes * distance + channel % lanes)
                })
                .fold(0, |mask, bit| mask | bit)
        };
        self.fixed_input = fifo;
        self.is_chw = chw;
        match (chw, fifo) {
            (true, true) => spaced(1, PROCESSORS_PER_QUADRANT),
            (true, false) => spaced(1, PROCESSORS_PER_INSTANCE),
            (false, true) => spaced(PROCESSORS_PER_INSTANCE, PROCESSORS_PER_QUADRANT),
            (false, false) => low_mask(channels),
        }
    }

    /// The places that say where a mask of a tensor is: what the layer that writes it says, and what a
    /// layer says that reads it alone.
    fn sites(&self, tensor: usize) -> Vec<Site> {
        let mut sites = Vec::new();
        if let Source::Layer(layer) = self.sources[tensor] {
            let is_last = self.analysis.graph.final_layer == Some(layer);
            if is_last && !self.network.output_map.is_absent() {
                sites.push(Site::OutputMap(layer));
            } else {
                sites.push(Site::Write(layer));
            }
        }
        let readers = self.reads.iter();
        let alone = readers.filter(|(_, tensors)| tensors[..] == [tensor]);
        sites.extend(alone.map(|(reader, _)| Site::Read(*reader)));
        sites
    }

    /// Takes what is written at the places to keep.
    fn pin(&mut self, is_kept: &dyn Fn(Site) -> bool) -> Result<(), Unplaceable> {
        for tensor in 0..self.sources.len() {
            for site in self.sites(tensor) {
                let Some(mask) = written(self.network, site).filter(|_| is_kept(site)) else {
                    continue;
                };
                let (Site::Read(layer) | Site::Write(layer) | Site::OutputMap(layer)) = site;
                let start = i64::from(mask.trailing_zeros());
                let pattern = mask.checked_shr(mask.trailing_zeros()).unwrap_or(0);
                let known = self.pinned[tensor].map(|start| (start, self.patterns[tensor]));
                if pattern.count_ones() != self.patterns[tensor].count_ones()
                    || known.is_some_and(|known| known != (start, pattern))
                {
                    return Err(Unplaceable::Masks(layer));
                }
                self.patterns[tensor] = pattern;
                self.pinned[tensor] = Some(start);
            }
        }
        Ok(())
    }

    /// Takes the bits of masks that have the right number of them.
    fn take_patterns(&mut self) {
        self.is_fault = true;
        for tensor in 0..self.sources.len() {
            let count = self.patterns[tensor].count_ones();
            let masks: Vec<u64> = self
                .sites(tensor)
                .into_iter()
                .filter_map(|site| written(self.network, site))
                .filter(|mask| mask.count_ones() == count)
                .filter(|&mask| !self.is_chw_input(tensor) || shared_instance(mask).is_none())
                .map(|mask| mask.checked_shr(mask.trailing_zeros()).unwrap_or(0))
                .collect();
            // Most masks have no gaps: one with gaps beside one without is a fault.
            if let Some(&first) = masks.first()
                && !masks.contains(&self.patterns[tensor])
            {
                self.patterns[tensor] = first;
            }
            if masks.is_empty() && self.is_chw_input(tensor) {
                self.patterns[tensor] = self.spaced_like_input(self.patterns[tensor]);
            }
        }
    }

    /// Whether each channel of a tensor must have an instance of its own.
    fn is_chw_input(&self, tensor: usize) -> bool {
        self.is_chw && self.sources[tensor] == Source::Input
    }

    /// The bits of an input mask at the distance that comes nearest to what is written.
    fn spaced_like_input(&self, usual: u64) -> u64 {
        let sites = self.sites(0).into_iter();
        let Some(wrong) = sites.filter_map(|site| written(self.network, site)).next() else {
            return usual;
        };
        let count = usual.count_ones();
        let distances = [PROCESSORS_PER_INSTANCE, PROCESSORS_PER_QUADRANT];
        let spaced = distances.iter().map(|distance| {
            let bits = (0..count).filter_map(|bit| 1u64.checked_shl(bit * distance));
            bits.fold(0, |mask, bit| mask | bit)
        });
        let differs = |pattern: u64| {
            let starts = (0..PROCESSORS).map(|start| (pattern << start ^ wrong).count_ones());
            starts.min()
        };
        let whole = spaced.filter(|pattern| pattern.count_ones() == count);
        [usual]
            .into_iter()
            .chain(whole)
            .min_by_key(|&pattern| differs(pattern))
            .unwrap_or(usual)
    }

    /// The root of a tensor, and how far behind it the tensor starts.
    fn root(&self, mut index: usize) -> (usize, i64) {
        let mut distance = 0;
        while self.group[index].0 != index {
            let (parent, behind) = self.group[index];
            distance += behind;
            index = parent;
        }
        (index, distance)
    }

    /// Joins two tensors, the second `distance` processors behind the first. False where they are
    /// joined otherwise already.
    fn join(&mut self, first: usize, second: usize, distance: i64) -> bool {
        let (root, of_first) = self.root(first);
        let (other, of_second) = self.root(second);
        let distance = of_first + distance - of_second;
        if root == other {
            return distance == 0;
        }
        if let (Some(start), Some(second)) = (self.start_of(root), self.start_of(other))
            && start + distance != second
        {
            return false;
        }
        self.group[other] = (root, distance);
        true
    }

    /// Where a root starts, as one of its members says.
    fn start_of(&self, root: usize) -> Option<i64> {
        (0..self.sources.len()).find_map(|tensor| {
            let (own, distance) = self.root(tensor);
            let start = self.pinned[tensor].filter(|_| own == root)?;
            Some(start - distance)
        })
    }

    /// What is read together lies as its reader wants it: operands and what is stacked on the same
    /// processors, joined channels one behind the other.
    fn join_inputs(&mut self) -> Result<(), Unplaceable> {
        for (reader, tensors) in self.reads.clone() {
            let wanted = self.analysis.memory[reader].input_spread;
            let wanted = wanted.map_or(0, |spread| spread.processors);
            let counts: Vec<i64> = tensors
                .iter()
                .map(|&tensor| i64::from(self.patterns[tensor].count_ones()))
                .collect();
            let same = counts.iter().all(|&count| count == wanted);
            if !same && counts.iter().sum::<i64>() != wanted {
                return Err(Unplaceable::Masks(reader));
            }
            let Some((&first, rest)) = tensors.split_first() else {
                continue;
            };
            let mut behind = counts[0];
            for (&tensor, count) in rest.iter().zip(&counts[1..]) {
                if !self.join(first, tensor, if same { 0 } else { behind }) {
                    return Err(Unplaceable::Masks(reader));
                }
                behind += count;
            }
        }
        Ok(())
    }

    /// A layer without a dense convolution leaves data on their processors. A passthrough could move
    /// them within a quadrant, a depth-wise layer anywhere, at a price: where the file does so, it may.
    fn join_outputs(&mut self) -> Result<(), Unplaceable> {
        for (layer, tensors) in self.reads.clone() {
            let parameters = &self.analysis.parameters[layer];
            let depthwise =
                self.device.depthwise && parameters.groups.is_ok_and(|groups| groups > 1);
            if parameters.operator != Ok(Operator::Passthrough) && !depthwise {
                continue;
            }
            let (Some(&first), Some(output)) = (tensors.first(), self.index(Source::Layer(layer)))
            else {
                continue;
            };
            let read = tensors
                .iter()
                .fold(0, |bits, &tensor| bits + self.patterns[tensor].count_ones());
            let written = self.patterns[output].count_ones();
            let alike = written == read || written == self.patterns[first].count_ones();
            if alike && self.stays(layer, output) {
                self.join(first, output, 0);
            }
        }
        Ok(())
    }

    /// Whether the output of a layer belongs where its input is. In a file with a fault that is where
    /// the masks are the same already, or where a rule says that they are wrong.
    fn stays(&self, layer: usize, output: usize) -> bool {
        if !self.is_fault {
            return true;
        }
        let memory = &self.analysis.memory[layer];
        let read = self.network.layers[layer].processors.value();
        let mut sites = self.sites(output).into_iter();
        let is_faulty = memory.output_map.is_err() || memory.processors.is_err();
        is_faulty || sites.any(|site| written(self.network, site) == read)
    }

    fn finish(self) -> Result<Classes, Unplaceable> {
        let count = self.sources.len();
        let places: Vec<(usize, i64)> = (0..count).map(|index| self.root(index)).collect();
        let mut roots: Vec<usize> = places.iter().map(|(root, _)| *root).collect();
        roots.sort_unstable();
        roots.dedup();
        let mut result = Classes {
            tensors: Vec::with_capacity(count),
            classes: Vec::with_capacity(roots.len()),
            reads: Vec::new(),
        };
        for &root in &roots {
            let tensors: Vec<usize> = (0..count)
                .filter(|&index| places[index].0 == root)
                .collect();
            let first = tensors.iter().map(|&index| places[index].1).min();
            let pinned = self.start_of(root).map(|start| start + first.unwrap_or(0));
            let all = || (0..PROCESSORS).step_by(PROCESSORS_PER_INSTANCE as usize);
            result.classes.push(Class {
                starts: match pinned {
                    Some(start) => u32::try_from(start).into_iter().collect(),
                    None if tensors.iter().any(|&index| self.is_fixed(index)) => vec![0],
                    None => all().collect(),
                },
                pinned: pinned.is_some(),
                tensors,
            });
        }
        for (index, (root, distance)) in places.iter().enumerate() {
            let class = roots.binary_search(root).unwrap_or(0);
            let members = result.classes[class].tensors.iter();
            let first = members.map(|&other| places[other].1).min().unwrap_or(0);
            result.tensors.push(Tensor {
                source: self.sources[index],
                pattern: self.patterns[index],
                class,
                at: (distance - first) as u32,
            });
        }
        for class in &mut result.classes {
            let tensors = class.tensors.iter().map(|&member| &result.tensors[member]);
            class
                .starts
                .retain(|&start| tensors.clone().all(|tensor| tensor.ends_within(start)));
            if class.starts.is_empty() {
                let layer = tensors.clone().find_map(|tensor| match tensor.source {
                    Source::Layer(layer) => Some(layer),
                    Source::Input | Source::Buffer => None,
                });
                return Err(Unplaceable::Masks(layer.unwrap_or(0)));
            }
        }
        result.reads = self.reads;
        Ok(result)
    }

    fn is_fixed(&self, tensor: usize) -> bool {
        self.fixed_input && self.sources[tensor] == Source::Input
    }
}
