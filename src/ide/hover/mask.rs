//! Processor masks: which processors they name, and how many are needed.

use std::fmt::Write as _;

use crate::analysis::{Fact, MaskSource, Spread};
use crate::device::{PROCESSORS, PROCESSORS_PER_INSTANCE, PROCESSORS_PER_QUADRANT, QUADRANTS};
use crate::ide::words;
use crate::network::Field;
use crate::rules::words::{count, mask as literal, processors as ranges};
use crate::text::Span;

use super::Analyzed;

/// About `processors` of a layer.
pub(super) fn processors(analyzed: &Analyzed, layer: usize) -> Vec<String> {
    let memory = &analyzed.analysis.memory[layer];
    let Some(mask) = analyzed.network.layers[layer].processors.value() else {
        return Vec::new();
    };
    let channels = analyzed.analysis.shapes[layer].stored_channels;
    let mut parts = vec![picture(mask)];
    parts.extend(arithmetic(mask, channels, &memory.input_spread, "input"));
    if analyzed.analysis.parameters[layer].chw == Ok(true) {
        parts.push("In CHW format a channel takes an instance of its own.".to_owned());
    }
    parts
}

/// About `output_processors` of a layer.
pub(super) fn output_processors(analyzed: &Analyzed, layer: usize) -> Vec<String> {
    let memory = &analyzed.analysis.memory[layer];
    let Field::Given { value: mask, .. } = analyzed.network.layers[layer].output_processors else {
        return Vec::new();
    };
    let channels = analyzed.analysis.shapes[layer].out_channels;
    let mut parts = vec![picture(mask)];
    parts.extend(arithmetic(mask, channels, &memory.output_spread, "output"));
    if let (MaskSource::OutputMap, Ok(map)) = (memory.output_map_from, memory.output_map) {
        parts.push(format!("`output_map` {} wins over it.", literal(map)));
    }
    parts
}

/// About a mask outside of the layers.
pub(super) fn written(analyzed: &Analyzed, value: Span) -> Option<String> {
    let network = &analyzed.network;
    let unload = network.unload.iter().map(|block| &block.processors);
    let buffer = network.data_buffer.iter().map(|block| &block.processors);
    let mask = unload
        .chain(buffer)
        .chain([&network.output_map])
        .find(|field| field.span() == Some(value))?;
    mask.value().map(picture)
}

/// Which processors, instances and quadrants, in words and as rows of quadrants.
fn picture(mask: u64) -> String {
    let number = i64::from(mask.count_ones());
    let quadrants: Vec<u32> = (0..QUADRANTS)
        .filter(|quadrant| {
            bits(
                mask,
                quadrant * PROCESSORS_PER_QUADRANT,
                PROCESSORS_PER_QUADRANT,
            ) != 0
        })
        .collect();
    let as_mask = |numbers: &[u32]| numbers.iter().fold(0_u64, |all, number| all | 1 << number);
    let mut text = format!(
        "**{}**: {}\n\n{} of data memory, {} {}\n\n```text\n",
        count(number, "processor"),
        ranges(mask),
        words::instances(mask),
        if quadrants.len() == 1 {
            "quadrant"
        } else {
            "quadrants"
        },
        ranges(as_mask(&quadrants)),
    );
    for quadrant in 0..QUADRANTS {
        let first = quadrant * PROCESSORS_PER_QUADRANT;
        let _ = write!(text, "quadrant {quadrant}  ");
        for processor in first..first + PROCESSORS_PER_QUADRANT {
            if processor > first && processor.is_multiple_of(PROCESSORS_PER_INSTANCE) {
                text.push(' ');
            }
            text.push(if bits(mask, processor, 1) == 1 {
                '#'
            } else {
                '.'
            });
        }
        let _ = writeln!(
            text,
            "  processors {first} to {}",
            first + PROCESSORS_PER_QUADRANT - 1
        );
    }
    text.push_str("```");
    text
}

/// `width` bits of the mask from `first` on.
fn bits(mask: u64, first: u32, width: u32) -> u64 {
    (mask >> first) & ((1 << width) - 1)
}

/// How many processors the channels need.
fn arithmetic(mask: u64, channels: Fact<i64>, spread: &Fact<Spread>, noun: &str) -> Option<String> {
    let channels = channels.ok()?;
    let has = i64::from(mask.count_ones());
    // A mask that does not fit has no spread in the analysis.
    let spread = spread
        .as_ref()
        .copied()
        .unwrap_or_else(|_| Spread::new(channels, i64::from(PROCESSORS)));
    let mut text = format!(
        "{} in {}",
        count(channels, &format!("{noun} channel")),
        count(spread.passes, "pass")
    );
    if spread.passes > 1 {
        let each = (channels + spread.passes - 1) / spread.passes;
        let _ = write!(
            text,
            ": {channels} / {PROCESSORS} rounded up is {}, {channels} / {} rounded up is {each}",
            spread.passes, spread.passes
        );
        if each != spread.processors {
            let _ = write!(text, ", to a multiple of 4 is {}", spread.processors);
        }
    }
    let _ = write!(text, ": needs {}, ", count(spread.processors, "processor"));
    if has == spread.processors {
        text.push_str("as the mask has");
    } else {
        let _ = write!(text, "but the mask has {has}");
    }
    Some(text)
}
