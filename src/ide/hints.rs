//! Short notes inside the text: shapes behind the head of a layer, ranges behind offsets, channels
//! behind masks, and what odd scalars mean.

use crate::analysis::{Fact, Region, Spread, instance_base};
use crate::device::Device;
use crate::map::Usage;
use crate::network::{Field, Layer};
use crate::rules::words::{count, offset};
use crate::text::Span;
use crate::yaml::{NodeId, NodeKind, ScalarStyle, Value};

use super::{Analyzed, words};

/// A note inside the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where it stands.
    pub offset: u32,
    /// The note.
    pub label: String,
    /// More about it; may be empty.
    pub tooltip: String,
    /// Whether it belongs to what stands behind it.
    pub before: bool,
}

/// Which notes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HintSettings {
    /// Shapes behind the head of a layer.
    pub shapes: bool,
    /// Ranges behind offsets.
    pub ranges: bool,
    /// Channels and passes behind masks.
    pub channels: bool,
    /// What odd scalars mean.
    pub scalars: bool,
}

impl Default for HintSettings {
    fn default() -> Self {
        Self {
            shapes: true,
            ranges: true,
            channels: true,
            scalars: true,
        }
    }
}

/// The notes inside `within`, in order of the text.
pub fn hints(analyzed: &Analyzed, within: Span, settings: &HintSettings) -> Vec<Hint> {
    let mut found = Vec::new();
    for (index, layer) in analyzed.network.layers.iter().enumerate() {
        let whole = layer.head.to(layer.span);
        if whole.end < within.start || within.end < whole.start {
            continue;
        }
        if settings.shapes {
            found.extend(shape(analyzed, index, layer));
        }
        if settings.ranges {
            found.extend(ranges(analyzed, index, layer));
        }
        if settings.channels {
            found.extend(channels(analyzed, index, layer));
        }
    }
    if settings.scalars
        && let Some(root) = analyzed.document.root()
    {
        scalars(analyzed, root, &mut found);
    }
    found.retain(|hint| within.touches(hint.offset));
    found.sort_by_key(|hint| hint.offset);
    found
}

/// Behind the first line of a layer.
fn shape(analyzed: &Analyzed, index: usize, layer: &Layer) -> Option<Hint> {
    let step = analyzed.step(index)?;
    let first = analyzed.place(layer.head.end)?.entry()?;
    let value = analyzed.document.span(first.value);
    // A first value of several lines leaves no good place.
    if value.text(&analyzed.text).contains(['\n', '\r']) {
        return None;
    }
    Some(Hint {
        offset: value.end,
        label: words::shapes(step)?.replace("->", "\u{2192}"),
        tooltip: format!("layer {index}: {}", step.operation),
        before: false,
    })
}

fn ranges(analyzed: &Analyzed, index: usize, layer: &Layer) -> Vec<Hint> {
    let memory = &analyzed.analysis.memory[index];
    let hint = |value: Option<Span>, region: Option<&Region>, does: &str| {
        let (start, end) = extent(analyzed.device, region?)?;
        let share = Usage::new(end + 1, analyzed.device.instance_bytes);
        Some(Hint {
            offset: value?.end,
            label: format!("to {} ({} %)", offset(end), share.percent),
            tooltip: format!(
                "{does} bytes {} to {} of its instances; the last one is at {} % of {}",
                offset(start),
                offset(end),
                share.percent,
                offset(analyzed.device.instance_bytes)
            ),
            before: false,
        })
    };
    [
        hint(layer.in_offset.span(), memory.reads.as_ref().ok(), "reads"),
        hint(
            layer.out_offset.span(),
            memory.writes.as_ref().ok(),
            "writes",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The first and last byte of a region, counted from the start of each instance.
pub(super) fn extent(device: &Device, region: &Region) -> Option<(i64, i64)> {
    let starts = region
        .parts
        .iter()
        .map(|(instance, part)| (part.start - instance_base(device, *instance)) * 4);
    let ends = region
        .parts
        .iter()
        .map(|(instance, part)| (part.last() - instance_base(device, *instance)) * 4 + 3);
    Some((starts.min()?, ends.max()?))
}

fn channels(analyzed: &Analyzed, index: usize, layer: &Layer) -> Vec<Hint> {
    let memory = &analyzed.analysis.memory[index];
    let shape = &analyzed.analysis.shapes[index];
    let hint = |field: &Field<u64>, channels: Fact<i64>, spread: &Fact<Spread>, noun: &str| {
        let (channels, spread) = (channels.ok()?, spread.as_ref().ok()?);
        let has = i64::from(field.value()?.count_ones());
        let passes = count(spread.passes, "pass");
        let needs = count(spread.processors, "processor");
        let label = if has == spread.processors {
            format!("{channels} ch, {passes}")
        } else {
            format!("{has} for {channels} ch, needs {}", spread.processors)
        };
        Some(Hint {
            offset: field.span()?.end,
            label,
            tooltip: format!(
                "{} in {passes}: needs {needs}, has {has}",
                count(channels, &format!("{noun} channel")),
            ),
            before: false,
        })
    };
    [
        hint(
            &layer.processors,
            shape.stored_channels,
            &memory.input_spread,
            "input",
        ),
        hint(
            &layer.output_processors,
            shape.out_channels,
            &memory.output_spread,
            "output",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Numbers and booleans that do not look like what they are.
fn scalars(analyzed: &Analyzed, node: NodeId, found: &mut Vec<Hint>) {
    let raw = analyzed.document.raw(node);
    match &raw.kind {
        NodeKind::Scalar(scalar) if scalar.style == ScalarStyle::Plain && scalar.tag.is_none() => {
            let text = scalar.text.as_str();
            let (label, what) = match scalar.resolve() {
                Value::Int(value) if is_odd(text) => (value.to_string(), "number"),
                Value::Bool(value) if !text.eq_ignore_ascii_case(&value.to_string()) => {
                    (value.to_string(), "boolean")
                }
                _ => return,
            };
            found.push(Hint {
                offset: raw.span.end,
                label: format!("= {label}"),
                tooltip: format!("YAML 1.1 reads `{text}` as the {what} {label}"),
                before: false,
            });
        }
        NodeKind::Mapping { entries, .. } => {
            for entry in entries {
                scalars(analyzed, entry.value, found);
            }
        }
        NodeKind::Sequence { items, .. } => {
            for item in items {
                scalars(analyzed, item.value, found);
            }
        }
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
    }
}

/// Whether an integer is octal, binary, in base 60, or has underscores in decimal digits.
fn is_odd(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    let octal = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0x");
    octal || digits.contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture;

    /// The text with its hints in `[…]`.
    fn shown(analyzed: &Analyzed, settings: &HintSettings) -> String {
        let mut text = analyzed.text.to_string();
        let all = Span::new(0, text.len() as u32);
        for hint in hints(analyzed, all, settings).iter().rev() {
            text.insert_str(hint.offset as usize, &format!(" [{}]", hint.label));
        }
        text
    }

    #[test]
    fn layers_offsets_and_masks_have_notes() {
        let (analyzed, _) = fixture::residual("");
        let text = shown(&analyzed, &HintSettings::default());
        let noted: Vec<&str> = text.lines().filter(|line| line.contains(']')).collect();
        insta::assert_snapshot!(noted.join("\n"), @r"
        - name: stem [3x32x32 → 16x32x32]
          processors: 0x0000000000000007 [3 ch, 1 pass]
          out_offset: 0x2000 [to 0x2fff (38 %)]
        - name: body [16x32x32 → 20x32x32]
          processors: 0x000000000000ffff [16 ch, 1 pass]
          out_offset: 0x0000 [to 0x0fff (13 %)]
        - name: skip [20x32x32 → 20x32x32]
          processors: 0x00000000000fffff [20 ch, 1 pass]
          output_processors: 0x00000000000fffff [20 ch, 1 pass]
          out_offset: 0x2000 [to 0x3ffb (50 %)]
        - name: branch [20x32x32 → 20x32x32]
          in_offset: 0x0000 [to 0x0fff (13 %)]
          processors: 0x00000000000fffff [20 ch, 1 pass]
          output_processors: 0x00000000000fffff [20 ch, 1 pass]
          out_offset: 0x2004 [to 0x3fff (50 %)]
        - name: join [2 x 20x32x32 → 20x32x32]
          in_sequences: [skip, branch]
          in_offset: 0x2000 [to 0x3fff (50 %)]
          processors: 0x00000000000fffff [20 ch, 1 pass]
          out_offset: 0x0000 [to 0x0fff (13 %)]
        - name: shrink [20x32x32 → 16x8x8]
          processors: 0x00000000000fffff [20 ch, 1 pass]
          out_offset: 0x2000 [to 0x20ff (26 %)]
        - name: scores [16x8x8 → 10x1x1]
          processors: 0x000000000000ffff [16 ch, 1 pass]
          out_offset: 0x0000 [to 0x000f (1 %)]
        ");
    }

    #[test]
    fn masks_of_another_count_say_what_is_needed() {
        let fifteen = fixture::RESIDUAL.replacen("0x000000000000ffff", "0x0000000000007fff", 1);
        let analyzed = Analyzed::new(fifteen.into(), fixture::residual_facts());
        let text = shown(&analyzed, &HintSettings::default());
        let noted: Vec<&str> = text
            .lines()
            .filter(|line| line.contains(", needs"))
            .collect();
        insta::assert_snapshot!(noted.join("\n"), @"    processors: 0x0000000000007fff [15 for 16 ch, needs 16]");
    }

    #[test]
    fn odd_scalars_are_decoded() {
        let text = "arch: a\nlayers:\n  - op: fc\n    flatten: yes\n    pad: 017\n    in_channels: 1:30\n    output_shift: 0b11\n    in_offset: 0x20\n    stride: 1\n";
        let only = HintSettings {
            shapes: false,
            ranges: false,
            channels: false,
            scalars: true,
        };
        insta::assert_snapshot!(shown(&fixture::plain(text), &only), @r"
        arch: a
        layers:
          - op: fc
            flatten: yes [= true]
            pad: 017 [= 15]
            in_channels: 1:30 [= 90]
            output_shift: 0b11 [= 3]
            in_offset: 0x20
            stride: 1
        ");
    }

    #[test]
    fn each_kind_can_be_switched_off() {
        let none = HintSettings {
            shapes: false,
            ranges: false,
            channels: false,
            scalars: false,
        };
        let (analyzed, _) = fixture::residual("");
        assert_eq!(shown(&analyzed, &none), fixture::RESIDUAL);
    }

    #[test]
    fn a_range_has_its_own_notes_only() {
        let (analyzed, offset) = fixture::residual("- name: body\n    op: conv2d");
        let some = hints(
            &analyzed,
            Span::new(offset - 3, offset),
            &HintSettings::default(),
        );
        assert_eq!(some, []);
    }
}
