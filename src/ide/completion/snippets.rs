//! Whole layers and patterns of layers.

use crate::analysis::{Spread, low_mask};
use crate::device::PROCESSORS;
use crate::network::Layer;
use crate::network::keys::Scope;
use crate::rules::words::{mask as literal, offset as hex};
use crate::text::{Edit, Span};

use super::next::next;
use super::spot::Block;
use super::{Analyzed, Completion, CompletionKind, line_before};

/// A pattern: its label, what it is, and its lines. `MASK` is a mask for the data that lies there,
/// `OFFSET` the place to write to, `OTHER` the place to read from.
struct Pattern {
    label: &'static str,
    documentation: &'static str,
    lines: &'static [&'static str],
}

const PATTERNS: &[Pattern] = &[
    Pattern {
        label: "layer conv2d",
        documentation: "A convolution.",
        lines: &[
            "- name: ${1:conv}",
            "  op: Conv2d",
            "  kernel_size: 3x3",
            "  pad: 1",
            "  activate: ReLU",
            "  processors: ${2:MASK}",
            "  out_offset: ${3:OFFSET}",
        ],
    },
    Pattern {
        label: "layer conv2d with pooling",
        documentation: "Max pooling 2x2, then a convolution.",
        lines: &[
            "- name: ${1:conv}",
            "  op: Conv2d",
            "  max_pool: 2",
            "  pool_stride: 2",
            "  kernel_size: 3x3",
            "  pad: 1",
            "  activate: ReLU",
            "  processors: ${2:MASK}",
            "  out_offset: ${3:OFFSET}",
        ],
    },
    Pattern {
        label: "layer conv1d",
        documentation: "A 1-D convolution.",
        lines: &[
            "- name: ${1:conv}",
            "  op: Conv1d",
            "  kernel_size: ${2:3}",
            "  pad: ${3:1}",
            "  activate: ReLU",
            "  processors: ${4:MASK}",
            "  out_offset: ${5:OFFSET}",
        ],
    },
    Pattern {
        label: "layer linear",
        documentation: "A fully connected layer over all pixels, with 32-bit outputs.",
        lines: &[
            "- name: ${1:fc}",
            "  op: Linear",
            "  flatten: true",
            "  activate: None",
            "  output_width: 32",
            "  processors: ${2:MASK}",
            "  out_offset: ${3:OFFSET}",
        ],
    },
    Pattern {
        label: "layer passthrough",
        documentation: "Moves or pools data, without weights.",
        lines: &[
            "- name: ${1:move}",
            "  op: None",
            "  processors: ${2:MASK}",
            "  output_processors: ${2:MASK}",
            "  out_offset: ${3:OFFSET}",
        ],
    },
    Pattern {
        label: "pattern residual",
        documentation: "A copy and a branch of the data, written word by word beside each other, and \
            a layer that adds them.",
        lines: &[
            "- name: ${1:skip}",
            "  op: None",
            "  processors: ${2:MASK}",
            "  output_processors: ${2:MASK}",
            "  out_offset: ${3:OFFSET}",
            "  write_gap: 1",
            "- name: ${4:branch}",
            "  op: Conv2d",
            "  in_sequences: ${5:the layer before}",
            "  in_offset: ${6:OTHER}",
            "  kernel_size: 3x3",
            "  pad: 1",
            "  activate: ReLU",
            "  processors: ${2:MASK}",
            "  output_processors: ${2:MASK}",
            "  out_offset: ${7:OFFSET+4}",
            "  write_gap: 1",
            "- name: ${8:sum}",
            "  op: Add",
            "  in_sequences: [${1:skip}, ${4:branch}]",
            "  in_offset: ${3:OFFSET}",
            "  processors: ${2:MASK}",
            "  output_processors: ${2:MASK}",
            "  out_offset: ${6:OTHER}",
        ],
    },
    Pattern {
        label: "pattern concat",
        documentation: "Two branches of the data on processors beside each other, and a layer that \
            reads both.",
        lines: &[
            "- name: ${1:left}",
            "  op: Conv2d",
            "  kernel_size: 3x3",
            "  pad: 1",
            "  activate: ReLU",
            "  processors: ${2:MASK}",
            "  output_processors: ${3:0x000000000000ffff}",
            "  out_offset: ${4:OFFSET}",
            "- name: ${5:right}",
            "  op: Conv2d",
            "  in_sequences: ${6:the layer before}",
            "  in_offset: ${7:OTHER}",
            "  kernel_size: 1x1",
            "  pad: 0",
            "  activate: ReLU",
            "  processors: ${2:MASK}",
            "  output_processors: ${8:0x00000000ffff0000}",
            "  out_offset: ${4:OFFSET}",
            "- name: ${9:both}",
            "  op: Conv2d",
            "  in_sequences: [${1:left}, ${5:right}]",
            "  in_offset: ${4:OFFSET}",
            "  kernel_size: 3x3",
            "  pad: 1",
            "  activate: ReLU",
            "  processors: ${10:0x00000000ffffffff}",
            "  out_offset: ${7:OTHER}",
        ],
    },
];

/// Layers that could start here.
pub(super) fn layers(
    analyzed: &Analyzed,
    block: &Block,
    word: Span,
    blank: bool,
) -> Vec<Completion> {
    if block.scope != Scope::Layer {
        return Vec::new();
    }
    // Behind a `-` the first line has its own already.
    let span = if blank {
        line_before(analyzed, word)
    } else {
        word
    };
    let own_dash = analyzed
        .text
        .get(..span.start as usize)
        .is_some_and(|before| before.trim_end_matches(' ').ends_with('-'));
    if !blank && !own_dash {
        return Vec::new();
    }
    let indentation = " ".repeat(block.dash_column);
    let before = before(analyzed, span.start);
    let (mask, offset, other) = defaults(analyzed, before);
    let snippet = |label: &str, documentation: &str, lines: &[&str]| {
        let mut text = lines
            .iter()
            .map(|line| format!("{indentation}{line}"))
            .collect::<Vec<_>>()
            .join(analyzed.line_break())
            .replace("OFFSET+4", &hex(offset + 4))
            .replace("OFFSET", &hex(offset))
            .replace("OTHER", &hex(other))
            .replace("MASK", &literal(mask));
        for name in lines.iter().filter_map(|line| proposed_name(line)) {
            let own = format!(":{}}}", unused_name(analyzed, name));
            text = text.replace(&format!(":{name}}}"), &own);
        }
        if let Some(name) = before.and_then(|layer| analyzed.network.layers[layer].name()) {
            text = text.replace("the layer before", &escaped(name));
        }
        if own_dash {
            text = text
                .split_once("- ")
                .map(|(_, rest)| rest.to_owned())
                .unwrap_or_default();
        }
        Completion {
            label: label.to_owned(),
            aliases: &[],
            kind: CompletionKind::Snippet,
            detail: String::new(),
            documentation: documentation.to_owned(),
            edit: Edit::replace(span, text),
            snippet: true,
        }
    };
    let own = next(analyzed, before, span.end).map(|next| {
        let lines: Vec<&str> = next.lines.iter().map(String::as_str).collect();
        snippet(&next.label, &next.documentation, &lines)
    });
    let patterns = PATTERNS
        .iter()
        .map(|pattern| snippet(pattern.label, pattern.documentation, pattern.lines));
    own.into_iter().chain(patterns).collect()
}

/// The name in the first line of a layer.
fn proposed_name(line: &str) -> Option<&str> {
    let (_, name) = line.strip_prefix("- name: ${")?.split_once(':')?;
    name.strip_suffix('}')
}

/// A name, with a number behind it where a layer has it already.
fn unused_name(analyzed: &Analyzed, name: &str) -> String {
    let is_free = |name: &String| {
        let mut names = analyzed.network.layers.iter().filter_map(Layer::name);
        !names.any(|other| other.eq_ignore_ascii_case(name))
    };
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(is_free).unwrap_or_default()
}

/// The last layer that ends before an offset.
fn before(analyzed: &Analyzed, offset: u32) -> Option<usize> {
    analyzed
        .network
        .layers
        .iter()
        .rposition(|layer| layer.head.start < offset && layer.span.end <= offset)
}

/// A mask for what the layer before writes, where to write to, and where it wrote.
fn defaults(analyzed: &Analyzed, before: Option<usize>) -> (u64, i64, i64) {
    let half = analyzed.device.instance_bytes / 2;
    let Some(before) = before else {
        let channels = analyzed.facts.input.map_or(1, |[channels, _, _]| channels);
        return (mask(channels), half, 0);
    };
    let channels = analyzed.analysis.shapes[before].out_channels;
    let written = analyzed.analysis.memory[before].out_offset.unwrap_or(0);
    let offset = if written == 0 { half } else { 0 };
    (mask(channels.unwrap_or(1)), offset, written)
}

pub(super) fn mask(channels: i64) -> u64 {
    low_mask(Spread::new(channels.max(1), i64::from(PROCESSORS)).processors)
}

/// A name inside a snippet.
pub(super) fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\")
        .replace('$', "\\$")
        .replace('}', "\\}")
}
