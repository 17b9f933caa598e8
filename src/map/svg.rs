//! The map of one layer as a drawing: small enough for a hover, readable without colour.

use std::fmt::Write as _;

use crate::device::{INSTANCES, INSTANCES_PER_QUADRANT};
use crate::rules::words::{self, count};

use super::text::{extent, free, interleaved, maker};
use super::theme::{Palette, Theme};
use super::{MemoryMap, Range, Role, Share, Step, Tensor, Usage};

const WIDTH: f64 = 740.0;
const HEIGHT: f64 = 240.0;
/// The instances: where they start, how wide one is, and how high.
const LEFT: f64 = 64.0;
const TOP: f64 = 46.0;
const CELL: f64 = 20.0;
const CELL_PITCH: f64 = 22.0;
const QUADRANT_GAP: f64 = 10.0;
const TALL: f64 = 154.0;
/// The legend.
const LEGEND: f64 = 470.0;
const LEGEND_COLUMNS: usize = 38;
/// Height of a word of tensors that take turns, drawn far larger than it is.
const STRIPE: f64 = 3.6;
/// Words of a period of such tensors that can be told apart.
const MOST_STRIPES: i64 = 4;

/// Draws what lies in memory while a layer runs; none for a layer that does not.
pub fn svg(map: &MemoryMap, layer: usize, theme: Theme) -> Option<String> {
    let step = map.steps.iter().find(|step| step.layer == layer)?;
    let mut drawing = Drawing {
        map,
        step,
        palette: theme.palette(),
        out: String::new(),
    };
    drawing.open();
    drawing.head();
    drawing.ground();
    drawing.tensors();
    drawing.conflicts();
    drawing.axes();
    drawing.legend();
    drawing.bars();
    drawing.out.push_str("</svg>\n");
    Some(drawing.out)
}

struct Drawing<'a> {
    map: &'a MemoryMap,
    step: &'a Step,
    palette: &'static Palette,
    out: String,
}

/// How a text is set.
struct Style {
    fill: &'static str,
    size: u32,
    anchor: &'static str,
}

impl Drawing<'_> {
    fn open(&mut self) {
        let Palette {
            card,
            edge,
            conflict,
            live,
            ink,
            ..
        } = self.palette;
        let (label, step) = (self.title(), self.step);
        let _ = write!(
            self.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
             viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" font-family=\"ui-monospace,\
             SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"11\">\n\
             <title>{}: {}</title>\n\
             <defs>\n\
             <pattern id=\"live\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"{live}\"/>\
             <rect width=\"1.5\" height=\"6\" fill=\"{ink}\" fill-opacity=\"0.3\"/></pattern>\n\
             <pattern id=\"conflict\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(-45)\"><rect width=\"5\" height=\"5\" fill=\"{card}\"/>\
             <rect width=\"2.5\" height=\"5\" fill=\"{conflict}\"/></pattern>\n\
             </defs>\n\
             <rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{card}\" \
             stroke=\"{edge}\"/>\n",
            escaped(&label),
            escaped(&step.operation),
            WIDTH - 1.0,
            HEIGHT - 1.0,
        );
    }

    fn title(&self) -> String {
        match &self.step.name {
            Some(name) => format!("layer {} {}", self.step.layer, cut(name, 22)),
            None => format!("layer {}", self.step.layer),
        }
    }

    fn head(&mut self) {
        let shape = |numbers: Option<Vec<i64>>| match numbers {
            Some(numbers) => numbers
                .iter()
                .map(i64::to_string)
                .collect::<Vec<_>>()
                .join("\u{d7}"),
            None => "?".to_owned(),
        };
        let input = match self.step.input {
            Some([operands, rest @ ..]) if operands > 1 => {
                format!("{operands} \u{d7} {}", shape(Some(rest.to_vec())))
            }
            other => shape(other.map(|[_, rest @ ..]| rest.to_vec())),
        };
        let output = shape(self.step.output.map(|numbers| numbers.to_vec()));
        let title = self.title();
        let shapes = format!("{input} \u{2192} {output}");
        // The title is larger than the rest, the name of the chip stands at the end.
        let room = 88_usize.saturating_sub(title.chars().count() * 6 / 5 + shapes.chars().count());
        let operation = cut(&in_signs(&self.step.operation), room.max(8));
        let Palette { text, dim, .. } = self.palette;
        let _ = writeln!(
            self.out,
            "<text x=\"12\" y=\"20\" font-size=\"13\" fill=\"{text}\"><tspan font-weight=\"600\">{}\
             </tspan><tspan dx=\"12\" font-size=\"11\" fill=\"{dim}\">{}</tspan><tspan dx=\"14\" \
             font-size=\"11\">{}</tspan></text>",
            escaped(&title),
            escaped(&operation),
            escaped(&shapes),
        );
        self.text(
            WIDTH - 14.0,
            20.0,
            dim_of(self.palette, 10, "end"),
            self.map.device,
        );
    }

    /// The empty instances in their quadrants.
    fn ground(&mut self) {
        let Palette { ground, line, .. } = self.palette;
        for instance in 0..INSTANCES {
            let _ = writeln!(
                self.out,
                "<rect x=\"{}\" y=\"{TOP}\" width=\"{CELL}\" height=\"{TALL}\" rx=\"2\" \
                 fill=\"{ground}\" stroke=\"{line}\" stroke-width=\"0.75\"/>",
                left(instance)
            );
        }
        let step = grid(self.map.instance_bytes);
        for line_at in (1..)
            .map(|line| line * step)
            .take_while(|at| *at < self.map.instance_bytes)
        {
            let y = self.y(line_at);
            let _ = writeln!(
                self.out,
                "<line x1=\"{}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\" stroke=\"{line}\" \
                 stroke-width=\"0.6\" stroke-dasharray=\"2 3\"/>",
                LEFT - 4.0,
                right() + 2.0,
            );
        }
    }

    /// Quadrants above, addresses beside, numbers of the instances below.
    fn axes(&mut self) {
        let palette = self.palette;
        let small = |anchor| dim_of(palette, 10, anchor);
        for quadrant in 0..INSTANCES / INSTANCES_PER_QUADRANT {
            let first = left(quadrant * INSTANCES_PER_QUADRANT);
            let middle = first + (CELL_PITCH * f64::from(INSTANCES_PER_QUADRANT) - 2.0) / 2.0;
            self.text(
                middle,
                TOP - 8.0,
                small("middle"),
                &format!("quadrant {quadrant}"),
            );
        }
        let step = grid(self.map.instance_bytes);
        for at in (0..)
            .map(|line| line * step)
            .take_while(|at| *at <= self.map.instance_bytes)
        {
            self.text(
                LEFT - 8.0,
                self.y(at) + 3.5,
                small("end"),
                &format!("{at:04x}"),
            );
        }
        let below = TOP + TALL + 14.0;
        self.text(LEFT - 8.0, below, small("end"), "instance");
        for instance in 0..INSTANCES {
            self.text(
                left(instance) + CELL / 2.0,
                below,
                dim_of(self.palette, 9, "middle"),
                &instance.to_string(),
            );
        }
    }

    fn tensors(&mut self) {
        let marks = marks(&self.step.tensors);
        // What is written lies on top.
        let mut order: Vec<usize> = (0..self.step.tensors.len()).collect();
        order.sort_by_key(|&index| {
            let role = self.step.tensors.get(index).map(|tensor| tensor.role);
            (role == Some(Role::Writes), index)
        });
        for index in order {
            let (Some(tensor), Some(mark)) = (self.step.tensors.get(index), marks.get(index))
            else {
                continue;
            };
            let fill = self.fill(index);
            for range in &tensor.ranges {
                self.range(tensor, range, fill);
            }
            for quadrant in 0..INSTANCES / INSTANCES_PER_QUADRANT {
                let own = tensor
                    .ranges
                    .iter()
                    .find(|range| range.instance / INSTANCES_PER_QUADRANT == quadrant);
                if let Some(range) = own {
                    self.mark(tensor, range, *mark);
                }
            }
        }
    }

    /// A part of a tensor: a block, or a comb where others may lie between its words.
    fn range(&mut self, tensor: &Tensor, range: &Range, fill: &str) {
        let (top, bottom) = self.edges(range.start, range.end);
        let x = left(range.instance) + 1.0;
        let width = CELL - 2.0;
        let words = (range.step / 4).clamp(1, MOST_STRIPES);
        if words == 1 || is_dense(tensor, range) {
            let _ = writeln!(
                self.out,
                "<rect x=\"{x}\" y=\"{top:.1}\" width=\"{width}\" height=\"{:.1}\" rx=\"1.5\" \
                 fill=\"{fill}\"/>",
                bottom - top
            );
            return;
        }
        // The turn of this tensor, seen from the bottom.
        let turn = (range.start / 4).rem_euclid(range.step / 4) * words / (range.step / 4);
        let mut path = String::new();
        let mut y = bottom - STRIPE * turn as f64;
        while y > top + 0.2 {
            let height = (STRIPE - 0.6).min(y - top);
            let _ = write!(path, "M{x} {:.1}h{width}v{height:.1}h-{width}z", y - height);
            y -= STRIPE * words as f64;
        }
        let _ = writeln!(self.out, "<path d=\"{path}\" fill=\"{fill}\"/>");
    }

    /// The letter of a tensor, where it has room.
    fn mark(&mut self, tensor: &Tensor, range: &Range, mark: char) {
        let (top, bottom) = self.edges(range.start, range.end);
        if bottom - top < 11.0 || !is_dense(tensor, range) {
            return;
        }
        let style = Style {
            fill: self.palette.ink,
            size: 9,
            anchor: "middle",
        };
        let is_lost = |(instance, start, end): &(u32, i64, i64)| {
            *instance == range.instance && *start <= range.end && range.start <= *end
        };
        if clashes(self.step).iter().any(is_lost) {
            return;
        }
        let x = left(range.instance) + CELL / 2.0;
        self.text(x, (top + bottom) / 2.0 + 3.2, style, &mark.to_string());
    }

    /// What is overwritten while somebody needs it.
    fn conflicts(&mut self) {
        for (instance, start, end) in clashes(self.step) {
            let (top, bottom) = self.edges(start, end);
            let (top, bottom) = (top.min(bottom - 5.0), bottom);
            let _ = writeln!(
                self.out,
                "<rect x=\"{}\" y=\"{top:.1}\" width=\"{CELL}\" height=\"{:.1}\" rx=\"1.5\" \
                 fill=\"url(#conflict)\" stroke=\"{}\" stroke-width=\"1.5\"/>",
                left(instance),
                bottom - top,
                self.palette.conflict
            );
        }
    }

    fn legend(&mut self) {
        let entries = self.entries();
        let pitch = (150.0 / entries.len().max(1) as f64).min(34.0);
        for (number, entry) in entries.iter().enumerate() {
            let y = TOP - 2.0 + pitch * number as f64;
            self.swatch(y, entry);
            let style = Style {
                fill: self.palette.text,
                size: 11,
                anchor: "start",
            };
            self.text(
                LEGEND + 18.0,
                y + 9.5,
                style,
                &cut(&entry.what, LEGEND_COLUMNS),
            );
            if pitch >= 26.0 {
                let style = dim_of(self.palette, 10, "start");
                self.text(
                    LEGEND + 18.0,
                    y + 22.5,
                    style,
                    &cut(&entry.why, LEGEND_COLUMNS + 3),
                );
            }
        }
    }

    fn swatch(&mut self, y: f64, entry: &Entry) {
        let Palette {
            line,
            ink,
            dim,
            ground,
            ..
        } = *self.palette;
        let _ = writeln!(
            self.out,
            "<rect x=\"{LEGEND}\" y=\"{y:.1}\" width=\"12\" height=\"12\" rx=\"2\" fill=\"{}\" \
             stroke=\"{line}\" stroke-width=\"0.75\"/>",
            entry.fill
        );
        if let Some(second) = entry.second {
            let _ = writeln!(
                self.out,
                "<path d=\"M{LEGEND} {:.1}h12v3h-12zM{LEGEND} {:.1}h12v3h-12z\" fill=\"{second}\"/>",
                y + 3.0,
                y + 9.0
            );
        } else if let Some(mark) = entry.mark {
            let style = Style {
                fill: if entry.fill == ground { dim } else { ink },
                size: 9,
                anchor: "middle",
            };
            self.text(LEGEND + 6.0, y + 9.2, style, &mark.to_string());
        }
    }

    /// What the colours mean, at most five lines.
    fn entries(&self) -> Vec<Entry> {
        let tensors = &self.step.tensors;
        let marks = marks(tensors);
        let mut found = Vec::new();
        let with = |role: Role| {
            tensors
                .iter()
                .enumerate()
                .filter(move |(_, t)| t.role == role)
        };
        if let Some((index, _)) = with(Role::Reads).next() {
            let start = with(Role::Reads).map(|(_, tensor)| extent(tensor).0).min();
            let end = with(Role::Reads).map(|(_, tensor)| extent(tensor).1).max();
            let (second, turns) = if interleaved(tensors) {
                (Some(self.palette.second), ", word by word")
            } else {
                (None, "")
            };
            found.push(Entry {
                fill: self.fill(index),
                second,
                mark: marks.get(index).copied(),
                what: format!("reads  {}", place((start.unwrap_or(0), end.unwrap_or(0)))),
                why: format!(
                    "{}{turns}",
                    makers(with(Role::Reads).map(|(_, tensor)| tensor))
                ),
            });
        }
        if let Some((index, tensor)) = with(Role::Writes).next() {
            let until = match tensor.needed_until {
                Some(layer) => format!("for layer {layer}"),
                None => "an output".to_owned(),
            };
            found.push(Entry {
                fill: self.fill(index),
                second: None,
                mark: marks.get(index).copied(),
                what: format!("writes {}", place(extent(tensor))),
                why: match self.step.replaces {
                    Some(replaced) => format!("{until}, in place of {}", maker(replaced.layer)),
                    None => until,
                },
            });
        }
        let clashes = clashes(self.step);
        if let Some(&(instance, start, end)) = clashes.first() {
            found.push(Entry {
                fill: "url(#conflict)",
                second: None,
                mark: None,
                what: format!("conflict {}, instance {instance}", place((start, end))),
                why: "overwritten while it is needed".to_owned(),
            });
        }
        let room = 5_usize.saturating_sub(found.len() + 1);
        let live: Vec<_> = with(Role::Live).collect();
        let shown = if live.len() > room {
            room.saturating_sub(1)
        } else {
            live.len()
        };
        for (index, tensor) in live.iter().take(shown) {
            found.push(Entry {
                fill: self.fill(*index),
                second: None,
                mark: marks.get(*index).copied(),
                what: format!("live   {}", place(extent(tensor))),
                why: match tensor.needed_until {
                    Some(layer) => format!("{}, for layer {layer}", maker(tensor.layer)),
                    None => format!("{}, an output of the network", maker(tensor.layer)),
                },
            });
        }
        if live.len() > shown {
            found.push(Entry {
                fill: "url(#live)",
                second: None,
                mark: None,
                what: format!("{} more that are live", live.len() - shown),
                why: makers(live.iter().skip(shown).map(|(_, tensor)| *tensor)),
            });
        }
        found.extend(self.free_entry());
        found
    }

    fn free_entry(&self) -> Option<Entry> {
        let ground = self.palette.ground;
        if !self.step.complete {
            return Some(Entry {
                fill: ground,
                second: None,
                mark: Some('?'),
                what: "some of it is unknown or wrong".to_owned(),
                why: "see the findings of this layer".to_owned(),
            });
        }
        let free = free(self.map, self.step);
        let largest = free.iter().max_by_key(|(start, end)| end - start)?;
        let all: Vec<String> = free.iter().copied().map(place).collect();
        let all = all.join(", ");
        let (shown, rest) = if all.chars().count() + 7 > LEGEND_COLUMNS {
            (place(*largest), free.len() as i64 - 1)
        } else {
            (all, 0)
        };
        Some(Entry {
            fill: ground,
            second: None,
            mark: None,
            what: format!("free   {shown}"),
            why: match rest {
                0 => "in every instance".to_owned(),
                _ => format!("in every instance, and {}", count(rest, "smaller place")),
            },
        })
    }

    /// How full the memories are.
    fn bars(&mut self) {
        let budget = &self.map.budget;
        let used = Usage::new(self.step.used_bytes, self.map.instance_bytes);
        let data = self.step.complete.then_some(used.percent);
        let fullest = |share: &Share| {
            let known = share.complete.then(|| share.fullest()).flatten();
            known.map(|(_, usage)| usage.percent)
        };
        let bars = [
            ("data", data),
            ("kernels", fullest(&budget.kernel_memory)),
            ("bias", fullest(&budget.bias_memory)),
        ];
        let Palette {
            ground, line, text, ..
        } = self.palette;
        let y = TOP + TALL + 8.0;
        for (number, (name, percent)) in bars.into_iter().enumerate() {
            let x = LEGEND + 86.0 * number as f64;
            let share = percent.map_or_else(|| "?".to_owned(), |percent| format!("{percent}%"));
            self.text(x, y + 6.0, dim_of(self.palette, 10, "start"), name);
            let style = Style {
                fill: text,
                size: 10,
                anchor: "end",
            };
            self.text(x + 76.0, y + 6.0, style, &share);
            let full = percent.unwrap_or(0).clamp(0, 100) as f64 * 0.76;
            let color = if percent.is_some_and(|percent| percent > 100) {
                self.palette.conflict
            } else {
                self.palette.dim
            };
            let _ = writeln!(
                self.out,
                "<rect x=\"{x}\" y=\"{:.1}\" width=\"76\" height=\"5\" rx=\"2.5\" fill=\"{ground}\" \
                 stroke=\"{line}\" stroke-width=\"0.5\"/><rect x=\"{x}\" y=\"{:.1}\" \
                 width=\"{full:.1}\" height=\"5\" rx=\"2.5\" fill=\"{color}\"/>",
                y + 11.0,
                y + 11.0,
            );
        }
    }

    /// The colour of a tensor of the step.
    fn fill(&self, index: usize) -> &'static str {
        let reads = |tensor: &&Tensor| tensor.role == Role::Reads;
        match self.step.tensors.get(index).map(|tensor| tensor.role) {
            Some(Role::Writes) => self.palette.writes,
            Some(Role::Reads) => {
                let before = self.step.tensors.iter().take(index).filter(reads).count();
                if before % 2 == 0 {
                    self.palette.reads
                } else {
                    self.palette.second
                }
            }
            Some(Role::Live) | None => "url(#live)",
        }
    }

    /// Top and bottom of the bytes `start` to `end`; never so thin that it cannot be seen.
    fn edges(&self, start: i64, end: i64) -> (f64, f64) {
        let bottom = self.y(start);
        (
            self.y(end.saturating_add(1)).min(bottom - 2.0).max(TOP),
            bottom.max(TOP + 2.0),
        )
    }

    fn y(&self, byte: i64) -> f64 {
        let share = byte as f64 / self.map.instance_bytes.max(1) as f64;
        TOP + TALL * (1.0 - share.clamp(0.0, 1.0))
    }

    fn text(&mut self, x: f64, y: f64, style: Style, text: &str) {
        let Style { fill, size, anchor } = style;
        let _ = writeln!(
            self.out,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{fill}\" font-size=\"{size}\" \
             text-anchor=\"{anchor}\" xml:space=\"preserve\">{}</text>",
            escaped(text)
        );
    }
}

/// A line of the legend.
struct Entry {
    fill: &'static str,
    second: Option<&'static str>,
    mark: Option<char>,
    what: String,
    why: String,
}

const fn dim_of(palette: &'static Palette, size: u32, anchor: &'static str) -> Style {
    Style {
        fill: palette.dim,
        size,
        anchor,
    }
}

/// `the input`, `layers 2 and 3`.
fn makers<'a>(tensors: impl Iterator<Item = &'a Tensor>) -> String {
    let (layers, others): (Vec<_>, Vec<_>) = tensors.partition(|tensor| tensor.layer.is_some());
    let numbers: Vec<String> = layers
        .iter()
        .filter_map(|tensor| Some(tensor.layer?.to_string()))
        .collect();
    let noun = if numbers.len() == 1 {
        "layer"
    } else {
        "layers"
    };
    let named = (!numbers.is_empty()).then(|| format!("{noun} {}", words::list(&numbers)));
    let input = others.first().map(|tensor| maker(tensor.layer));
    let parts: Vec<String> = input.into_iter().chain(named).collect();
    words::list(&parts)
}

/// The letters of the tensors: `R` for what is read, `W` for what is written, `a`, `b` … for others.
fn marks(tensors: &[Tensor]) -> Vec<char> {
    let mut others = 'a'..='z';
    tensors
        .iter()
        .map(|tensor| match tensor.role {
            Role::Reads => 'R',
            Role::Writes => 'W',
            Role::Live => others.next().unwrap_or('+'),
        })
        .collect()
}

/// The stretches that are overwritten while somebody needs them: instance, first and last byte.
fn clashes(step: &Step) -> Vec<(u32, i64, i64)> {
    let written: Vec<&Range> = step
        .tensors
        .iter()
        .filter(|tensor| tensor.role == Role::Writes)
        .flat_map(|tensor| &tensor.ranges)
        .collect();
    let holds = |range: &Range, instance: u32, offset: i64| {
        range.instance == instance && range.start <= offset && offset <= range.end
    };
    let mut found = Vec::new();
    for spot in &step.conflicts {
        let victims = step.tensors.iter().filter(|tensor| {
            tensor.role != Role::Writes
                && tensor
                    .ranges
                    .iter()
                    .any(|range| holds(range, spot.instance, spot.offset))
        });
        let before = found.len();
        for lost in victims.flat_map(|victim| &victim.ranges) {
            for own in written.iter().filter(|own| own.instance == lost.instance) {
                let (start, end) = (own.start.max(lost.start), own.end.min(lost.end));
                if start <= end {
                    found.push((lost.instance, start, end));
                }
            }
        }
        if found.len() == before {
            found.push((spot.instance, spot.offset, spot.offset + 3));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a tensor fills the range: several passes may lie in turns without leaving gaps.
fn is_dense(tensor: &Tensor, range: &Range) -> bool {
    let words: i64 = tensor
        .region
        .parts
        .iter()
        .filter(|(instance, _)| *instance == range.instance)
        .map(|(_, part)| part.count.saturating_mul(part.run))
        .fold(0, i64::saturating_add);
    range.step <= 4 || words >= (range.end - range.start + 1) / 4
}

fn left(instance: u32) -> f64 {
    let quadrant = instance / INSTANCES_PER_QUADRANT;
    LEFT + CELL_PITCH * f64::from(instance) + QUADRANT_GAP * f64::from(quadrant)
}

fn right() -> f64 {
    left(INSTANCES - 1) + CELL
}

/// Bytes between two lines of the grid: a power of two that gives at most five.
fn grid(instance_bytes: i64) -> i64 {
    let mut step = 0x400;
    while instance_bytes / step > 5 {
        step *= 2;
    }
    step
}

/// `0x2000–0x3fff`.
fn place((start, end): (i64, i64)) -> String {
    format!("0x{start:04x}\u{2013}0x{end:04x}")
}

/// `3x3` as `3×3`.
fn in_signs(operation: &str) -> String {
    let signs: Vec<char> = operation.chars().collect();
    let digit = |at: Option<usize>| {
        at.and_then(|at| signs.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    signs
        .iter()
        .enumerate()
        .map(|(at, &sign)| {
            if sign == 'x' && digit(at.checked_sub(1)) && digit(at.checked_add(1)) {
                '\u{d7}'
            } else {
                sign
            }
        })
        .collect()
}

/// The text in at most so many characters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}\u{2026}", start.trim_end())
}

/// The text as XML takes it: signs of markup escaped, what XML cannot hold left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
