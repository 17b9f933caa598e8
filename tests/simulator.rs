//! The lifetime analysis against a simulator that knows nothing of it.
//!
//! Random small networks are run word by word: every write tags a word with its tensor, every read
//! looks at what it finds. The simulator works from the numbers that made the network, with an
//! address of its own for every single value; the analysis works from the text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ai8x_lint::analysis::{Analysis, ConflictKind};
use ai8x_lint::device::DeviceId;
use ai8x_lint::facts::{Facts, Flags, Weight};
use ai8x_lint::network::{self, Source};
use ai8x_lint::yaml;
use rayon::prelude::*;

const NETWORKS: u64 = 10_000;
/// One pass and two, full instances and not.
const CHANNELS: [i64; 9] = [1, 2, 3, 4, 6, 8, 17, 65, 70];
/// Tensors start at one of so many words: few enough that they meet.
const OFFSETS: usize = 128;

/// A word of data memory: instance and 32-bit word in it.
type Word = (u32, i64);

/// Splitmix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A tensor in memory: who may be read.
#[derive(Clone)]
struct Tensor {
    channels: i64,
    dim: [i64; 2],
    mask: u64,
    offset: i64,
    gap: i64,
    width: i64,
}

/// One layer of the random network.
struct Layer {
    text: String,
    /// Indices of the tensors that it reads; 0 is the input, n the output of layer n - 1.
    sources: Vec<usize>,
    /// How it reads: stored channels of one operand, pixels, operands.
    reads: Tensor,
    operands: i64,
    writes: Tensor,
    output: bool,
    weight: Option<Weight>,
}

/// Passes and processors a pass, from the words of the documentation.
fn spread(channels: i64) -> (i64, i64) {
    let mut passes = 1;
    while channels > passes * 64 {
        passes += 1;
    }
    let mut processors = (channels + passes - 1) / passes;
    if channels > 64 {
        while processors % 4 != 0 {
            processors += 1;
        }
    }
    (passes, processors)
}

/// A mask with as many bits as a pass of `channels` needs.
fn random_mask(random: &mut Random, channels: i64) -> u64 {
    let bits = spread(channels).1 as usize;
    if random.chance(60) {
        let low = if bits == 64 {
            u64::MAX
        } else {
            (1 << bits) - 1
        };
        return low << random.below(65 - bits);
    }
    let mut mask = 0_u64;
    while (mask.count_ones() as usize) < bits {
        mask |= 1 << random.below(64);
    }
    mask
}

/// A mask to which a passthrough can carry data: in each quadrant as many bits as it reads there,
/// in a row.
fn packed_mask(random: &mut Random, read: u64) -> u64 {
    (0..4).fold(0, |mask, quadrant| {
        let bits = (read >> (16 * quadrant) & 0xffff).count_ones();
        let run = ((1_u64 << bits) - 1) << random.below(17 - bits as usize);
        mask | run << (16 * quadrant)
    })
}

/// The words of a tensor, value by value; `operands` tensors take turns.
fn words(tensor: &Tensor, operands: i64) -> BTreeSet<Word> {
    let lanes: Vec<u32> = (0..64).filter(|bit| tensor.mask >> bit & 1 == 1).collect();
    let (passes, processors) = spread(tensor.channels);
    let size = tensor.width / 8;
    // Pass, instance and place in a row of words of each channel; up to four channels share them.
    let places: BTreeSet<(i64, u32, i64)> = (0..tensor.channels)
        .map(|channel| {
            let (pass, index) = (channel / processors, channel % processors);
            let instance = lanes[index as usize] / 4;
            // Wide values take a word each, packed in order of the lanes.
            let first = lanes.iter().position(|lane| lane / 4 == instance);
            let place = index - first.unwrap_or_default() as i64;
            (pass, instance, if size == 4 { place } else { 0 })
        })
        .collect();
    let mut found = BTreeSet::new();
    for pixel in 0..tensor.dim[0] * tensor.dim[1] {
        for &(pass, instance, place) in &places {
            for operand in 0..operands {
                let slot = (pixel * passes + pass) * operands + operand;
                let word = tensor.offset / 4 + slot * size * (tensor.gap + 1) + place;
                found.insert((instance, word));
            }
        }
    }
    found
}

/// What a layer writes, where something reads it in a certain way; the rest is random.
#[derive(Clone, Default)]
struct Wanted {
    channels: Option<i64>,
    mask: Option<u64>,
    offset: Option<i64>,
    gap: Option<i64>,
    pools: Option<bool>,
}

/// Makes a network layer by layer. Each reads earlier tensors the way they were written (channels,
/// masks and gaps fit, so no rule stops the analysis); where all of them lie is random, and now and
/// then a layer reads from somewhere else.
struct Maker<'r> {
    random: &'r mut Random,
    device: DeviceId,
    /// 0 is the input, n the output of layer n - 1.
    tensors: Vec<Tensor>,
    layers: Vec<Layer>,
}

fn random_network(random: &mut Random, device: DeviceId) -> (Tensor, Vec<Layer>) {
    let mut maker = Maker {
        random,
        device,
        tensors: Vec::new(),
        layers: Vec::new(),
    };
    maker.first();
    let length = 3 + maker.random.below(6);
    while maker.layers.len() < length {
        match maker.random.below(10) {
            0 | 1 => maker.sum(),
            2 => maker.side_by_side(),
            3 => maker.taking_turns(),
            _ => maker.single(),
        }
    }
    (maker.tensors[0].clone(), maker.layers)
}

impl Maker<'_> {
    /// The first layer reads what the loader lays down for it.
    fn first(&mut self) {
        let channels = self.random.pick(&CHANNELS);
        let input = Tensor {
            channels,
            dim: [
                2 + self.random.below(3) as i64,
                2 + self.random.below(3) as i64,
            ],
            mask: random_mask(self.random, channels),
            offset: 0,
            gap: 0,
            width: 8,
        };
        let operands = self.random.pick(&[1, 1, 1, 1, 2]);
        self.tensors.push(input.clone());
        self.push(&[0], input, operands, Wanted::default());
    }

    /// A layer that reads one tensor.
    fn single(&mut self) {
        let source = self.readable(|_| true);
        self.read_one(source, Wanted::default());
    }

    /// Layers whose outputs lie word by word between each other's, and their sum.
    fn sum(&mut self) {
        let operands = self.random.pick(&[2, 2, 2, 3]);
        let channels = self.random.pick(&CHANNELS);
        let mask = random_mask(self.random, channels);
        let sources = self.branches(channels, &vec![mask; operands], true);
        let reads = self.tensors[sources[0]].clone();
        let reads = Tensor { gap: 0, ..reads };
        self.push(&sources, reads, operands as i64, Wanted::default());
    }

    /// Layers that write to different processors, and one that reads all these channels.
    fn side_by_side(&mut self) {
        let channels = self.random.pick(&[4, 8, 12]);
        // Instances of their own, or they write into each other's words.
        let low = 4 * self.random.below(16 - channels as usize / 2 + 1);
        let mask = ((1 << channels) - 1) << low;
        let sources = self.branches(channels, &[mask, mask << channels], false);
        let first = self.tensors[sources[0]].clone();
        let reads = Tensor {
            channels: 2 * channels,
            mask: mask | mask << channels,
            ..first
        };
        self.push(&sources, reads, 1, Wanted::default());
    }

    /// Layers that write to the same processors word by word between each other's, and one that
    /// reads them as passes.
    fn taking_turns(&mut self) {
        let channels = self.random.pick(&[36, 64]);
        let mask = random_mask(self.random, channels);
        let sources = self.branches(channels, &[mask, mask], true);
        let first = self.tensors[sources[0]].clone();
        let reads = Tensor {
            channels: 2 * channels,
            gap: 0,
            ..first
        };
        self.push(&sources, reads, 1, Wanted::default());
    }

    /// Layers of alike outputs, a mask each, at the same place or word by word in turns; others may
    /// run between them.
    fn branches(&mut self, channels: i64, masks: &[u64], in_turns: bool) -> Vec<usize> {
        let start = self.offset();
        let pools = self.random.chance(20);
        let mut dim = None;
        let mut made = Vec::new();
        for (turn, &mask) in masks.iter().enumerate() {
            let source = self.readable(|tensor| dim.is_none_or(|dim| tensor.dim == dim));
            dim = Some(self.tensors[source].dim);
            let wanted = Wanted {
                channels: Some(channels),
                mask: Some(mask),
                offset: Some(start + if in_turns { 4 * turn as i64 } else { 0 }),
                gap: Some(if in_turns { masks.len() as i64 - 1 } else { 0 }),
                pools: Some(pools),
            };
            made.push(self.read_one(source, wanted));
            if self.random.chance(30) {
                self.single();
            }
        }
        made
    }

    /// A tensor that a layer can read alone: often the newest.
    fn readable(&mut self, fits: impl Fn(&Tensor) -> bool) -> usize {
        let can_skip = self.device == DeviceId::Max78002;
        let choice: Vec<usize> = (0..self.tensors.len())
            .filter(|&index| {
                let tensor = &self.tensors[index];
                let gap_is_read = can_skip && spread(tensor.channels).0 == 1;
                let taken_singly = index > 0 || self.layers[0].operands == 1;
                tensor.width == 8
                    && (tensor.gap == 0 || gap_is_read)
                    && taken_singly
                    && fits(tensor)
            })
            .collect();
        let newest = *choice.last().expect("the output of the first layer");
        if self.random.chance(40) {
            newest
        } else {
            self.random.pick(&choice)
        }
    }

    fn read_one(&mut self, source: usize, wanted: Wanted) -> usize {
        let mut reads = self.tensors[source].clone();
        if self.random.chance(3) {
            reads.mask = random_mask(self.random, reads.channels);
        }
        if self.random.chance(4) {
            reads.offset = self.offset();
        }
        self.push(&[source], reads, 1, wanted)
    }

    fn offset(&mut self) -> i64 {
        4 * self.random.below(OFFSETS) as i64
    }

    /// Adds a layer; yields the index of its output.
    fn push(&mut self, sources: &[usize], reads: Tensor, operands: i64, wanted: Wanted) -> usize {
        let random = &mut *self.random;
        let index = self.layers.len();
        let newest = self.tensors.len() - 1;
        let passes = spread(reads.channels).0;
        let convolves = wanted.channels.is_some()
            || random.chance(60) && (operands == 1 || operands == 2 && passes == 1);
        let may_pool = convolves || passes == 1;
        let pools = wanted
            .pools
            .unwrap_or_else(|| may_pool && random.chance(15))
            && reads.dim.iter().all(|&size| size >= 2);
        let channels = match wanted.channels {
            Some(channels) => channels,
            None if convolves => random.pick(&CHANNELS),
            None => reads.channels,
        };
        let mask = match wanted.mask {
            Some(mask) => mask,
            None if convolves => random_mask(random, channels),
            None => packed_mask(random, reads.mask),
        };
        // What only some layers can read, and what none can.
        let skips = self.device == DeviceId::Max78002 && spread(channels).0 == 1;
        let gap = wanted.gap.unwrap_or_else(|| {
            if skips {
                random.pick(&[0, 0, 0, 0, 1, 2])
            } else {
                0
            }
        });
        let is_wide = index > 0 && convolves && wanted.channels.is_none() && random.chance(8);
        let writes = Tensor {
            channels,
            dim: if pools {
                reads.dim.map(|size| size / 2)
            } else {
                reads.dim
            },
            mask,
            offset: wanted
                .offset
                .unwrap_or_else(|| 4 * random.below(OFFSETS) as i64),
            gap,
            width: if is_wide { 32 } else { 8 },
        };
        let output = random.chance(5);
        let is_next = sources == [newest];
        let explicit = index > 0 && (!is_next || random.chance(30));
        let mut text = format!(
            "  - processors: 0x{:016x}\n    output_processors: 0x{mask:016x}\n    out_offset: {}\n",
            reads.mask, writes.offset
        );
        if index > 0 {
            let _ = writeln!(text, "    in_offset: {}", reads.offset);
        }
        if explicit {
            let names: Vec<String> = sources
                .iter()
                .map(|&tensor| (tensor as i64 - 1).to_string())
                .collect();
            let _ = writeln!(text, "    in_sequences: [{}]", names.join(", "));
        }
        text += if convolves {
            "    op: conv2d\n    kernel_size: 1x1\n    pad: 0\n"
        } else {
            "    op: passthrough\n"
        };
        if operands > 1 {
            let _ = writeln!(text, "    eltwise: add\n    operands: {operands}");
        }
        if pools {
            text += "    max_pool: 2\n    pool_stride: 2\n";
        }
        if reads.gap > 0 {
            let _ = writeln!(text, "    read_gap: {}", reads.gap);
        }
        if gap > 0 {
            let _ = writeln!(text, "    write_gap: {gap}");
        }
        if is_wide {
            text += "    output_width: 32\n";
        }
        if output {
            text += "    output: true\n";
        }
        self.layers.push(Layer {
            text,
            sources: sources.to_vec(),
            weight: convolves.then(|| Weight {
                in_channels: reads.channels,
                out_channels: channels,
                kernel: vec![1, 1],
                bits: Some(8),
                bias: Some(false),
                groups: None,
            }),
            reads,
            operands,
            writes: writes.clone(),
            output,
        });
        self.tensors.push(writes);
        newest + 1
    }
}

/// What a run of the network shows.
#[derive(Default, PartialEq, Eq, Debug)]
struct Seen {
    /// (writer, tensor): the writer overwrites words of the tensor that a later layer still reads.
    lost: BTreeSet<(usize, usize)>,
    /// Layers that read a word which nobody has written.
    unwritten: BTreeSet<usize>,
    /// (writer, tensor): the vendor's tool refuses the write.
    refused: BTreeSet<(usize, usize)>,
}

fn simulate(input: &Tensor, layers: &[Layer]) -> Seen {
    let mut seen = Seen::default();
    let mut written = vec![words(input, layers[0].operands)];
    // Who wrote each word, in order; 0 is the input loader, n is layer n - 1.
    let mut history: BTreeMap<Word, Vec<usize>> =
        written[0].iter().map(|&word| (word, vec![0])).collect();
    let mut protected = vec![0];
    let mut outputs = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        for word in words(&layer.reads, layer.operands) {
            let Some(writers) = history.get(&word) else {
                seen.unwritten.insert(index);
                continue;
            };
            for &source in &layer.sources {
                if let Some(at) = writers.iter().position(|&writer| writer == source) {
                    for &later in &writers[at + 1..] {
                        seen.lost.insert((later - 1, source));
                    }
                }
            }
        }
        let own = words(&layer.writes, 1);
        for &tensor in &protected {
            if own.iter().any(|word| written[tensor].contains(word)) {
                seen.refused.insert((index, tensor));
            }
        }
        for &word in &own {
            history.entry(word).or_default().push(index + 1);
        }
        if layer.output {
            outputs.push(index + 1);
        }
        protected.clone_from(&outputs);
        if !layer.output {
            protected.push(index + 1);
        }
        written.push(own);
    }
    seen
}

fn tensor(source: Source) -> usize {
    match source {
        Source::Layer(layer) => layer + 1,
        _ => 0,
    }
}

/// What the analysis says of the same network.
fn analyse(text: &str, facts: &Facts) -> Seen {
    let document = yaml::parse(text);
    assert!(document.errors.is_empty(), "{text}");
    let network = network::lower(&document, text);
    assert!(
        network.problems.is_empty(),
        "{:?}\n{text}",
        network.problems
    );
    let device = facts.device.expect("a device").table();
    let analysis = Analysis::new(&network, device, facts);
    let free = Analysis::new(
        &network,
        device,
        &Facts {
            flags: Some(Flags {
                overlap_data: true,
                ..Flags::default()
            }),
            ..facts.clone()
        },
    );
    let mut seen = Seen::default();
    for conflict in &free.conflicts {
        match conflict.kind {
            ConflictKind::StillNeeded | ConflictKind::InputStillNeeded => {
                seen.lost.insert((conflict.writer, tensor(conflict.victim)));
            }
            _ => {}
        }
    }
    for conflict in &analysis.conflicts {
        if conflict.kind == ConflictKind::Protected {
            seen.refused
                .insert((conflict.writer, tensor(conflict.victim)));
        }
    }
    // Nothing stops the analysis: every layer of every network is compared.
    for memory in &analysis.memory {
        for missing in [memory.reads.as_ref().err(), memory.writes.as_ref().err()] {
            assert_eq!(missing, None, "{text}");
        }
    }
    for (index, memory) in analysis.memory.iter().enumerate() {
        let (Ok(reads), Ok(input)) = (&memory.reads, &analysis.input) else {
            continue;
        };
        let mut before = vec![input];
        before.extend(
            analysis.memory[..index]
                .iter()
                .filter_map(|memory| memory.writes.as_ref().ok()),
        );
        if reads.first_outside(&before).is_some() {
            seen.unwritten.insert(index);
        }
    }
    seen
}

/// How many of the networks lose data, read what nobody wrote, and are refused; all of them are
/// compared.
#[test]
fn agrees_on_random_networks() {
    let counts = (0..NETWORKS)
        .into_par_iter()
        .map(compare)
        .reduce(|| [0; 4], |a, b| std::array::from_fn(|i| a[i] + b[i]));
    let [lost, unwritten, refused, any] = counts;
    println!(
        "of {NETWORKS} networks {lost} lose data, {unwritten} read what nobody wrote, {refused} are \
         refused, {any} any of these"
    );
    // The networks must exercise both outcomes of every question.
    for count in counts {
        let percent = count * 100 / NETWORKS;
        assert!((20..=80).contains(&percent), "{counts:?}");
    }
}

/// Compares one network; yields what it exercises.
fn compare(seed: u64) -> [u64; 4] {
    let mut random = Random(seed);
    let device = random.pick(&DeviceId::ALL);
    let (input, layers) = random_network(&mut random, device);
    let mut text = "arch: simulated\ndataset: simulated\nlayers:\n".to_owned();
    layers.iter().for_each(|layer| text += &layer.text);
    let facts = Facts {
        device: Some(device),
        input: Some([
            input.channels * layers[0].operands,
            input.dim[0],
            input.dim[1],
        ]),
        weights: Some(
            layers
                .iter()
                .filter_map(|layer| layer.weight.clone())
                .collect(),
        ),
        flags: Some(Flags::default()),
        ..Facts::default()
    };
    let analysed = analyse(&text, &facts);
    let mut simulated = simulate(&input, &layers);
    // A layer that overwrites what it reads itself is another question: how far it lags.
    simulated.lost.retain(|&(writer, victim)| {
        layers
            .iter()
            .enumerate()
            .any(|(reader, layer)| reader > writer && layer.sources.contains(&victim))
    });
    assert_eq!(
        analysed,
        simulated,
        "seed {seed} on {}: analysis (left) and simulator (right) differ\n{text}",
        device.name()
    );
    let found = [
        !simulated.lost.is_empty(),
        !simulated.unwritten.is_empty(),
        !simulated.refused.is_empty(),
        simulated != Seen::default(),
    ];
    found.map(u64::from)
}
