//! What there is to place: outputs with their words and lifetimes, in bundles that move as one.

use std::collections::HashSet;

use crate::analysis::{
    Analysis, Fact, Operator, Progression, Region, buffer_layout, instance_base, unknown,
};
use crate::device::{Device, INSTANCES, PROCESSORS_PER_INSTANCE};
use crate::network::{Network, Source};

/// A network as bundles to place.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The bundles.
    pub bundles: Vec<Bundle>,
    /// Bytes of a data-memory instance.
    pub capacity: i64,
    /// Which outputs may lie over what their layer reads; none unless [`Self::with_slides`] allows it.
    pub slides: Vec<Slide>,
    device: &'static Device,
}

/// Outputs whose places depend on each other: operands that take turns, parts that are joined.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// What it consists of.
    pub members: Vec<Member>,
    /// The lowest offset of its members as the file has it, in bytes.
    pub base: i64,
    /// Whether it must stay where it is.
    pub pinned: bool,
}

/// One output, or the network's input.
#[derive(Clone, Debug)]
pub struct Member {
    /// Whose data it is.
    pub source: Source,
    /// Bytes behind the bundle's base.
    pub offset: i64,
    /// Its words as if the bundle's base were 0.
    pub region: Region,
    /// Bytes from the bundle's base to its end.
    pub end: i64,
    /// The instances that it touches, as a mask of 16 bits.
    pub instances: u16,
    /// Whether its words are known. What is not known could be anywhere.
    pub known: bool,
    /// The step at which it comes to be; -1 is before the first layer.
    pub born: i64,
    /// The last step that needs it.
    pub dies: i64,
}

/// A layer that may write over its own input, for it writes each word after it has read what was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slide {
    /// What the layer reads.
    pub input: Source,
    /// What it writes.
    pub output: Source,
    /// By how many bytes the output must start before the input.
    pub lag: i64,
    /// The step of execution of the layer.
    pub time: i64,
}

/// How the members of a bundle lie beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// As the file has them.
    AsWritten,
    /// As their readers want them: operands in turns, joined channels at one offset.
    AsRead,
}

/// Why a network cannot be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplaceable {
    /// What this layer reads or writes is not known.
    Unknown(usize),
    /// This layer's inputs would have to lie in two places at once.
    Contradiction(usize),
    /// Where the rolling buffer of the network lies is not known.
    Buffer,
    /// How many channels these layers have is not known.
    Channels(Vec<usize>),
    /// The masks around this layer do not fit together, or there are none that would.
    Masks(usize),
}

impl Member {
    /// Whether both are needed at some step.
    pub(super) fn lives_beside(&self, other: &Self) -> bool {
        self.born <= other.dies && other.born <= self.dies
    }

    /// Bytes of the words that it has in an instance.
    pub(super) fn bytes_in(&self, instance: u32) -> i64 {
        let parts = self.region.parts.iter();
        let parts = parts.filter(|(own, _)| *own == instance);
        parts.map(|(_, part)| part.count * part.run * 4).sum()
    }
}

impl Problem {
    /// The problem of a network.
    ///
    /// # Errors
    /// The layer that stands in the way.
    pub fn new(
        network: &Network,
        analysis: &Analysis,
        device: &'static Device,
        relation: Relation,
    ) -> Result<Self, Unplaceable> {
        let mut builder = Builder {
            network,
            analysis,
            device,
            offsets: Vec::new(),
            sources: Vec::new(),
            regions: Vec::new(),
            is_partial: relation == Relation::AsWritten,
            group: Vec::new(),
        };
        builder.collect()?;
        builder.join(relation)?;
        Ok(Self {
            bundles: builder.bundles(),
            capacity: device.instance_bytes,
            slides: Vec::new(),
            device,
        })
    }

    /// A problem without a network.
    #[cfg(test)]
    pub(super) const fn of_bundles(bundles: Vec<Bundle>, device: &'static Device) -> Self {
        Self {
            bundles,
            capacity: device.instance_bytes,
            slides: Vec::new(),
            device,
        }
    }

    /// The same problem, but outputs may lie over inputs where this is safe: where the layer is the last
    /// that reads its inputs, which lie beside each other, reads and writes without gaps, in at least as
    /// many passes as it writes, and stays behind its reading by all rows that its kernel needs and 64
    /// words.
    pub fn with_slides(mut self, analysis: &Analysis) -> Self {
        let order = analysis.graph.order.iter().copied();
        let slides = order.filter_map(|layer| self.slides_of(analysis, layer));
        self.slides = slides.flatten().collect();
        self
    }

    fn slides_of(&self, analysis: &Analysis, layer: usize) -> Option<Vec<Slide>> {
        let parameters = &analysis.parameters[layer];
        let (shape, memory) = (&analysis.shapes[layer], &analysis.memory[layer]);
        let inputs = analysis.graph.inputs[layer].iter();
        let inputs: Vec<Source> = inputs
            .map(|input| input.source.ok())
            .collect::<Option<_>>()?;
        let members: Vec<&Member> = inputs
            .iter()
            .map(|&input| self.member(input))
            .collect::<Option<_>>()?;
        let time = analysis.graph.time(layer)? as i64;
        let passes = memory.input_spread.ok()?.passes;
        let is_plain = parameters.operands == Ok(1)
            && parameters.read_gap == Ok(0)
            && parameters.write_gap == Ok(0)
            && parameters.flatten == Ok(false)
            && parameters.streaming == Ok(false)
            && parameters.output_width == Ok(8)
            && parameters.operator.ok()? != Operator::ConvTranspose2d
            && memory.output_spread.ok()?.passes <= passes
            && members.iter().all(|member| member.dies == time)
            && members.windows(2).all(|two| two[0].offset == two[1].offset);
        let ([height, _], [dilation, _]) = (parameters.kernel.ok()?, parameters.dilation.ok()?);
        let rows = (height - 1) * dilation;
        let words = (rows * shape.in_dim.ok()?[1] + rows + 1).max(64);
        let slide = |input: Source| Slide {
            input,
            output: Source::Layer(layer),
            lag: 4 * passes * words,
            time,
        };
        is_plain.then(|| inputs.into_iter().map(slide).collect())
    }

    fn member(&self, source: Source) -> Option<&Member> {
        let mut members = self.bundles.iter().flat_map(|bundle| &bundle.members);
        members.find(|member| member.source == source)
    }

    /// Whether the output of a layer may lie over what the layer reads at this time.
    pub(super) fn slides_at(&self, output: Source, time: i64) -> bool {
        let mut slides = self.slides.iter();
        slides.any(|slide| slide.output == output && slide.time == time)
    }

    /// How far from the base of its bundle the bundle of `other` has its own, where `member` lies just so
    /// that one may be written while the other is read.
    pub(super) fn slide(&self, member: &Member, other: &Member) -> Option<i64> {
        self.slides.iter().find_map(|slide| {
            let lag = match (slide.input, slide.output) {
                pair if pair == (other.source, member.source) => -slide.lag,
                pair if pair == (member.source, other.source) => slide.lag,
                _ => return None,
            };
            Some(other.offset + lag - member.offset)
        })
    }

    /// Whether one of two tensors at these offsets is written just behind where the other is read.
    fn may_lie_over(&self, one: (Source, i64), other: (Source, i64)) -> bool {
        let follows = |input: (Source, i64), output: (Source, i64)| {
            self.slides.iter().any(|slide| {
                (slide.input, slide.output) == (input.0, output.0)
                    && output.1 + slide.lag <= input.1
            })
        };
        follows(one, other) || follows(other, one)
    }

    /// The chip.
    pub(super) const fn device(&self) -> &'static Device {
        self.device
    }

    /// The bundle that holds the output of a layer, or the input.
    pub fn bundle_of(&self, source: Source) -> Option<usize> {
        self.bundles
            .iter()
            .position(|bundle| bundle.members.iter().any(|member| member.source == source))
    }

    /// What is the first to be written where a bundle lies at this base once nobody needs that any more,
    /// the others at these bases.
    pub fn next_owner(&self, bundle: usize, base: i64, bases: &[i64]) -> Option<Source> {
        let own = &self.bundles[bundle].members;
        let dies = own.iter().map(|member| member.dies).max()?;
        let others = self.bundles.iter().zip(bases).enumerate();
        let others = others.filter(|(index, _)| *index != bundle);
        others
            .flat_map(|(_, (other, at))| other.members.iter().map(move |member| (member, *at)))
            .filter(|(member, _)| member.born > dies)
            .filter(|(member, at)| {
                let words = shifted(&member.region, (at - base) / 4);
                own.iter().any(|own| own.region.intersects(&words))
            })
            .min_by_key(|(member, _)| member.born)
            .map(|(member, _)| member.source)
    }

    /// Whether two bundles at these bases get in each other's way.
    pub(super) fn collide(&self, one: (usize, i64), other: (usize, i64)) -> bool {
        self.bundles[one.0].members.iter().any(|member| {
            self.bundles[other.0]
                .members
                .iter()
                .filter(|second| member.lives_beside(second))
                .filter(|second| {
                    let places = [one.1 + member.offset, other.1 + second.offset];
                    !self.may_lie_over((member.source, places[0]), (second.source, places[1]))
                })
                .any(|second| {
                    // Most that live at one time lie apart: the words need no look then.
                    let meets = one.1 + member.offset < other.1 + second.end
                        && other.1 + second.offset < one.1 + member.end
                        && member.instances & second.instances != 0;
                    let shift = (other.1 - one.1) / 4;
                    !member.known
                        || !second.known
                        || meets && member.region.intersects(&shifted(&second.region, shift))
                })
        })
    }

    /// Whether a bundle fits at this base and gets in nobody's way, the others at these bases.
    pub fn is_free(&self, bundle: usize, base: i64, bases: &[i64]) -> bool {
        let mut others = bases.iter().copied().enumerate();
        self.fits(bundle, base)
            && others.all(|other| other.0 == bundle || !self.collide((bundle, base), other))
    }

    /// Whether a bundle fits into the memory at this base.
    pub fn fits(&self, bundle: usize, base: i64) -> bool {
        let members = &self.bundles[bundle].members;
        base >= 0
            && base % 4 == 0
            && members
                .iter()
                .all(|member| base + member.end <= self.capacity)
    }

    /// Where the free space ends that begins with a source, in bytes of an instance: at the first
    /// word of another bundle that is needed at the same time, else at the end of the memory. None
    /// where the source is not to be placed, or something beside it is unknown.
    pub fn room(&self, source: Source, bases: &[i64]) -> Option<i64> {
        let bundle = self.bundle_of(source)?;
        let mut members = self.bundles[bundle].members.iter();
        let own = members.find(|member| member.source == source)?;
        let start = (bases.get(bundle)? + own.offset) / 4;
        let mut end = self.capacity;
        let others = self.bundles.iter().zip(bases).enumerate();
        for (_, (other, base)) in others.filter(|(other, _)| *other != bundle) {
            let beside = other.members.iter();
            for member in beside.filter(|member| own.lives_beside(member)) {
                if !member.known {
                    return None;
                }
                let parts = member.region.parts.iter();
                for (instance, part) in
                    parts.filter(|(instance, _)| own.instances & (1 << instance) != 0)
                {
                    let zero = instance_base(self.device, *instance) - base / 4;
                    if let Some(word) = part.first_from(zero + start) {
                        end = end.min((word - zero) * 4);
                    }
                }
            }
        }
        Some(end)
    }

    /// The highest byte in use of any instance, plus one, with the bundles at these bases.
    pub fn peak(&self, bases: &[i64]) -> i64 {
        let ends = self.bundles.iter().zip(bases).flat_map(|(bundle, base)| {
            let members = bundle.members.iter();
            members.map(move |member| base + member.end)
        });
        ends.max().unwrap_or(0)
    }

    /// The bundle that ends highest.
    pub(super) fn highest(&self, bases: &[i64]) -> Option<usize> {
        (0..self.bundles.len()).max_by_key(|&bundle| {
            let members = self.bundles[bundle].members.iter();
            members.map(|member| bases[bundle] + member.end).max()
        })
    }

    /// The bases as the file has them.
    pub fn bases(&self) -> Vec<i64> {
        self.bundles.iter().map(|bundle| bundle.base).collect()
    }

    /// Whether all bundles fit at these bases, and none gets in another's way: with nothing of the
    /// search in it, and word by word where two that live at one time have their ends crossed.
    pub fn is_valid(&self, bases: &[i64]) -> bool {
        if bases.len() != self.bundles.len() {
            return false;
        }
        let mut parts: Vec<Part> = Vec::new();
        for (index, bundle) in self.bundles.iter().enumerate() {
            for member in &bundle.members {
                for (instance, part) in &member.region.parts {
                    let part = Progression {
                        start: part.start + bases[index] / 4,
                        ..*part
                    };
                    let base = instance_base(self.device, *instance);
                    let inside =
                        part.start >= base && (part.last() + 1 - base) * 4 <= self.capacity;
                    if !inside && !bundle.pinned {
                        return false;
                    }
                    let place = (member.source, bases[index] + member.offset);
                    parts.push((index, [member.born, member.dies], part, place));
                }
            }
        }
        let words = |part: &Progression| -> HashSet<i64> {
            let Progression {
                start,
                step,
                count,
                run,
            } = *part;
            (0..count)
                .flat_map(|i| start + i * step..start + i * step + run)
                .collect()
        };
        parts
            .iter()
            .enumerate()
            .all(|(at, (bundle, life, part, place))| {
                parts[at + 1..]
                    .iter()
                    .all(|(other, second_life, second, second_place)| {
                        bundle == other
                            || life[0] > second_life[1]
                            || second_life[0] > life[1]
                            || part.start > second.last()
                            || second.start > part.last()
                            || words(part).is_disjoint(&words(second))
                            || self.may_lie_over(*place, *second_place)
                    })
            })
    }
}

/// A part of a member: its bundle, its lifetime, its words of an instance, and whose it is at what offset.
type Part = (usize, [i64; 2], Progression, (Source, i64));

fn shifted(region: &Region, words: i64) -> Region {
    let parts = region.parts.iter().map(|(instance, part)| {
        let part = Progression {
            start: part.start + words,
            ..*part
        };
        (*instance, part)
    });
    Region {
        parts: parts.collect(),
    }
}

/// Gathers sources and joins them; `group` is a forest, each with its offset from its parent.
struct Builder<'a> {
    network: &'a Network,
    analysis: &'a Analysis,
    device: &'static Device,
    sources: Vec<Source>,
    /// Offsets as written.
    offsets: Vec<i64>,
    /// The words; none where they are not known.
    regions: Vec<Option<Region>>,
    group: Vec<(usize, i64)>,
    /// Whether some words may be unknown.
    is_partial: bool,
}

impl Builder<'_> {
    fn collect(&mut self) -> Result<(), Unplaceable> {
        let analysis = self.analysis;
        let order = &analysis.graph.order;
        let Some(&first) = order.first() else {
            return Ok(());
        };
        let input = self.input(first);
        self.add(
            Source::Input,
            analysis.memory[first].in_offset,
            input,
            first,
        )?;
        for &layer in order {
            let output = self.output(layer);
            self.add(
                Source::Layer(layer),
                analysis.memory[layer].out_offset,
                output,
                layer,
            )?;
        }
        self.collect_buffer()
    }

    /// The rolling buffer, and with it the layers that move its rows or write a new one.
    fn collect_buffer(&mut self) -> Result<(), Unplaceable> {
        if self.network.data_buffer.is_empty() {
            return Ok(());
        }
        let flags = &self.analysis.flags;
        let layout = buffer_layout(self.network, flags).ok_or(Unplaceable::Buffer)?;
        let buffer = self.sources.len();
        self.group.push((buffer, 0));
        self.sources.push(Source::Buffer);
        self.offsets.push(layout.offset);
        self.regions.push(Some(layout.words(self.device)));
        for index in 0..buffer {
            let Source::Layer(layer) = self.sources[index] else {
                continue;
            };
            let layer = &self.network.layers[layer];
            if !layer.buffer_shift.is_absent() || !layer.buffer_insert.is_absent() {
                self.group[index] = (buffer, self.offsets[index] - layout.offset);
            }
        }
        Ok(())
    }

    /// What the network's input takes: all of it, or a ring.
    fn input(&self, first: usize) -> Fact<Region> {
        match self.ring(first)? {
            Some(ring) => Ok(ring),
            None => self.analysis.memory[first].reads.clone(),
        }
    }

    fn output(&self, layer: usize) -> Fact<Region> {
        let graph = &self.analysis.graph;
        let next = graph.order.iter().copied();
        let next = next
            .filter(|next| graph.previous[*next] == Some(layer))
            .find(|next| self.streams(*next));
        if !self.streams(layer) {
            return self.analysis.memory[layer].writes.clone();
        }
        if let Some(next) = next
            && let Some(ring) = self.ring(next)?
        {
            return Ok(ring);
        }
        // Of a stream's output the tool counts the end, too.
        let mut region = self.analysis.memory[layer].writes.clone()?;
        for (_, part) in &mut region.parts {
            part.count += 1;
        }
        Ok(region)
    }

    fn add(
        &mut self,
        source: Source,
        offset: Fact<i64>,
        region: Fact<Region>,
        layer: usize,
    ) -> Result<(), Unplaceable> {
        let (offset, region) = match (offset, region) {
            (Ok(offset), Ok(region)) => (offset, Some(region)),
            _ if self.is_partial => (0, None),
            _ => return Err(Unplaceable::Unknown(layer)),
        };
        self.group.push((self.sources.len(), 0));
        self.sources.push(source);
        self.offsets.push(offset);
        self.regions.push(region);
        Ok(())
    }

    fn streams(&self, layer: usize) -> bool {
        self.analysis.parameters[layer].streaming != Ok(false)
    }

    /// The ring buffer that a streaming layer reads. The vendor's tool counts its end as part of it.
    fn ring(&self, layer: usize) -> Fact<Option<Region>> {
        if !self.streams(layer) {
            return Ok(None);
        }
        let memory = &self.analysis.memory[layer];
        let Some(stream) = self.analysis.streams[layer] else {
            return unknown();
        };
        let (stream, processors, offset) = (stream?, memory.processors?, memory.in_offset?);
        let parts = (0..INSTANCES)
            .filter(|instance| processors >> (instance * PROCESSORS_PER_INSTANCE) & 0xf != 0)
            .map(|instance| {
                let part = Progression {
                    start: instance_base(self.device, instance) + offset / 4,
                    step: 1,
                    count: stream.rollover + 1,
                    run: 1,
                };
                (instance, part)
            });
        Ok(Some(Region {
            parts: parts.collect(),
        }))
    }

    /// The root of a source, and how far behind it the source lies.
    fn root(&self, mut index: usize) -> (usize, i64) {
        let mut offset = 0;
        while self.group[index].0 != index {
            let (parent, behind) = self.group[index];
            offset += behind;
            index = parent;
        }
        (index, offset)
    }

    fn index(&self, source: Source) -> Option<usize> {
        self.sources.iter().position(|other| *other == source)
    }

    fn join(&mut self, relation: Relation) -> Result<(), Unplaceable> {
        let analysis = self.analysis;
        for &reader in &analysis.graph.order {
            let inputs: Option<Vec<usize>> = analysis.graph.inputs[reader]
                .iter()
                .map(|input| self.index(input.source.ok()?))
                .collect();
            let inputs = match inputs {
                Some(inputs) => inputs,
                None if self.is_partial => continue,
                None => return Err(Unplaceable::Unknown(reader)),
            };
            let Some((&first, rest)) = inputs.split_first() else {
                continue;
            };
            let wanted = match relation {
                Relation::AsWritten => rest
                    .iter()
                    .map(|&input| self.offsets[input] - self.offsets[first])
                    .collect(),
                Relation::AsRead if rest.is_empty() => Vec::new(),
                Relation::AsRead => self.distances(reader, &inputs)?,
            };
            for (&input, distance) in rest.iter().zip(wanted) {
                let (root, of_first) = self.root(first);
                let (other, of_input) = self.root(input);
                let distance = of_first + distance - of_input;
                if root != other {
                    self.group[other] = (root, distance);
                } else if distance != 0 {
                    return Err(Unplaceable::Contradiction(reader));
                }
            }
        }
        Ok(())
    }

    /// How far behind its first input a reader wants each other one.
    fn distances(&self, reader: usize, inputs: &[usize]) -> Result<Vec<i64>, Unplaceable> {
        let unknown = Unplaceable::Unknown(reader);
        let parameters = &self.analysis.parameters[reader];
        let operands = parameters.operands.map_err(|_| unknown.clone())?;
        let gap = parameters.read_gap.map_err(|_| unknown.clone())?;
        let mut distances = Vec::new();
        let mut masks = 0;
        let mut behind = 0;
        for (position, &input) in inputs.iter().enumerate() {
            let Source::Layer(layer) = self.sources[input] else {
                return Err(Unplaceable::Contradiction(reader));
            };
            let memory = &self.analysis.memory[layer];
            let mask = memory.output_map.map_err(|_| unknown.clone())?;
            let turns = operands > 1
                || self.analysis.parameters[layer]
                    .write_gap
                    .is_ok_and(|gap| gap > 0);
            if position > 0 {
                distances.push(match (turns, masks & mask) {
                    (true, _) => 4 * position as i64 * (gap + 1),
                    (false, 0) => 0,
                    (false, _) => behind,
                });
            }
            masks |= mask;
            behind += memory.output_bytes.map_err(|_| unknown.clone())?;
        }
        Ok(distances)
    }

    fn bundles(&self) -> Vec<Bundle> {
        let mut bundles: Vec<(usize, Bundle)> = Vec::new();
        for index in 0..self.sources.len() {
            let (root, offset) = self.root(index);
            let member = self.member(index, offset);
            match bundles.iter_mut().find(|(other, _)| *other == root) {
                Some((_, bundle)) => bundle.members.push(member),
                None => bundles.push((
                    root,
                    Bundle {
                        members: vec![member],
                        base: self.offsets[index] - offset,
                        pinned: false,
                    },
                )),
            }
        }
        let bundles = bundles.into_iter().map(|(_, mut bundle)| {
            let lowest = bundle.members.iter().map(|member| member.offset).min();
            let lowest = lowest.unwrap_or(0);
            bundle.base += lowest;
            for member in &mut bundle.members {
                member.offset -= lowest;
                let words = member.offset / 4;
                member.region = shifted(&member.region, words);
                let ends = member.region.parts.iter().map(|(instance, part)| {
                    (part.last() + 1 - instance_base(self.device, *instance)) * 4
                });
                member.end = ends.max().unwrap_or(0);
            }
            // Firmware writes the input where it always did, and clears the buffer.
            bundle.pinned = bundle.members.iter().any(|member| {
                matches!(member.source, Source::Input | Source::Buffer) || !member.known
            });
            bundle
        });
        bundles.collect()
    }

    /// The member with its words as if its own offset were 0.
    fn member(&self, index: usize, offset: i64) -> Member {
        let source = self.sources[index];
        let graph = &self.analysis.graph;
        let end_of_stream = graph
            .order
            .iter()
            .position(
                |&layer| matches!(self.analysis.streams[layer], Some(Ok(stream)) if stream.last),
            )
            .map_or(-1, |time| time as i64);
        let mut dies = graph
            .readers(source)
            .filter_map(|reader| graph.time(reader))
            .map(|time| time as i64)
            .max()
            .unwrap_or(-1);
        let mut born = -1;
        match source {
            Source::Layer(layer) => {
                let time = graph.time(layer).unwrap_or(0) as i64;
                if self.streams(layer) {
                    if time < end_of_stream {
                        dies = dies.max(end_of_stream);
                    }
                } else {
                    born = time;
                }
                // The vendor's tool protects an output one step longer than it is needed.
                dies = dies.max(time + 1);
                let kept = self.analysis.parameters[layer].output == Ok(true);
                if kept || graph.final_layer == Some(layer) {
                    dies = i64::MAX;
                }
            }
            // It is kept from one run to the next.
            Source::Buffer => dies = i64::MAX,
            Source::Input => {
                if graph
                    .order
                    .first()
                    .is_some_and(|&first| self.streams(first))
                {
                    dies = dies.max(end_of_stream);
                }
            }
        }
        let region = self.regions[index].as_ref();
        Member {
            source,
            offset,
            region: region.map_or_else(Region::default, |region| {
                shifted(region, -(self.offsets[index] / 4))
            }),
            end: 0,
            instances: region.map_or(0, Region::instances),
            known: region.is_some(),
            born,
            dies,
        }
    }
}
