//! Data memory: which words each layer reads and writes.

use crate::device::{
    Device, INSTANCES, INSTANCES_PER_QUADRANT, PROCESSORS, PROCESSORS_PER_INSTANCE,
    PROCESSORS_PER_QUADRANT, QUADRANTS,
};
use crate::diagnostic::Code;
use crate::facts::{Facts, Flags};
use crate::network::{Field, Network, Source};
use crate::text::Span;

use super::fact::{Fact, Missing, broken, unknown, value_or};
use super::gaps::{Misfit, Reading};
use super::graph::{Graph, Next};
use super::parameters::{Operator, Parameters};
use super::region::{Progression, Region};
use super::shapes::{Shape, Spread};
use super::{Fault, Hardware, push_fault};

/// Which text a layer's output mask comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskSource {
    /// The layer's `output_processors`.
    Own,
    /// The `processors` of the layer that runs next.
    Next(usize),
    /// The global `output_map`.
    OutputMap,
    /// The default of the final layer: the lowest processors.
    Default,
}

/// Masks, spreads and memory of one layer.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Processors that read the input.
    pub processors: Fact<u64>,
    /// Processors whose memory the output goes to.
    pub output_map: Fact<u64>,
    /// Where `output_map` comes from.
    pub output_map_from: MaskSource,
    /// Passes and processors of the input.
    pub input_spread: Fact<Spread>,
    /// Passes and processors of the output.
    pub output_spread: Fact<Spread>,
    /// Byte offset of the input in its instances.
    pub in_offset: Fact<i64>,
    /// Byte offset of the output in its instances.
    pub out_offset: Fact<i64>,
    /// Bytes that the input takes of an instance, as the vendor's tool counts (gaps left out).
    pub input_bytes: Fact<i64>,
    /// Bytes that the output takes of an instance, as the vendor's tool counts (gaps left out).
    pub output_bytes: Fact<i64>,
    /// The words that it reads.
    pub reads: Fact<Region>,
    /// The words that it writes.
    pub writes: Fact<Region>,
}

impl Memory {
    /// Leaves everything about offsets open: `code` says why they mean nothing.
    fn leave_unplaced(&mut self, code: Code) {
        let missing = Missing::Broken(code);
        self.in_offset = Err(missing);
        self.out_offset = Err(missing);
        self.input_bytes = Err(missing);
        self.output_bytes = Err(missing);
        self.reads = Err(missing);
        self.writes = Err(missing);
    }
}

/// How values lie in memory.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The processors of a pass.
    pub mask: u64,
    /// Byte offset in each instance.
    pub offset: i64,
    /// Channels.
    pub channels: i64,
    /// Passes and processors a pass.
    pub spread: Spread,
    /// Pixels.
    pub pixels: i64,
    /// Bits of a value: 8 or 32.
    pub width: i64,
    /// Words between two used ones.
    pub gap: i64,
    /// Operands that take turns, word by word.
    pub operands: i64,
}

/// The first word of an instance (0 to 15), counted from the first data word of quadrant 0.
pub fn instance_base(device: &Device, instance: u32) -> i64 {
    (i64::from(instance / INSTANCES_PER_QUADRANT) * device.quadrant_pitch
        + i64::from(instance % INSTANCES_PER_QUADRANT) * device.instance_pitch)
        / 4
}

/// The instance (0 to 15) and byte offset of a word.
pub fn place_of_word(device: &Device, word: i64) -> (u32, i64) {
    let quadrant_words = device.quadrant_pitch / 4;
    let quadrant = word.div_euclid(quadrant_words);
    let rest = word.rem_euclid(quadrant_words);
    let instance = (rest / (device.instance_pitch / 4)).min(i64::from(INSTANCES_PER_QUADRANT) - 1);
    let offset = rest - instance * (device.instance_pitch / 4);
    (
        (quadrant * i64::from(INSTANCES_PER_QUADRANT) + instance) as u32,
        offset * 4,
    )
}

/// How the rolling buffer lies in memory, where its block says all of it. The vendor's tool uses the first
/// block only.
pub fn buffer_layout(network: &Network, flags: &Flags) -> Option<Layout> {
    let block = network.data_buffer.first()?;
    let [height, width] = block.dim.value()?;
    let offset = block.offset.value()?;
    let channels = block.channels.value()?;
    if offset < 0 || offset % 4 != 0 || height <= 0 || width <= 0 || channels <= 0 {
        return None;
    }
    let most = flags.max_proc.unwrap_or(i64::from(PROCESSORS));
    Some(Layout {
        mask: block.processors.value()?,
        offset,
        channels,
        spread: Spread::new(channels, most),
        pixels: height * width,
        width: 8,
        gap: 0,
        operands: 1,
    })
}

impl Layout {
    /// The words of the layout, four channels a word (HWC).
    ///
    /// Word of pixel `x`, pass `e`, operand `o`: `offset/4 + ((x*passes + e)*operands + o) * size *
    /// (gap+1)`, `size` 1 for 8-bit values and 4 for 32-bit ones, which take a word each.
    pub fn words(&self, device: &Device) -> Region {
        let size = self.width / 8;
        let passes = self.spread.passes.max(1);
        let stride = size * (self.gap + 1);
        let mut parts = Vec::new();
        let mut before = 0;
        for instance in 0..INSTANCES {
            let lanes = self.lanes(instance);
            if lanes == 0 {
                continue;
            }
            let base = instance_base(device, instance) + self.offset.div_euclid(4);
            // Channels that the last passes hold in this instance; the others are full.
            let in_pass = |pass: i64| {
                let first = pass * self.spread.processors + before;
                let end = self.channels.min((pass + 1) * self.spread.processors);
                (end - first).clamp(0, lanes)
            };
            let full = (0..passes)
                .take_while(|&pass| in_pass(pass) == lanes)
                .count() as i64;
            if full == passes {
                parts.push((
                    instance,
                    Progression {
                        start: base,
                        step: stride,
                        count: self.pixels * passes * self.operands,
                        run: if size == 1 { 1 } else { lanes },
                    },
                ));
            } else {
                for pass in (0..passes).filter(|&pass| in_pass(pass) > 0) {
                    for operand in 0..self.operands {
                        parts.push((
                            instance,
                            Progression {
                                start: base + (pass * self.operands + operand) * stride,
                                step: passes * self.operands * stride,
                                count: self.pixels,
                                run: if size == 1 { 1 } else { in_pass(pass) },
                            },
                        ));
                    }
                }
            }
            before += lanes;
        }
        parts.retain(|(_, part)| part.count > 0);
        Region { parts }
    }

    /// Bytes of an instance that it takes, gaps included (HWC): a value takes a word of four
    /// channels, or four words.
    pub fn bytes(&self) -> i64 {
        let values = self.pixels * self.spread.passes.max(1) * self.operands;
        ((values - 1).max(0) * (self.gap + 1) + 1) * self.width / 8 * 4
    }

    /// The words of one channel an instance (CHW): four pixels a word.
    pub fn words_chw(&self, device: &Device) -> Region {
        let parts = (0..INSTANCES)
            .filter(|&instance| self.lanes(instance) > 0 && self.pixels > 0)
            .map(|instance| {
                let words = (self.pixels + 3) / 4;
                (
                    instance,
                    Progression {
                        start: instance_base(device, instance) + self.offset.div_euclid(4),
                        step: 1,
                        count: words,
                        run: 1,
                    },
                )
            })
            .collect();
        Region { parts }
    }

    /// Used lanes (processors) of an instance.
    fn lanes(&self, instance: u32) -> i64 {
        let nibble = self.mask >> (instance * PROCESSORS_PER_INSTANCE) & 0xf;
        i64::from(nibble.count_ones())
    }
}

/// The processors of one quadrant, the first of them at bit 0.
pub fn in_quadrant(mask: u64, quadrant: u32) -> u64 {
    mask >> (quadrant * PROCESSORS_PER_QUADRANT) & ((1 << PROCESSORS_PER_QUADRANT) - 1)
}

/// Whether the bits of a mask stand in a row.
pub fn is_contiguous(mask: u64) -> bool {
    let low = mask.checked_shr(mask.trailing_zeros()).unwrap_or(0);
    low & low.wrapping_add(1) == 0
}

/// The first instance of which a mask has more than one processor.
pub fn shared_instance(mask: u64) -> Option<u32> {
    (0..INSTANCES)
        .find(|instance| (mask >> (instance * PROCESSORS_PER_INSTANCE) & 0xf).count_ones() > 1)
}

/// Whether a passthrough layer can carry data between two masks: in each quadrant as many
/// processors, the written ones in a row.
fn stays_in_quadrants(read: u64, written: u64) -> bool {
    (0..QUADRANTS).all(|quadrant| {
        let written = in_quadrant(written, quadrant);
        written.count_ones() == in_quadrant(read, quadrant).count_ones() && is_contiguous(written)
    })
}

/// The mask of the lowest `bits` processors.
pub fn low_mask(bits: i64) -> u64 {
    match bits {
        i64::MIN..=0 => 0,
        1..=63 => (1 << bits) - 1,
        _ => u64::MAX,
    }
}

pub(super) struct Memories<'a> {
    pub(super) network: &'a Network,
    pub(super) device: &'static Device,
    pub(super) facts: &'a Facts,
    pub(super) flags: &'a Flags,
    pub(super) graph: &'a Graph,
    pub(super) parameters: &'a [Parameters],
    pub(super) shapes: &'a [Shape],
    pub(super) hardware: &'a [Fact<Hardware>],
    /// The rule that says that the network is made for the other chip.
    pub(super) missing_feature: Option<Code>,
    pub(super) faults: &'a mut Vec<Fault>,
}

impl Memories<'_> {
    /// Memory of all layers, and the words of the input where they are known.
    pub(super) fn run(mut self) -> (Vec<Memory>, Fact<Region>) {
        let mut memories: Vec<Memory> = (0..self.network.layers.len())
            .map(|index| self.masks(index))
            .collect();
        self.check_chw(&mut memories);
        for index in 0..memories.len() {
            self.check_counts(index, &mut memories);
        }
        for index in 0..memories.len() {
            self.check_alignment(index, &mut memories);
        }
        if let Some(code) = self.missing_feature {
            memories
                .iter_mut()
                .for_each(|memory| memory.leave_unplaced(code));
        }
        for index in 0..memories.len() {
            if self.missing_feature.is_some() {
                continue;
            }
            if self.graph.runs(index) {
                self.extents(index, &mut memories);
            } else {
                // The vendor's tool looks at the layers that do not run, too.
                let span = self.network.layers[index].out_offset.span();
                self.report_offset(index, self.out_offset(index), span);
            }
        }
        let input = self.input_region(&memories);
        (memories, input)
    }

    fn max_processors(&self) -> i64 {
        self.flags.max_proc.unwrap_or(i64::from(PROCESSORS))
    }

    fn masks(&self, index: usize) -> Memory {
        let layer = &self.network.layers[index];
        let shape = &self.shapes[index];
        let spread = |channels: Fact<i64>| {
            channels.map(|channels| Spread::new(channels, self.max_processors()))
        };
        let output_spread = spread(shape.out_channels);
        let is_final = self.graph.final_layer == Some(index);
        let (output_map, output_map_from) = match (&layer.output_processors, self.graph.next[index])
        {
            _ if is_final && !self.network.output_map.is_absent() => {
                (mask(&self.network.output_map), MaskSource::OutputMap)
            }
            (Field::Absent, Next::Layer(next)) if next < self.network.layers.len() => (
                mask(&self.network.layers[next].processors),
                MaskSource::Next(next),
            ),
            (Field::Absent, _) => (
                output_spread.map(|spread| low_mask(spread.processors)),
                MaskSource::Default,
            ),
            (own, _) => (mask(own), MaskSource::Own),
        };
        Memory {
            processors: mask(&layer.processors),
            output_map,
            output_map_from,
            input_spread: spread(shape.stored_channels),
            output_spread,
            in_offset: unknown(),
            out_offset: unknown(),
            input_bytes: unknown(),
            output_bytes: unknown(),
            reads: unknown(),
            writes: unknown(),
        }
    }

    /// In CHW format each channel needs an instance of its own. Beyond the first layer the format
    /// itself is the fault (AX109).
    fn check_chw(&mut self, memories: &mut [Memory]) {
        let Some(&first) = self.graph.order.first() else {
            return;
        };
        if self.parameters[first].chw == Ok(true)
            && memories[first]
                .processors
                .is_ok_and(|mask| shared_instance(mask).is_some())
        {
            push_fault(self.faults, 252, first);
            memories[first].processors = broken(252);
        }
    }

    /// Masks whose number of bits does not fit break what is derived from them.
    fn check_counts(&mut self, index: usize, memories: &mut [Memory]) {
        let memory = &memories[index];
        if let (Ok(map), Ok(spread)) = (memory.output_map, memory.output_spread)
            && self.graph.runs(index)
            && i64::from(map.count_ones()) != spread.processors
        {
            let next = match memory.output_map_from {
                MaskSource::Next(next) => memories.get(next),
                _ => None,
            };
            // Who wrote the number of channels in place of a mask meant the layer that reads: that
            // one reports it.
            let is_count = map == spread.processors as u64
                && next.is_some_and(|next| {
                    matches!(next.input_spread, Ok(reads) if reads.processors == spread.processors)
                });
            let from = memory.output_map_from;
            if is_count {
                memories[index].output_map = broken(201);
            } else {
                push_fault(self.faults, 203, index);
                memories[index].output_map = broken(203);
                // The mask to edit is the next layer's: that is one fault, not two.
                if let MaskSource::Next(next) = from {
                    memories[next].processors = broken(203);
                }
            }
        }
        let memory = &memories[index];
        if let (Ok(map), Ok(spread)) = (memory.processors, memory.input_spread)
            && self.graph.runs(index)
            && i64::from(map.count_ones()) != spread.processors
        {
            let quad = self.flags.fast_fifo_quad && self.graph.order.first() == Some(&index);
            push_fault(self.faults, if quad { 202 } else { 201 }, index);
            memories[index].processors = broken(201);
        }
    }

    /// Masks between which a layer without a dense convolution cannot carry data.
    fn check_alignment(&mut self, index: usize, memories: &mut [Memory]) {
        if !self.graph.runs(index) {
            return;
        }
        let parameters = &self.parameters[index];
        let memory = &mut memories[index];
        let is_aligned = |mask: u64| {
            mask.trailing_zeros()
                .is_multiple_of(PROCESSORS_PER_INSTANCE)
        };
        if let (Ok(Operator::Passthrough), Ok(read), Ok(written)) =
            (parameters.operator, memory.processors, memory.output_map)
            && !stays_in_quadrants(read, written)
        {
            push_fault(self.faults, 204, index);
            memory.output_map = broken(204);
        }
        if !(self.device.depthwise && parameters.groups.is_ok_and(|groups| groups > 1)) {
            return;
        }
        if memory.output_map.is_ok_and(|map| !is_aligned(map)) {
            push_fault(self.faults, 205, index);
            memory.output_map = broken(205);
        }
        let spans_quadrants = |mask: u64| {
            let low = mask.checked_shr(mask.trailing_zeros()).unwrap_or(0);
            low >> PROCESSORS_PER_QUADRANT != 0
        };
        if memory
            .processors
            .is_ok_and(|mask| !is_aligned(mask) && spans_quadrants(mask))
        {
            push_fault(self.faults, 206, index);
            memory.processors = broken(206);
        }
    }

    fn extents(&mut self, index: usize, memories: &mut [Memory]) {
        let layer = &self.network.layers[index];
        let parameters = &self.parameters[index];
        let shape = &self.shapes[index];
        let limit = self.device.instance_bytes;

        let out_offset = self.out_offset(index);
        let in_offset = match (&layer.in_offset, self.graph.previous[index]) {
            (Field::Absent, None) => aligned(self.flags.input_offset.unwrap_or(0)),
            (Field::Absent, Some(previous)) => self.out_offset(previous),
            (given, _) => value_or(given, 0).and_then(aligned),
        };
        self.report_offset(index, out_offset, layer.out_offset.span());
        self.report_offset(index, in_offset, layer.in_offset.span());
        let streaming = parameters.streaming.unwrap_or(true);
        let memory = &mut memories[index];
        memory.in_offset = in_offset;
        memory.out_offset = out_offset;

        let pixels = shape.in_dim.map(|[height, width]| height * width);
        memory.input_bytes = input_bytes(parameters, shape, memory, pixels);
        let out_pad = self.hardware[index].map_or(0, |hardware| hardware.out_pad);
        memory.output_bytes = output_bytes(parameters, shape, memory, out_pad);
        let terminating = self.graph.final_layer == Some(index);
        let reads = self.read_layout(index, memory);
        let writes = self.write_layout(index, memory);
        let read_fault = runs_over(limit, memory.input_bytes, in_offset, &reads, 302);
        let write_fault = runs_over(limit, memory.output_bytes, out_offset, &writes, 303);
        // What is written too far is read too far: that is one fault, not two.
        let producer_reported = self.graph.previous[index].is_some_and(|previous| {
            self.faults
                .iter()
                .any(|fault| fault.layer == previous && matches!(fault.code.0, 303 | 354))
        });
        if let Some(misfit) = self.gap_misfit(index, memories) {
            push_fault(self.faults, misfit.code, index);
            if misfit.reads_astray {
                memories[index].reads = broken(misfit.code);
            }
        }
        let memory = &mut memories[index];
        if let Some(code) = read_fault.filter(|_| !streaming) {
            if !producer_reported {
                self.faults.push(Fault {
                    code: Code(code),
                    layer: index,
                    span: layer.read_gap.span().filter(|_| code == 354),
                });
            }
            memory.reads = broken(code);
        }
        if let Some(code) = write_fault.filter(|_| !streaming || terminating) {
            self.faults.push(Fault {
                code: Code(code),
                layer: index,
                span: layer.write_gap.span().filter(|_| code == 354),
            });
            memory.writes = broken(code);
        }
        if memory.reads == unknown() {
            memory.reads = reads.and_then(|layout| {
                Ok(if parameters.chw? {
                    layout.words_chw(self.device)
                } else {
                    layout.words(self.device)
                })
            });
        }
        if memory.writes == unknown() {
            memory.writes = writes.map(|layout| layout.words(self.device));
        }
    }

    /// Where a layer writes, in bytes of each instance.
    fn out_offset(&self, index: usize) -> Fact<i64> {
        let offset = value_or(&self.network.layers[index].out_offset, 0)?;
        if offset < 0 || offset >= self.device.out_offset_limit {
            return broken(301);
        }
        aligned(offset)
    }

    fn report_offset(&mut self, layer: usize, offset: Fact<i64>, span: Option<Span>) {
        if let (Err(Missing::Broken(code @ Code(301 | 355))), Some(_)) = (offset, span) {
            self.faults.push(Fault { code, layer, span });
        }
    }

    /// Whether the words that a layer reads lie as far apart as they were written.
    fn gap_misfit(&self, index: usize, memories: &[Memory]) -> Option<Misfit> {
        let sources = self.graph.inputs[index]
            .iter()
            .map(|input| input.source.ok())
            .collect::<Option<Vec<Source>>>()?;
        let gaps = sources
            .iter()
            .map(|source| match source {
                Source::Layer(layer) => self.parameters[*layer].write_gap.ok(),
                Source::Input | Source::Buffer => Some(0),
            })
            .collect::<Option<Vec<i64>>>()?;
        let single_words = sources.iter().all(|source| match source {
            Source::Layer(layer) => {
                self.shapes[*layer].out_dim == Ok([1, 1])
                    && memories[*layer]
                        .output_spread
                        .is_ok_and(|spread| spread.passes == 1)
            }
            Source::Input | Source::Buffer => false,
        });
        Reading {
            layer: &self.network.layers[index],
            operands: self.parameters[index].operands.ok()?,
            read_gap: self.parameters[index].read_gap.ok()?,
            gaps,
            single_words,
            previous_offset: self.graph.previous[index]
                .map(|previous| value_or(&self.network.layers[previous].out_offset, 0)),
        }
        .misfit()
    }

    fn read_layout(&self, index: usize, memory: &Memory) -> Fact<Layout> {
        let parameters = &self.parameters[index];
        let shape = &self.shapes[index];
        let [height, width] = shape.in_dim?;
        let layout = Layout {
            mask: memory.processors?,
            offset: memory.in_offset?,
            channels: shape.stored_channels?,
            spread: memory.input_spread?,
            pixels: height * width,
            width: 8,
            gap: parameters.read_gap?,
            operands: parameters.operands?,
        };
        if layout.gap < 0 || layout.offset < 0 {
            return unknown();
        }
        Ok(layout)
    }

    fn write_layout(&self, index: usize, memory: &Memory) -> Fact<Layout> {
        let parameters = &self.parameters[index];
        let shape = &self.shapes[index];
        let [height, width] = shape.out_dim?;
        let layout = Layout {
            mask: memory.output_map?,
            offset: memory.out_offset?,
            channels: shape.out_channels?,
            spread: memory.output_spread?,
            pixels: height * width,
            width: parameters.output_width?,
            gap: parameters.write_gap?,
            operands: 1,
        };
        if layout.gap < 0 {
            return unknown();
        }
        Ok(layout)
    }

    /// What the input loader fills before the first layer runs: what that layer reads. A FIFO
    /// fills nothing.
    fn input_region(&self, memories: &[Memory]) -> Fact<Region> {
        let Some(&start) = self.graph.order.first() else {
            return unknown();
        };
        match &self.facts.flags {
            Some(flags) if flags.any_fifo() => Ok(Region::default()),
            _ => memories[start].reads.clone(),
        }
    }
}

/// The hardware takes offsets in words: it drops the last two bits of one in bytes.
fn aligned(offset: i64) -> Fact<i64> {
    if offset % 4 == 0 {
        Ok(offset)
    } else {
        broken(355)
    }
}

/// Which rule reports that data runs past the end of an instance: `code` where the vendor's tool
/// sees it, which leaves gaps out of its sum, else AX354.
fn runs_over(
    limit: i64,
    bytes: Fact<i64>,
    offset: Fact<i64>,
    layout: &Fact<Layout>,
    code: u16,
) -> Option<u16> {
    if bytes.ok()? + offset.ok()? > limit {
        return Some(code);
    }
    let layout = layout.ok()?;
    (layout.gap > 0 && layout.offset + layout.bytes() > limit).then_some(354)
}

fn mask(field: &Field<u64>) -> Fact<u64> {
    match field {
        Field::Given { value, .. } => Ok(*value),
        Field::Invalid { code, .. } => Err(Missing::Broken(*code)),
        // A missing mask is reported by AX009.
        Field::Absent => broken(9),
    }
}

/// `H*W*passes*operands*4`, or `*1` for CHW (`max7800x.py:470`).
fn input_bytes(
    parameters: &Parameters,
    shape: &Shape,
    memory: &Memory,
    pixels: Fact<i64>,
) -> Fact<i64> {
    shape.in_dim?;
    Ok(pixels?
        * memory.input_spread?.passes
        * parameters.operands?
        * if parameters.chw? { 1 } else { 4 })
}

/// `(H*W + out_pad)*passes*4*width/8` (`max7800x.py:600`).
fn output_bytes(
    parameters: &Parameters,
    shape: &Shape,
    memory: &Memory,
    out_pad: i64,
) -> Fact<i64> {
    let [height, width] = shape.out_dim?;
    Ok(
        (height * width + out_pad) * memory.output_spread?.passes * 4 * parameters.output_width?
            / 8,
    )
}

/// What stands in the memory that `source` names: its writer's words.
pub fn written_by<'a>(
    memories: &'a [Memory],
    input: &'a Fact<Region>,
    source: Source,
) -> Fact<&'a Region> {
    match source {
        Source::Layer(layer) => memories[layer].writes.as_ref().map_err(|missing| *missing),
        Source::Input => input.as_ref().map_err(|missing| *missing),
        Source::Buffer => unknown(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::MAX78000;

    #[test]
    fn masks_are_taken_apart() {
        assert_eq!(in_quadrant(0x1234_5678_9abc_def0, 2), 0x5678);
        assert!(is_contiguous(0xff0) && is_contiguous(u64::MAX) && is_contiguous(1 << 63));
        assert!(!is_contiguous(0x101));
        assert_eq!(shared_instance(0x8421), None);
        assert_eq!(shared_instance(0xc01), Some(2));
        assert!(stays_in_quadrants(0x5, 0x3000));
        assert!(!stays_in_quadrants(0x3, 0x5));
        assert!(!stays_in_quadrants(0x1_0001, 0x3));
    }

    #[test]
    fn bytes_of_a_layout_are_those_of_its_words() {
        for (width, gap, operands) in [(8, 0, 1), (8, 3, 1), (8, 0, 2), (32, 0, 1), (32, 1, 1)] {
            let layout = Layout {
                mask: 0xf,
                offset: 0x100,
                channels: 4,
                spread: Spread {
                    passes: 1,
                    processors: 4,
                },
                pixels: 10,
                width,
                gap,
                operands,
            };
            let words = layout.words(&MAX78000);
            let last = words.parts.iter().map(|(_, part)| part.last()).max();
            assert_eq!(
                last.map(|last| (last + 1) * 4 - 0x100),
                Some(layout.bytes()),
                "{layout:?}"
            );
        }
    }
}
