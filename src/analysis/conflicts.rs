//! Who writes over what somebody still needs.

use crate::facts::Facts;
use crate::network::Source;

use super::fact::Fact;
use super::graph::{Graph, Next};
use super::memory::{Memory, written_by};
use super::parameters::Parameters;
use super::region::Region;
use super::shapes::Shape;
use super::streaming::Stream;

/// What kind of harm a write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConflictKind {
    /// The vendor's tool refuses it: the word holds the output of the layer that ran just before,
    /// of an output layer, or the network's input.
    Protected,
    /// A layer that runs later still reads the word as another layer's output.
    StillNeeded,
    /// The layer itself still reads the word while it writes.
    InPlace,
    /// A later layer reads the network's input again.
    InputStillNeeded,
    /// The first layer writes over the input that a FIFO fills, which the vendor's tool does not
    /// protect.
    FifoInput,
    /// The word holds the output of a stream, which the vendor's tool does not protect.
    StreamTail,
}

/// A word that is written while somebody else needs what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What kind.
    pub kind: ConflictKind,
    /// The layer that writes.
    pub writer: usize,
    /// Whose data is lost.
    pub victim: Source,
    /// A layer that needs the data.
    pub reader: Option<usize>,
    /// The lowest such word.
    pub word: i64,
    /// Whether the data is lost for certain. A write in place can be doubtful: it may stay behind
    /// the reading, depending on what the hardware has buffered. What the vendor's tool protects
    /// may be needed by nobody.
    pub certain: bool,
}

/// How a layer that writes over its own input keeps behind what it still reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lag {
    /// Nothing is overwritten that any later output pixel's window covers.
    Safe,
    /// It holds only if the hardware keeps the rows of the window and reads each pixel once.
    Doubtful,
    /// Pixels are overwritten that no window has covered yet.
    Lost,
}

/// Where the search looks.
pub(super) struct Conflicts<'a> {
    pub(super) facts: &'a Facts,
    pub(super) graph: &'a Graph,
    pub(super) parameters: &'a [Parameters],
    pub(super) shapes: &'a [Shape],
    pub(super) memories: &'a [Memory],
    pub(super) input: &'a Fact<Region>,
    pub(super) streams: &'a [Option<Fact<Stream>>],
}

impl Conflicts<'_> {
    /// All conflicts, in order of execution of the writers.
    pub(super) fn find(&self) -> Vec<Conflict> {
        let mut found = self.protected();
        found.extend(self.fifo_input());
        self.still_needed(&mut found);
        found.sort_by_key(|conflict| self.graph.time(conflict.writer));
        found
    }

    /// What a layer writes, unless it streams: then words are written and read in turns.
    fn writes(&self, layer: usize) -> Option<&Region> {
        match self.parameters[layer].streaming {
            Ok(false) => self.memories[layer].writes.as_ref().ok(),
            _ => None,
        }
    }

    /// Whether the layer is the last of a stream.
    fn ends_stream(&self, layer: usize) -> bool {
        matches!(self.streams[layer], Some(Ok(stream)) if stream.last)
    }

    /// The vendor's own check (`unload.py`, `backend/max7800x.py`): the words of the layer just
    /// before, of output layers, and of the input.
    fn protected(&self) -> Vec<Conflict> {
        let mut found = Vec::new();
        let checks = self
            .facts
            .flags
            .as_ref()
            .is_none_or(|flags| !flags.overlap_data && !flags.no_kat);
        let mut protected: Vec<(Source, &Region)> = match self.input {
            Ok(region) => vec![(Source::Input, region)],
            Err(_) => Vec::new(),
        };
        let mut outputs: Vec<(Source, &Region)> = Vec::new();
        for &layer in &self.graph.order {
            let written = self.writes(layer);
            if let Some(region) = written.filter(|_| checks) {
                for &(victim, held) in &protected {
                    found.extend(self.protected_conflict(layer, region, victim, held));
                }
            }
            let own = written.map(|region| (Source::Layer(layer), region));
            let streams_next = matches!(self.graph.next[layer], Next::Layer(next)
                if self.parameters.get(next).is_some_and(|next| next.streaming == Ok(true)));
            if streams_next {
                protected.extend(own);
            } else if self.parameters[layer].output == Ok(true) {
                outputs.extend(own);
                protected = outputs.clone();
            } else {
                protected = outputs.clone();
                protected.extend(own);
            }
        }
        found
    }

    fn protected_conflict(
        &self,
        writer: usize,
        written: &Region,
        victim: Source,
        held: &Region,
    ) -> Option<Conflict> {
        let first = written.first_common(held)?;
        let is_output = matches!(victim, Source::Layer(layer)
            if self.parameters[layer].output == Ok(true));
        // The first who reads one of the words, the writer itself last.
        let lost = |reader: usize| {
            let reads = self.memories[reader].reads.as_ref().ok()?;
            Some((reader, written.first_common_of_three(held, reads)?))
        };
        let later = self
            .graph
            .readers(victim)
            .filter(|&reader| self.graph.time(reader) > self.graph.time(writer))
            .find_map(lost);
        let own = self
            .graph
            .readers(victim)
            .find(|&reader| reader == writer)
            .and_then(lost);
        let (reader, word) = later.or(own).unzip();
        Some(Conflict {
            kind: ConflictKind::Protected,
            writer,
            victim,
            reader,
            word: word.unwrap_or(first),
            certain: is_output
                || later.is_some()
                || (own.is_some() && self.lag(writer) == Ok(Lag::Lost)),
        })
    }

    /// A first layer that takes its input from a FIFO without streaming has it in its data memory
    /// all the same.
    fn fifo_input(&self) -> Option<Conflict> {
        let layer = *self.graph.order.first()?;
        if !self.facts.flags.as_ref()?.any_fifo() {
            return None;
        }
        let reads = self.memories[layer].reads.as_ref().ok()?;
        let word = self.writes(layer)?.first_common(reads)?;
        let lag = self.lag(layer).unwrap_or(Lag::Doubtful);
        (lag != Lag::Safe).then_some(Conflict {
            kind: ConflictKind::FifoInput,
            writer: layer,
            victim: Source::Input,
            reader: Some(layer),
            word,
            certain: lag == Lag::Lost,
        })
    }

    /// Data of any earlier layer, or the input, that is overwritten before its last reader.
    fn still_needed(&self, found: &mut Vec<Conflict>) {
        for (time, &reader) in self.graph.order.iter().enumerate() {
            let Ok(reads) = &self.memories[reader].reads else {
                continue;
            };
            if self.parameters[reader].streaming != Ok(false) {
                continue;
            }
            for input in &self.graph.inputs[reader] {
                let Ok(victim) = input.source else { continue };
                let Ok(held) = written_by(self.memories, self.input, victim) else {
                    continue;
                };
                let mut streamed = false;
                let made = match victim {
                    Source::Layer(layer) => {
                        streamed = self.parameters[layer].streaming == Ok(true);
                        match self.graph.time(layer) {
                            // Inside a stream, words are written and read in turns.
                            Some(made) if !streamed || self.ends_stream(layer) => made + 1,
                            _ => continue,
                        }
                    }
                    _ => 0,
                };
                for &writer in self.graph.order.get(made..=time).unwrap_or_default() {
                    let Some(written) = self.writes(writer) else {
                        continue;
                    };
                    // One finding a writer and tensor; a reader that surely loses data says more
                    // than the writer's own reading.
                    let known = found.iter().position(|conflict| {
                        conflict.writer == writer && conflict.victim == victim
                    });
                    let replaced = known
                        .filter(|&at| found[at].kind == ConflictKind::InPlace && writer != reader);
                    if known.is_some() && replaced.is_none() {
                        continue;
                    }
                    let Some(word) = written.first_common_of_three(held, reads) else {
                        continue;
                    };
                    let lag = if writer == reader {
                        self.lag(reader).unwrap_or(Lag::Doubtful)
                    } else {
                        Lag::Lost
                    };
                    if lag == Lag::Safe {
                        continue;
                    }
                    let kind = if streamed {
                        ConflictKind::StreamTail
                    } else if writer == reader {
                        ConflictKind::InPlace
                    } else if victim == Source::Input {
                        ConflictKind::InputStillNeeded
                    } else {
                        ConflictKind::StillNeeded
                    };
                    let conflict = Conflict {
                        kind,
                        writer,
                        victim,
                        reader: Some(reader),
                        word,
                        certain: lag == Lag::Lost,
                    };
                    match replaced {
                        Some(at) => found[at] = conflict,
                        None => found.push(conflict),
                    }
                }
            }
        }
    }

    /// Follows the output pixels of a layer that writes over its input, in raster order.
    fn lag(&self, layer: usize) -> Fact<Lag> {
        let (parameters, shape, memory) = (
            &self.parameters[layer],
            &self.shapes[layer],
            &self.memories[layer],
        );
        let (pad, kernel) = (parameters.pad?, parameters.kernel?);
        let (stride, pool) = (parameters.pool_stride?, parameters.pool?);
        let [in_height, in_width] = shape.in_dim?;
        let [out_height, out_width] = shape.out_dim?;
        let pixel_words =
            memory.input_spread?.passes * parameters.operands? * (parameters.read_gap? + 1);
        let chw = parameters.chw?;
        let out_words = memory.output_spread?.passes * parameters.output_width? / 8
            * (parameters.write_gap? + 1);
        let (in_start, out_start) = (memory.in_offset? / 4, memory.out_offset? / 4);
        let word_of = |row: i64, column: i64| {
            let pixel = row * in_width + column;
            in_start + if chw { pixel / 4 } else { pixel * pixel_words }
        };
        let in_end = word_of(in_height, 0);
        // The first and the last input word that the window of an output pixel covers.
        let first = |row: i64, column: i64| {
            word_of(
                (row - pad[0]).max(0) * stride[0],
                (column - pad[1]).max(0) * stride[1],
            )
        };
        let last = |row: i64, column: i64| {
            let side = |i: usize, at: i64, length: i64| {
                ((at + kernel[i] - 1 - pad[i]).max(0) * stride[i] + pool[i] - 1).min(length - 1)
            };
            word_of(side(0, row, in_height), side(1, column, in_width)) + pixel_words - 1
        };
        let mut lag = Lag::Safe;
        for row in 0..out_height {
            for column in 0..out_width {
                let written = out_start + (row * out_width + column + 1) * out_words - 1;
                if written < in_start || written >= in_end {
                    continue;
                }
                if written > last(row, column) {
                    return Ok(Lag::Lost);
                }
                let mut needed = i64::MAX;
                if column + 1 < out_width {
                    needed = needed.min(first(row, column + 1));
                }
                if row + 1 < out_height {
                    needed = needed.min(first(row + 1, 0));
                }
                if written >= needed {
                    lag = Lag::Doubtful;
                }
            }
        }
        Ok(lag)
    }
}
