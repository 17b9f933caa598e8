//! The map as text: 16 instances across, addresses upward, at most 80 columns and 10 rows a layer.

use std::fmt::Write as _;

use crate::device::{Device, INSTANCES, INSTANCES_PER_QUADRANT};

use super::{MemoryMap, Role, Step, Tensor};

/// The most rows of cells a layer, folded ones not counted.
const ROWS: i64 = 8;
/// Columns of a line.
const WIDTH: usize = 80;
/// Where the legend starts.
const LEGEND: usize = 46;

/// Draws the steps of the map, or only that of one layer, and the summary of the run.
pub fn text(map: &MemoryMap, device: &'static Device, only: Option<usize>) -> String {
    let mut out = String::new();
    for step in map
        .steps
        .iter()
        .filter(|step| only.is_none_or(|layer| step.layer == layer))
    {
        draw(&mut out, map, device, step);
        out.push('\n');
    }
    summary(&mut out, map);
    out
}

fn draw(out: &mut String, map: &MemoryMap, device: &'static Device, step: &Step) {
    let shape = |numbers: Option<String>| numbers.unwrap_or_else(|| "?".to_owned());
    let input = shape(
        step.input
            .map(|[operands, channels, height, width]| match operands {
                1 => format!("{channels}x{height}x{width}"),
                _ => format!("{operands} x {channels}x{height}x{width}"),
            }),
    );
    let output = shape(
        step.output
            .map(|[channels, height, width]| format!("{channels}x{height}x{width}")),
    );
    let name = step
        .name
        .as_ref()
        .map(|name| format!(" {name}"))
        .unwrap_or_default();
    let head = format!(
        "layer {}{name}  {}   {input} -> {output}",
        step.layer, step.operation
    );
    let data = format!("data {} %", percent(step.used_bytes, map.instance_bytes));
    let _ = writeln!(
        out,
        "{head:<width$}  {data}",
        width = WIDTH.saturating_sub(data.len() + 2)
    );

    let header: String = (0..INSTANCES)
        .map(|instance| format!("{}{instance:x} ", quadrant_gap(instance)))
        .collect();
    let _ = writeln!(out, "      {}", header.trim_end());

    let letters = letters(&step.tensors);
    let mut legend = legend(step, &letters).into_iter();
    let rows = rows(map.instance_bytes);
    let mut lines: Vec<(String, String)> = Vec::new();
    for row in (0..map.instance_bytes / rows).rev() {
        let (start, end) = (row * rows, (row + 1) * rows);
        let cells: String = (0..INSTANCES)
            .map(|instance| {
                format!(
                    "{}{} ",
                    quadrant_gap(instance),
                    cell(device, step, &letters, instance, start, end)
                )
            })
            .collect();
        match lines.last_mut() {
            // Equal rows are folded, the label is that of the lowest.
            Some((label, above)) if *above == cells && lines_may_fold(&cells) => {
                *label = format!("{start:04x}");
            }
            _ => lines.push((format!("{start:04x}"), cells)),
        }
    }
    for (label, cells) in lines {
        let line = format!("{label:<6}{}", cells.trim_end());
        match legend.next() {
            Some(text) => {
                let _ = writeln!(out, "{line:<LEGEND$}  {text}");
            }
            None => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    for text in legend {
        let _ = writeln!(out, "{:LEGEND$}  {text}", "");
    }
    if !step.complete {
        let _ = writeln!(out, "      some of this layer's memory is unknown or wrong");
    }
}

/// Only empty rows are folded: the height of the others carries meaning.
fn lines_may_fold(cells: &str) -> bool {
    cells.chars().all(|cell| matches!(cell, '.' | ' '))
}

fn quadrant_gap(instance: u32) -> &'static str {
    if instance > 0 && instance.is_multiple_of(INSTANCES_PER_QUADRANT) {
        "  "
    } else {
        ""
    }
}

/// Bytes of a row: the smallest power of two, at least 0x400, that gives at most 8 rows.
fn rows(instance_bytes: i64) -> i64 {
    let mut rows = 0x400;
    while instance_bytes / rows > ROWS {
        rows *= 2;
    }
    rows
}

/// The letter of each tensor: `r` for what is read, `W` for what is written, `a`, `b` … for others.
fn letters(tensors: &[Tensor]) -> Vec<char> {
    let mut others = ('a'..='z').filter(|letter| !matches!(letter, 'r' | 'w' | 'x'));
    tensors
        .iter()
        .map(|tensor| match tensor.role {
            Role::Reads => 'r',
            Role::Writes => 'W',
            Role::Live => others.next().unwrap_or('o'),
        })
        .collect()
}

fn cell(
    device: &'static Device,
    step: &Step,
    letters: &[char],
    instance: u32,
    start: i64,
    end: i64,
) -> char {
    let conflict = step
        .conflicts
        .iter()
        .any(|spot| spot.instance == instance && start <= spot.offset && spot.offset < end);
    if conflict {
        return '#';
    }
    let here: Vec<char> = step
        .tensors
        .iter()
        .zip(letters)
        .filter(|(tensor, _)| tensor.touches(device, instance, start, end))
        .map(|(_, &letter)| letter)
        .collect();
    match here[..] {
        [] => '.',
        [one] => one,
        // Operands of one layer lie word by word beside each other.
        [first, ..] if here.iter().all(|&letter| letter == first) => 'x',
        // The cell is too coarse to show both; what is written matters most.
        _ if here.contains(&'W') => 'W',
        [first, ..] => first,
    }
}

fn legend(step: &Step, letters: &[char]) -> Vec<String> {
    let mut lines = Vec::new();
    let reads: Vec<&Tensor> = step
        .tensors
        .iter()
        .filter(|tensor| tensor.role == Role::Reads)
        .collect();
    if let Some(first) = reads.first() {
        let letter = if reads.len() > 1 { 'x' } else { 'r' };
        let makers: Vec<String> = reads.iter().map(|tensor| maker(tensor)).collect();
        let mut span = extent(first);
        for tensor in &reads {
            let (start, end) = extent(tensor);
            span = (span.0.min(start), span.1.max(end));
        }
        lines.push(format!("{letter}  reads {:04x}-{:04x}", span.0, span.1));
        lines.push(format!("   from {}", makers.join(" and ")));
    }
    for (tensor, letter) in step.tensors.iter().zip(letters) {
        let (start, end) = extent(tensor);
        match tensor.role {
            Role::Reads => {}
            Role::Writes => lines.push(format!("W  writes {start:04x}-{end:04x}")),
            Role::Live => {
                let until = match tensor.needed_until {
                    Some(layer) => format!("for layer {layer}"),
                    None => "an output".to_owned(),
                };
                lines.push(format!(
                    "{letter}  {start:04x}-{end:04x} {}, {until}",
                    maker(tensor)
                ));
            }
        }
    }
    if let Some(spot) = step.conflicts.first() {
        lines.push(format!("#  overwritten at {:04x}", spot.offset));
    }
    lines
}

fn maker(tensor: &Tensor) -> String {
    match tensor.layer {
        Some(layer) => format!("layer {layer}"),
        None => "input".to_owned(),
    }
}

fn extent(tensor: &Tensor) -> (i64, i64) {
    let starts = tensor.ranges.iter().map(|range| range.start).min();
    let ends = tensor.ranges.iter().map(|range| range.end).max();
    (starts.unwrap_or(0), ends.unwrap_or(0))
}

fn summary(out: &mut String, map: &MemoryMap) {
    let peak = map.peak_bytes.iter().max().copied().unwrap_or(0);
    let _ = writeln!(
        out,
        "{} layers on a {}; data memory: {peak} of {} bytes of the fullest instance ({} %)",
        map.steps.len(),
        map.device,
        map.instance_bytes,
        percent(peak, map.instance_bytes)
    );
    let _ = writeln!(out, "peak bytes an instance:");
    for (quadrant, peaks) in map
        .peak_bytes
        .chunks(INSTANCES_PER_QUADRANT as usize)
        .enumerate()
    {
        let peaks: Vec<String> = peaks.iter().map(|peak| format!("{peak:>6}")).collect();
        let _ = writeln!(out, "  quadrant {quadrant}: {}", peaks.join(" "));
    }
}

fn percent(part: i64, whole: i64) -> i64 {
    (part * 100 + whole - 1) / whole.max(1)
}
