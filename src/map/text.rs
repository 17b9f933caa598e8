//! The map as text: 16 instances across, addresses upward, at most 80 columns and 10 rows a layer.

use std::fmt::Write as _;

use crate::device::{Device, INSTANCES, INSTANCES_PER_QUADRANT};

use super::{MemoryMap, Replaced, Role, Step, Tensor, Usage};

/// The most rows of cells a layer, folded ones not counted.
const ROWS: i64 = 8;
/// Columns of a line.
const WIDTH: usize = 80;
/// Columns of the cells, before the legend.
const CELLS: usize = 44;
/// Columns of the legend.
const LEGEND_WIDTH: usize = WIDTH - CELLS - 2;

/// Draws the steps of the map, or only that of one layer, and what the run takes of the chip.
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
    if only.is_none() {
        costs(&mut out, map);
        out.push('\n');
    }
    budget(&mut out, map);
    out
}

/// Draws what lies in memory while a layer runs; none for a layer that does not.
pub fn layer_text(map: &MemoryMap, device: &'static Device, layer: usize) -> Option<String> {
    let step = map.steps.iter().find(|step| step.layer == layer)?;
    let mut out = String::new();
    draw(&mut out, map, device, step);
    Some(out)
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
    let sizes = format!("{input} -> {output}");
    let mut fill = if step.used_bytes == 0 && !step.complete {
        "data unknown".to_owned()
    } else {
        let share = Usage::new(step.used_bytes, map.instance_bytes);
        format!("data {} %", share.percent)
    };
    if let Some(rows) = step.cost.kernel_rows {
        let share = Usage::new(rows, device.kernel_words as i64);
        let _ = write!(fill, "  kernels {} %", share.percent);
    }
    let width = WIDTH.saturating_sub(fill.len() + 2);
    let head = head(step, &sizes, width);
    let _ = writeln!(out, "{head:<width$}  {fill}");

    let header: String = (0..INSTANCES)
        .map(|instance| format!("{}{instance:x} ", quadrant_gap(instance)))
        .collect();
    let _ = writeln!(out, "      {}", header.trim_end());

    let letters = letters(&step.tensors);
    let mut legend = legend(map, step, &letters).into_iter();
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
                let _ = writeln!(out, "{line:<CELLS$}  {text}");
            }
            None => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    for text in legend {
        let _ = writeln!(out, "{:CELLS$}  {text}", "");
    }
}

/// What a layer is, in at most `width` columns: without its name, and its operation cut, where they
/// are too long.
fn head(step: &Step, sizes: &str, width: usize) -> String {
    let (number, operation) = (step.layer, &step.operation);
    let fits = |head: &String| head.chars().count() <= width;
    let named = step
        .name
        .as_ref()
        .map(|name| format!("layer {number} {name}  {operation}   {sizes}"));
    let plain = format!("layer {number}  {operation}   {sizes}");
    named
        .filter(fits)
        .or(Some(plain).filter(fits))
        .unwrap_or_else(|| {
            let rest = format!("layer {number}  ...  {sizes}").chars().count();
            let start: String = operation.chars().take(width.saturating_sub(rest)).collect();
            format!("layer {number}  {start}...  {sizes}")
        })
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

/// The letter of each tensor: `r` for what is read, `x` where operands take turns, `W` for what is
/// written, `a`, `b` … for others.
fn letters(tensors: &[Tensor]) -> Vec<char> {
    let read = if interleaved(tensors) { 'x' } else { 'r' };
    let mut others = ('a'..='z').filter(|letter| !matches!(letter, 'r' | 'w' | 'x'));
    tensors
        .iter()
        .map(|tensor| match tensor.role {
            Role::Reads => read,
            Role::Writes => 'W',
            Role::Live => others.next().unwrap_or('o'),
        })
        .collect()
}

/// Whether the operands lie word by word beside each other.
pub(super) fn interleaved(tensors: &[Tensor]) -> bool {
    let reads = |tensor: &&Tensor| tensor.role == Role::Reads;
    let meet = |first: &Tensor, second: &Tensor| {
        first.ranges.iter().any(|one| {
            second.ranges.iter().any(|other| {
                one.instance == other.instance && one.start <= other.end && other.start <= one.end
            })
        })
    };
    tensors
        .iter()
        .enumerate()
        .filter(|(_, tensor)| reads(tensor))
        .any(|(at, first)| {
            tensors[at + 1..]
                .iter()
                .filter(reads)
                .any(|second| meet(first, second))
        })
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
        // The cell is too coarse to show both; what is written matters most.
        _ if here.contains(&'W') => 'W',
        [first, ..] => first,
    }
}

/// What the letters mean, in lines of at most [`LEGEND_WIDTH`] columns.
fn legend(map: &MemoryMap, step: &Step, letters: &[char]) -> Vec<String> {
    let mut lines = Vec::new();
    let reads: Vec<&Tensor> = step
        .tensors
        .iter()
        .filter(|tensor| tensor.role == Role::Reads)
        .collect();
    if !reads.is_empty() {
        let (letter, order) = if interleaved(&step.tensors) {
            ('x', ", alternate words")
        } else {
            ('r', "")
        };
        let start = reads.iter().map(|tensor| extent(tensor).0).min();
        let end = reads.iter().map(|tensor| extent(tensor).1).max();
        lines.push(format!(
            "{letter}  reads {}",
            span((start.unwrap_or(0), end.unwrap_or(0)))
        ));
        let makers: Vec<String> = reads.iter().map(|tensor| maker(tensor.layer)).collect();
        wrap(&mut lines, &format!("of {}{order}", list(&makers)));
    }
    for (tensor, letter) in step.tensors.iter().zip(letters) {
        let place = span(extent(tensor));
        match tensor.role {
            Role::Reads => {}
            Role::Writes => {
                lines.push(format!("{letter}  writes {place}"));
                if let Some(replaced) = step.replaces {
                    wrap(&mut lines, &was(step, replaced));
                }
            }
            Role::Live => {
                let until = match tensor.needed_until {
                    Some(layer) => format!("for layer {layer}"),
                    None => "an output".to_owned(),
                };
                let line = format!("{letter}  {place} {} {until}", maker(tensor.layer));
                if line.len() <= LEGEND_WIDTH {
                    lines.push(line);
                } else {
                    lines.push(format!("{letter}  {place} {}", maker(tensor.layer)));
                    wrap(&mut lines, &until);
                }
            }
        }
    }
    if let Some(spot) = step.conflicts.first() {
        lines.push(format!(
            "#  overwritten: {:04x}, instance {:x}",
            spot.offset, spot.instance
        ));
    }
    let free = free(map, step);
    if step.complete && !free.is_empty() {
        let free: Vec<String> = free.into_iter().map(span).collect();
        wrap(&mut lines, &format!("free {} everywhere", free.join(", ")));
    }
    let incomplete = !step.complete;
    let most = ROWS as usize - usize::from(incomplete);
    if lines.len() > most {
        lines.truncate(most - 1);
        lines.push("   ...".to_owned());
    }
    if incomplete {
        lines.push("?  a part is unknown or wrong".to_owned());
    }
    lines
}

fn was(step: &Step, replaced: Replaced) -> String {
    let made = maker(replaced.layer);
    match replaced.last_read_by {
        Some(layer) if layer == step.layer => format!("over {made}, which it reads"),
        Some(layer) => format!("held {made} until layer {layer}"),
        None => format!("was {made}, which nobody reads"),
    }
}

/// Byte ranges in which no instance holds anything.
pub(super) fn free(map: &MemoryMap, step: &Step) -> Vec<(i64, i64)> {
    let mut used: Vec<(i64, i64)> = step
        .tensors
        .iter()
        .flat_map(|tensor| &tensor.ranges)
        .map(|range| (range.start, range.end))
        .collect();
    used.sort_unstable();
    let mut free = Vec::new();
    let mut next = 0;
    for (start, end) in used {
        if start > next {
            free.push((next, start - 1));
        }
        next = next.max(end + 1);
    }
    if next < map.instance_bytes {
        free.push((next, map.instance_bytes - 1));
    }
    free
}

/// Puts a text into as many indented lines as it needs.
fn wrap(lines: &mut Vec<String>, text: &str) {
    const INDENT: &str = "  ";
    let mut line = INDENT.to_owned();
    for word in text.split(' ') {
        if line.len() + 1 + word.len() > LEGEND_WIDTH {
            lines.push(std::mem::replace(&mut line, INDENT.to_owned()));
        }
        line.push(' ');
        line.push_str(word);
    }
    lines.push(line);
}

fn list(items: &[String]) -> String {
    match items {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => items.join(""),
    }
}

pub(super) fn maker(layer: Option<usize>) -> String {
    match layer {
        Some(layer) => format!("layer {layer}"),
        None => "the input".to_owned(),
    }
}

fn span((start, end): (i64, i64)) -> String {
    format!("{start:04x}-{end:04x}")
}

pub(super) fn extent(tensor: &Tensor) -> (i64, i64) {
    let starts = tensor.ranges.iter().map(|range| range.start).min();
    let ends = tensor.ranges.iter().map(|range| range.end).max();
    (starts.unwrap_or(0), ends.unwrap_or(0))
}

/// What each layer costs, a line each.
fn costs(out: &mut String, map: &MemoryMap) {
    let _ = writeln!(
        out,
        "{:<16}{:>11}{:>9}{:>9}{:>9}{:>6}{:>6}{:>10}",
        "layer", "MACs", "reads", "writes", "weights", "rows", "bias", "cycles"
    );
    for step in &map.steps {
        let name = step.name.as_deref().unwrap_or_default();
        let cost = &step.cost;
        let label: String = format!("{:>3} {name}", step.layer)
            .chars()
            .take(15)
            .collect();
        let _ = writeln!(
            out,
            "{label:<16}{:>11}{:>9}{:>9}{:>9}{:>6}{:>6}{:>10}",
            known(cost.macs),
            known(cost.input_bytes),
            known(cost.output_bytes),
            known(cost.weight_bytes),
            known(cost.kernel_rows),
            known(cost.bias_bytes),
            known(cost.cycles)
        );
    }
    let budget = &map.budget;
    let _ = writeln!(
        out,
        "{:<16}{:>11}{:>27}{:>22}",
        "total",
        known(budget.macs),
        known(budget.weight_bytes),
        known(budget.cycles)
    );
}

fn known(value: Option<i64>) -> String {
    value.map_or_else(|| "?".to_owned(), |value| value.to_string())
}

/// How much of the chip the run takes.
fn budget(out: &mut String, map: &MemoryMap) {
    let budget = &map.budget;
    let _ = writeln!(out, "budget of the {}", map.device);
    for (memory, share, unit, part) in [
        ("data memory", &budget.data_memory, "bytes", "instance"),
        ("kernel memory", &budget.kernel_memory, "rows", "processor"),
        ("bias memory", &budget.bias_memory, "bytes", "quadrant"),
    ] {
        let Some((fullest, usage)) = share.fullest() else {
            continue;
        };
        let Usage {
            used,
            limit,
            percent,
        } = usage;
        if used == 0 && !share.complete {
            let _ = writeln!(out, "  {memory:<14}{:>8}", "unknown");
            continue;
        }
        let doubt = if share.complete { "" } else { ", or more" };
        let place = if used == 0 {
            String::new()
        } else {
            format!(", {part} {fullest}")
        };
        let _ = writeln!(
            out,
            "  {memory:<14}{used:>8} of {limit:>6} {unit:<6}{percent:>4} %{place}{doubt}"
        );
    }
    let _ = match budget.cycles {
        Some(cycles) => writeln!(out, "  {:<14}{cycles:>8} cycles, an estimate", "latency"),
        None => writeln!(out, "  {:<14}{:>8}", "latency", "unknown"),
    };
}
