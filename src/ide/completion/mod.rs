//! What could be written at the cursor, the likeliest first. It is read off the lines, so that it
//! works in broken text; values come from the analysis of what can be read.

mod next;
mod snippets;
mod spot;
mod values;

use crate::device::DeviceId;
use crate::network::keys::{Devices, Domain, Key, Scope};
use crate::report::docs;
use crate::rules::{self, Documentation};
use crate::text::{Edit, LineIndex, Span};

use super::{Analyzed, comment};

use spot::{Kind, Spot};

/// Something that could be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What lists show and typing is compared with.
    pub label: String,
    /// Other spellings that typing is compared with.
    pub aliases: &'static [&'static str],
    /// What it is.
    pub kind: CompletionKind,
    /// A few words about it; may be empty.
    pub detail: String,
    /// Markdown; may be empty.
    pub documentation: String,
    /// The change, on the line of the cursor. Further lines are indented in full.
    pub edit: Edit,
    /// Whether the new text is a snippet with `${1:places}`.
    pub snippet: bool,
}

/// What can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A key.
    Key,
    /// A word that a key takes.
    Word,
    /// A number, a mask, an offset.
    Number,
    /// The name or number of a layer.
    Layer,
    /// Several lines.
    Snippet,
    /// A rule.
    Rule,
    /// An instruction to this tool.
    Directive,
}

/// What lies beside a network and may be named in it: names, and a few words about each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// For `arch`, the nearest first.
    pub models: Vec<(String, String)>,
    /// For `dataset`, the likeliest first.
    pub data_sets: Vec<(String, String)>,
}

/// What could be written at an offset.
pub fn complete(analyzed: &Analyzed, offset: u32) -> Vec<Completion> {
    complete_with(analyzed, offset, Offered::default)
}

/// [`complete`], with what lies beside the network; it is looked for only where it is named.
pub fn complete_with(
    analyzed: &Analyzed,
    offset: u32,
    offered: impl FnOnce() -> Offered,
) -> Vec<Completion> {
    let text = &analyzed.text;
    if !text.is_char_boundary(offset as usize) {
        return Vec::new();
    }
    let inside = analyzed
        .document
        .comments
        .iter()
        .find(|comment| comment.span.start < offset && offset <= comment.span.end);
    if let Some(comment) = inside {
        return in_comment(analyzed, comment.span, offset);
    }
    let Some(spot) = spot::spot(text, offset) else {
        return Vec::new();
    };
    match spot.kind {
        Kind::Key { flow, blank } => {
            let mut found = keys(analyzed, &spot, flow, blank);
            if let Some(list) = &spot.list {
                found.extend(snippets::layers(analyzed, list, spot.word, blank));
            }
            found
        }
        Kind::Value { key, tight } if spot.block.scope == Scope::Global && key.name == "arch" => {
            values::named(&spot, tight, offered().models)
        }
        Kind::Value { key, tight }
            if spot.block.scope == Scope::Global && key.name == "dataset" =>
        {
            values::named(&spot, tight, offered().data_sets)
        }
        Kind::Value { key, tight } => values::values(analyzed, &spot, key, tight),
    }
}

/// The keys that nearly every layer has, in the order in which people write them.
const USUAL: [&str; 13] = [
    "name",
    "op",
    "kernel_size",
    "pad",
    "activate",
    "out_offset",
    "max_pool",
    "pool_stride",
    "in_sequences",
    "in_offset",
    "output_processors",
    "write_gap",
    "eltwise",
];

/// The keys that the mapping does not have yet, required ones first, then the usual ones, rarely
/// needed ones last.
fn keys(analyzed: &Analyzed, spot: &Spot, flow: bool, blank: bool) -> Vec<Completion> {
    let block = &spot.block;
    let is_new = |key: &&Key| !key.spellings().any(|name| block.keys.contains(&name));
    let exists = |key: &&Key| key.devices == Devices::Both || analyzed.device.extended_features;
    // A list without blocks has no mapping to put a key in.
    if block.dash.is_none() && block.column > 0 {
        return Vec::new();
    }
    let mut keys: Vec<&'static Key> = block
        .scope
        .keys()
        .iter()
        .filter(|key| is_new(key) && exists(key))
        .collect();
    keys.sort_by_key(|key| {
        let usual = USUAL.iter().position(|name| *name == key.name);
        (key.advanced, !key.required, usual.unwrap_or(USUAL.len()))
    });
    let span = if blank {
        line_before(analyzed, spot.word)
    } else {
        spot.word
    };
    let indentation = if blank {
        " ".repeat(block.column)
    } else {
        String::new()
    };
    let rest = analyzed.text.get(span.end as usize..).unwrap_or_default();
    let keeps_space = rest.starts_with(' ');
    keys.into_iter()
        .map(|key| {
            let text = match key.domain {
                Domain::Blocks(_) if !flow => {
                    format!("{indentation}{}:{}  - ", key.name, analyzed.line_break())
                }
                _ if keeps_space => format!("{indentation}{}:", key.name),
                _ => format!("{indentation}{}: ", key.name),
            };
            Completion {
                label: key.name.to_owned(),
                aliases: key.aliases,
                kind: CompletionKind::Key,
                detail: if key.required {
                    "required".to_owned()
                } else if key.default.is_empty() {
                    String::new()
                } else {
                    format!("default: {}", key.default)
                },
                documentation: docs::key_chapter(block.scope, key),
                edit: Edit::replace(span, text),
                snippet: false,
            }
        })
        .collect()
}

/// From the start of the line to the end of a span on it.
fn line_before(analyzed: &Analyzed, span: Span) -> Span {
    let lines = LineIndex::new(&analyzed.text);
    let start = lines.line_start(lines.line(span.start));
    Span::new(start, span.end)
}

/// Instructions to this tool, and the rules that they name.
fn in_comment(analyzed: &Analyzed, span: Span, offset: u32) -> Vec<Completion> {
    let typed = Span::new(span.start, offset);
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_one_word = |text: &str| text.chars().all(is_word);
    let before = typed.text(&analyzed.text);
    let start = before.trim_end_matches(is_word).len() as u32;
    let word = Span::new(span.start + start, offset);
    let body = comment::directive(analyzed, crate::yaml::Comment { span: typed });
    match body {
        Some(body) if comment::brackets(&body).is_some_and(|list| list.span.touches(offset)) => {
            rules_to_suppress(analyzed, word)
        }
        Some(body) if is_one_word(body.value.trim()) => DIRECTIVES
            .iter()
            .map(|(label, text, documentation)| directive(word, label, text, documentation))
            .collect(),
        Some(body)
            if body
                .value
                .trim_start()
                .strip_prefix("device=")
                .is_some_and(is_one_word) =>
        {
            DeviceId::ALL
                .iter()
                .map(|id| directive(word, id.name(), id.name(), ""))
                .collect()
        }
        Some(_) => Vec::new(),
        // At the start of a comment.
        None if is_one_word(before.trim_start_matches('#').trim()) => {
            vec![directive(
                word,
                "ai8x-lint:",
                "ai8x-lint: ",
                "An instruction to this tool.",
            )]
        }
        None => Vec::new(),
    }
}

/// All rules, those that are reported nearest to here first.
fn rules_to_suppress(analyzed: &Analyzed, word: Span) -> Vec<Completion> {
    let distance = |rule: &Documentation| {
        let reported = analyzed.findings.iter().filter(|one| one.code == rule.code);
        reported
            .map(|one| one.span.start.abs_diff(word.start))
            .min()
    };
    let mut rules: Vec<Documentation> = rules::documented().collect();
    rules.sort_by_cached_key(|rule| distance(rule).unwrap_or(u32::MAX));
    rules
        .into_iter()
        .map(|rule| Completion {
            label: rule.code.to_string(),
            aliases: &[],
            kind: CompletionKind::Rule,
            detail: rule.name.to_owned(),
            documentation: rule.summary.to_owned(),
            edit: Edit::replace(word, rule.code.to_string()),
            snippet: false,
        })
        .collect()
}

const DIRECTIVES: &[(&str, &str, &str)] = &[
    ("ignore", "ignore[${1:AX000}]$0", "Suppresses rules here."),
    (
        "ignore-file",
        "ignore-file[${1:AX000}]$0",
        "Suppresses rules in the whole file.",
    ),
    (
        "device",
        "device=${1|MAX78000,MAX78002|}$0",
        "The chip that the network is for.",
    ),
    (
        "flags",
        "flags=\"${1:--fifo}\"$0",
        "The flags of the vendor's command.",
    ),
    (
        "shapes",
        "shapes=${1:network.shapes.json}$0",
        "The file with the shapes of the weights.",
    ),
    (
        "checkpoint",
        "checkpoint=${1:FILE.pth.tar}$0",
        "The checkpoint that the network is built from.",
    ),
    (
        "model",
        "model=${1:FILE.py:NAME}$0",
        "The PyTorch model that the network stands for.",
    ),
    (
        "keep",
        "keep",
        "New masks and offsets leave the value on this line as it is.",
    ),
];

fn directive(word: Span, label: &str, text: &str, documentation: &str) -> Completion {
    Completion {
        label: label.to_owned(),
        aliases: &[],
        kind: CompletionKind::Directive,
        detail: String::new(),
        documentation: documentation.to_owned(),
        edit: Edit::replace(word, text),
        snippet: text.contains('$'),
    }
}

#[cfg(test)]
mod tests;
