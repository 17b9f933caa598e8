//! The ring buffers of a network's streaming layers, as the rules of this area compare them.

use crate::analysis::{Dilation, Stream};
use crate::device::{INSTANCES, PROCESSORS_PER_INSTANCE};
use crate::diagnostic::{Finding, Severity};
use crate::network::Source;
use crate::rules::data_memory::free;
use crate::rules::{Context, Findings, words};

/// The ring buffer of one streaming layer.
pub(super) struct Ring {
    /// The layer.
    pub(super) layer: usize,
    /// Its registers.
    pub(super) stream: Stream,
    /// Byte offset of the buffer in its instances.
    pub(super) in_offset: i64,
    /// Bytes of the buffer.
    pub(super) bytes: i64,
    /// Instances that the layer reads, as a mask of 16 bits.
    pub(super) instances: u16,
    /// Bytes that the layer writes before `out_offset`.
    pub(super) out_ignore: i64,
    /// Pixels that it writes behind its output.
    pub(super) out_pad: i64,
}

/// The instances of a processor mask, as a mask of 16 bits.
pub(super) fn instances(mask: u64) -> u16 {
    (0..INSTANCES)
        .filter(|instance| mask >> (instance * PROCESSORS_PER_INSTANCE) & 0xf != 0)
        .fold(0, |instances, instance| instances | 1 << instance)
}

/// The ring buffers, in order of the layers; none where the flags rule a FIFO out.
pub(super) fn rings(cx: &Context) -> Vec<Ring> {
    let flags = &cx.analysis.flags;
    if cx.facts.flags.is_some() && !flags.any_fifo() || flags.ignore_streaming {
        return Vec::new();
    }
    let first = cx.analysis.graph.order.first().copied();
    cx.analysis
        .streams
        .iter()
        .enumerate()
        .filter_map(|(layer, stream)| {
            let stream = (*stream)?.ok()?;
            let memory = &cx.analysis.memory[layer];
            let hardware = cx.analysis.hardware[layer].ok()?;
            let mut processors = memory.processors.ok()?;
            if flags.fast_fifo_quad && first == Some(layer) {
                // Each quadrant has its copy of the input.
                processors |= processors << 16 | processors << 32 | processors << 48;
            }
            Some(Ring {
                layer,
                stream,
                in_offset: memory.in_offset.ok()?,
                bytes: stream.rollover * 4,
                instances: instances(processors),
                out_ignore: match hardware.dilation {
                    Dilation::Folded => hardware.out_ignore,
                    _ => 0,
                },
                out_pad: hardware.out_pad,
            })
        })
        .collect()
}

impl Ring {
    /// `in_offset` and `out_offset`, where the layer reads and writes common processors.
    pub(super) fn shared_offsets(&self, cx: &Context) -> Option<(i64, i64)> {
        let memory = &cx.analysis.memory[self.layer];
        let shared = memory.processors.ok()? & memory.output_map.ok()?;
        Some((self.in_offset, memory.out_offset.ok()?)).filter(|_| shared != 0)
    }

    /// How large the buffer is, in words.
    pub(super) fn arithmetic(&self) -> String {
        format!(
            "the ring buffer of layer {} takes {} ({} words of 4 bytes) from {} on",
            self.layer,
            words::count(self.bytes, "byte"),
            self.stream.rollover,
            words::offset(self.in_offset)
        )
    }

    /// Without known flags a finding on buffers is advice.
    pub(super) fn judge(&self, cx: &Context, finding: Finding) -> Finding {
        match &cx.facts.flags {
            None => finding.severity(Severity::Information),
            Some(flags) if flags.no_error_stop => finding.severity(Severity::Warning),
            Some(_) => finding,
        }
    }

    /// Like [`Self::judge`], where `--overlap-data` allows what is found.
    pub(super) fn judge_overlap(&self, cx: &Context, finding: Finding) -> Finding {
        match &cx.facts.flags {
            Some(flags) if flags.overlap_data => finding.severity(Severity::Warning),
            _ => self.judge(cx, finding),
        }
    }
}

/// Adds moves of the output of a layer, or of what these layers read.
pub(super) fn with_moves(
    cx: &Context,
    finding: Finding,
    writer: Option<usize>,
    readers: &[usize],
) -> Finding {
    let read = read_by(cx, readers);
    let sources: Vec<Source> = writer.map(Source::Layer).into_iter().chain(read).collect();
    free::with_moves(cx, finding, &sources)
}

/// What these layers read first.
pub(super) fn read_by(cx: &Context, readers: &[usize]) -> Vec<Source> {
    let read = readers.iter().filter_map(|&reader| {
        let inputs = cx.analysis.graph.inputs.get(reader)?;
        inputs.first()?.source.ok()
    });
    read.collect()
}

/// A finding at what says where the buffer lies: the layer's `in_offset`, or its producer's
/// `out_offset`.
pub(super) fn at_input(cx: &Context, out: &Findings, ring: &Ring, message: String) -> Finding {
    let layer = &cx.network.layers[ring.layer];
    let producer = cx.analysis.graph.previous[ring.layer];
    match (layer.in_offset.span(), producer) {
        (None, Some(producer)) => {
            let before = &cx.network.layers[producer];
            out.new_finding(
                before.out_offset.span().unwrap_or(before.head),
                producer,
                message,
            )
            .related(layer.head, ring.layer, "this layer reads the ring buffer")
        }
        (span, _) => out.new_finding(span.unwrap_or(layer.head), ring.layer, message),
    }
}
