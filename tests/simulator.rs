//! The lifetime analysis against a simulator that knows nothing of it.
//!
//! Random small networks are run word by word: every write tags a word with its tensor, every read
//! looks at what it finds. The simulator works from the numbers that made the network, with an
//! address of its own for every single value; the analysis works from the text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ai8x_lint::analysis::{Analysis, ConflictKind, Missing};
use ai8x_lint::device::DeviceId;
use ai8x_lint::facts::{Facts, Flags, Weight};
use ai8x_lint::network::{self, Source};
use ai8x_lint::yaml;

const NETWORKS: u64 = 10_000;

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

/// The words of a tensor, value by value. `operand` of `operands` take turns; `reading` leaves out
/// no channel but packs nothing.
fn words(tensor: &Tensor, operands: i64) -> BTreeSet<Word> {
    let lanes: Vec<u32> = (0..64).filter(|bit| tensor.mask >> bit & 1 == 1).collect();
    let (passes, processors) = spread(tensor.channels);
    let size = tensor.width / 8;
    let mut found = BTreeSet::new();
    for pixel in 0..tensor.dim[0] * tensor.dim[1] {
        for channel in 0..tensor.channels {
            let (pass, index) = (channel / processors, channel % processors);
            let processor = lanes[index as usize];
            let instance = processor / 4;
            for operand in 0..operands {
                let slot = (pixel * passes + pass) * operands + operand;
                let mut word = tensor.offset / 4 + slot * size * (tensor.gap + 1);
                if size == 4 {
                    // Wide values take a word each, packed in order of the lanes.
                    let first = lanes
                        .iter()
                        .position(|lane| lane / 4 == instance)
                        .unwrap_or(0);
                    word += index - first as i64;
                }
                found.insert((instance, word));
            }
        }
    }
    found
}

fn random_network(random: &mut Random, device: DeviceId) -> (Tensor, Vec<Layer>) {
    const CHANNELS: [i64; 9] = [1, 2, 3, 4, 6, 8, 17, 65, 70];
    let input = Tensor {
        channels: random.pick(&CHANNELS),
        dim: [2 + random.below(4) as i64, 2 + random.below(4) as i64],
        mask: 0,
        offset: 0,
        gap: 0,
        width: 8,
    };
    let mut tensors = vec![input.clone()];
    let mut layers = Vec::new();
    for index in 0..2 + random.below(5) {
        // What it reads: the one before, an older one, two to add, or two to join.
        let newest = tensors.len() - 1;
        let first = if random.chance(60) {
            newest
        } else {
            random.below(newest + 1)
        };
        let alike: Vec<usize> = (1..=newest)
            .filter(|&other| {
                other != first
                    && first != 0
                    && tensors[other].channels == tensors[first].channels
                    && tensors[other].dim == tensors[first].dim
            })
            .collect();
        let second = (!alike.is_empty() && random.chance(70)).then(|| random.pick(&alike));
        let add = second.is_some() && random.chance(50);
        let sources: Vec<usize> = [Some(first), second].into_iter().flatten().collect();
        let explicit = index > 0 && (first != newest || second.is_some() || random.chance(30));
        let operands = if add { 2 } else { 1 };
        let stored = if add || second.is_none() {
            tensors[first].channels
        } else {
            2 * tensors[first].channels
        };
        let mut mask = tensors[first].mask;
        if i64::from(mask.count_ones()) != spread(stored).1 || random.chance(8) {
            mask = random_mask(random, stored);
        }
        let dim = tensors[first].dim;
        let read_gap = if device == DeviceId::Max78002 && stored <= 64 && random.chance(15) {
            1
        } else {
            0
        };
        let reads = Tensor {
            channels: stored,
            dim,
            mask,
            offset: if index == 0 {
                0
            } else if random.chance(90) {
                tensors[first].offset
            } else {
                4 * random.below(64) as i64
            },
            gap: read_gap,
            width: 8,
        };
        let pools = dim[0] >= 2 && dim[1] >= 2 && random.chance(25);
        let out_dim = if pools { [dim[0] / 2, dim[1] / 2] } else { dim };
        let convolves = !add && random.chance(70);
        let channels = if convolves {
            random.pick(&CHANNELS)
        } else {
            stored
        };
        let writes = Tensor {
            channels,
            dim: out_dim,
            mask: if convolves {
                random_mask(random, channels)
            } else {
                packed_mask(random, mask)
            },
            offset: 4 * random.below(160) as i64,
            gap: random.pick(&[0, 0, 0, 0, 0, 0, 1, 2, 3]),
            width: if convolves && random.chance(10) {
                32
            } else {
                8
            },
        };
        let output = random.chance(5);
        let mut text = format!(
            "  - processors: 0x{mask:016x}\n    output_processors: 0x{:016x}\n    out_offset: {}\n",
            writes.mask, writes.offset
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
        text += match (add, convolves) {
            (true, _) => "    op: add\n",
            (_, true) => "    op: conv2d\n    kernel_size: 1x1\n    pad: 0\n",
            _ => "    op: passthrough\n",
        };
        if pools {
            text += "    max_pool: 2\n    pool_stride: 2\n";
        }
        if writes.gap > 0 {
            let _ = writeln!(text, "    write_gap: {}", writes.gap);
        }
        if read_gap > 0 {
            let _ = writeln!(text, "    read_gap: {read_gap}");
        }
        if writes.width == 32 {
            text += "    output_width: 32\n";
        }
        if output {
            text += "    output: true\n";
        }
        layers.push(Layer {
            text,
            sources: if explicit { sources } else { vec![newest] },
            reads,
            operands,
            writes: writes.clone(),
            output,
            weight: convolves.then(|| Weight {
                in_channels: stored,
                out_channels: channels,
                kernel: vec![1, 1],
                bits: Some(8),
                bias: Some(false),
                groups: None,
            }),
        });
        tensors.push(writes);
    }
    // The loader fills what the first layer reads.
    let first = &layers[0].reads;
    (first.clone(), layers)
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
    // Who wrote each word, in order; 0 is the input loader, n is layer n - 1.
    let mut history: BTreeMap<Word, Vec<usize>> = BTreeMap::new();
    let mut written: Vec<BTreeSet<Word>> = vec![words(input, layers[0].operands)];
    let mut protected: BTreeMap<Word, BTreeSet<usize>> = BTreeMap::new();
    let mut outputs: BTreeMap<Word, BTreeSet<usize>> = BTreeMap::new();
    for word in &written[0] {
        history.insert(*word, vec![0]);
        protected.insert(*word, BTreeSet::from([0]));
    }
    for (index, layer) in layers.iter().enumerate() {
        let reads = words(&layer.reads, layer.operands);
        for word in &reads {
            let Some(writers) = history.get(word) else {
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
        for word in &own {
            for &tensor in protected.get(word).into_iter().flatten() {
                seen.refused.insert((index, tensor));
            }
            history.entry(*word).or_default().push(index + 1);
        }
        let add = |map: &mut BTreeMap<Word, BTreeSet<usize>>| {
            for word in &own {
                map.entry(*word).or_default().insert(index + 1);
            }
        };
        if layer.output {
            add(&mut outputs);
            protected = outputs.clone();
        } else {
            protected = outputs.clone();
            add(&mut protected);
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
fn analyse(text: &str, facts: &Facts) -> (Seen, bool) {
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
    let known = analysis
        .memory
        .iter()
        .all(|memory| memory.reads.is_ok() && memory.writes.is_ok());
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
    if !known {
        for memory in &analysis.memory {
            for missing in [memory.reads.as_ref().err(), memory.writes.as_ref().err()] {
                assert!(
                    !matches!(missing, Some(Missing::Unknown)),
                    "everything is given, but something is unknown:\n{text}"
                );
            }
        }
    }
    (seen, known)
}

#[test]
fn agrees_on_random_networks() {
    let mut compared = 0;
    let mut with = [0; 3];
    for seed in 0..NETWORKS {
        let mut random = Random(seed);
        let device = random.pick(&DeviceId::ALL);
        let (input, layers) = random_network(&mut random, device);
        let mut text = "arch: simulated\ndataset: simulated\nlayers:\n".to_owned();
        layers.iter().for_each(|layer| text += &layer.text);
        let facts = Facts {
            model: None,
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
        };
        let (analysed, known) = analyse(&text, &facts);
        if !known {
            // Some rule reports the network as wrong by itself (a wide output that is read, values
            // that do not fit): nothing to compare.
            continue;
        }
        compared += 1;
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
        with[0] += usize::from(!simulated.lost.is_empty());
        with[1] += usize::from(!simulated.unwritten.is_empty());
        with[2] += usize::from(!simulated.refused.is_empty());
    }
    println!(
        "{compared} of {NETWORKS} networks compared: {} lose data, {} read what nobody wrote, {} are \
         refused",
        with[0], with[1], with[2]
    );
    // The networks must exercise both outcomes of every question.
    assert!(compared > NETWORKS * 3 / 10);
    assert!(
        with.iter()
            .all(|&count| count > 100 && count < compared as usize - 500)
    );
}
