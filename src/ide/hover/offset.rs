//! Offsets: what they count from, how much lies there, and where it ends.

use std::fmt::Write as _;

use crate::analysis::{Fact, Region};
use crate::map::Usage;
use crate::rules::words::{count, offset as hex};

use crate::ide::hints::extent;

use super::Analyzed;

/// About `in_offset` of a layer.
pub(super) fn reads(analyzed: &Analyzed, layer: usize) -> Option<String> {
    let memory = &analyzed.analysis.memory[layer];
    let shape = &analyzed.analysis.shapes[layer];
    let parameters = &analyzed.analysis.parameters[layer];
    let mut text = place(analyzed, memory.in_offset, &memory.reads, "reads")?;
    if let (Ok([height, width]), Ok(spread), Ok(operands), Ok(chw), Ok(bytes)) = (
        shape.in_dim,
        &memory.input_spread,
        parameters.operands,
        parameters.chw,
        memory.input_bytes,
    ) {
        let _ = write!(text, "\n\n{height} x {width} pixels");
        if chw {
            text.push_str(", four pixels of a channel a word");
        } else {
            let _ = write!(text, " x 4 bytes x {}", count(spread.passes, "pass"));
        }
        if operands > 1 {
            let _ = write!(text, " x {}", count(operands, "operand"));
        }
        let _ = write!(text, " = {}", count(bytes, "byte"));
    }
    Some(text)
}

/// About `out_offset` of a layer.
pub(super) fn writes(analyzed: &Analyzed, layer: usize) -> Option<String> {
    let memory = &analyzed.analysis.memory[layer];
    let shape = &analyzed.analysis.shapes[layer];
    let parameters = &analyzed.analysis.parameters[layer];
    let mut text = place(analyzed, memory.out_offset, &memory.writes, "writes")?;
    if let (Ok([height, width]), Ok(spread), Ok(bits), Ok(bytes)) = (
        shape.out_dim,
        &memory.output_spread,
        parameters.output_width,
        memory.output_bytes,
    ) {
        let _ = write!(
            text,
            "\n\n{height} x {width} pixels x 4 bytes x {}",
            count(spread.passes, "pass")
        );
        if bits == 32 {
            text.push_str(" x 4 for 32 bits");
        }
        let _ = write!(text, " = {}", count(bytes, "byte"));
        if let Ok(gap @ 1..) = parameters.write_gap {
            let _ = write!(text, ", with a gap of {} behind each", count(gap, "word"));
        }
    }
    Some(text)
}

/// `**reads 0x2000 to 0x3fff** of each of its instances (…)`.
fn place(
    analyzed: &Analyzed,
    offset: Fact<i64>,
    region: &Fact<Region>,
    does: &str,
) -> Option<String> {
    let offset = offset.ok()?;
    let size = analyzed.device.instance_bytes;
    let region = region
        .as_ref()
        .ok()
        .and_then(|region| extent(analyzed.device, region));
    Some(match region {
        Some((start, end)) => format!(
            "**{does} {} to {}** of its instances, up to {} % of their {} bytes",
            hex(start),
            hex(end),
            Usage::new(end.saturating_add(1), size).percent,
            hex(size)
        ),
        None => format!("**{}**: byte {offset} of its instances", hex(offset)),
    })
}
