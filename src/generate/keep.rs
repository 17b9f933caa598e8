//! What an existing file already says of the layers of a plan: where they lie stays, and what the
//! model does not determine.

use crate::analysis::{Analysis, Difference, DifferenceKind};
use crate::network::keys::{Scope, find};
use crate::network::{self, Network};
use crate::yaml::{self, Document};

use super::Request;
use super::plan::{Plan, PlannedLayer};

/// The layers of a file that a plan has, too.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// For each layer of the plan, what the file says.
    pub(super) layers: Vec<Option<KeptLayer>>,
    /// Where the input lies, in bytes.
    pub(super) input_offset: Option<i64>,
    /// The name of the rolling buffer, and where it lies, in bytes.
    pub(super) buffer: Option<(String, i64)>,
    /// Whether the file says which model and which data set it has.
    pub(super) says: [bool; 2],
    /// The text before the first layer and behind the last.
    around: Option<[String; 2]>,
    /// The layers of the file that the plan has not, in words.
    pub(super) left_out: Vec<String>,
}

/// What a file says of one layer.
#[derive(Clone, Debug)]
pub(super) struct KeptLayer {
    /// Its name.
    pub(super) name: Option<String>,
    pub(super) processors: Option<u64>,
    pub(super) output_processors: Option<u64>,
    pub(super) out_offset: Option<i64>,
    /// Whether an empty line separates it from the layer above.
    pub(super) apart: bool,
    /// The comment lines above it.
    pub(super) comment: String,
    /// Its keys, as written.
    pub(super) keys: Vec<KeptKey>,
}

/// A key of a file.
#[derive(Clone, Debug)]
pub(super) struct KeptKey {
    /// Its recommended spelling.
    pub(super) name: &'static str,
    /// Its spelling.
    pub(super) written: String,
    /// Its value.
    pub(super) value: String,
    /// The comment lines above it within the layer.
    pub(super) above: String,
    /// The comment behind it, with the space before it.
    pub(super) comment: String,
}

impl Kept {
    /// What `text` says of the layers of `plan`: those of the same names, and those that stand for
    /// the same calls of the model, whatever they are called.
    pub(super) fn new(request: &Request, plan: &Plan, text: &str) -> Self {
        let document = yaml::parse(text);
        let network = network::lower(&document, text);
        let facts = super::facts(request, plan);
        let analysis = Analysis::new(&network, request.device.table(), &facts);
        let stands_for = |index: usize, call: usize| {
            let other = |difference: &Difference| {
                difference.layer == Some(index) && difference.kind == DifferenceKind::Operator
            };
            analysis.alignment.as_ref().is_some_and(|alignment| {
                let same = match alignment.modules[index] {
                    Some(_) => alignment.calls[index] == Some(call),
                    None => alignment.runs[index].contains(&call),
                };
                same && !alignment.differences.iter().any(other)
            })
        };
        let names = |index: usize, own: &PlannedLayer| {
            let name = network.layers[index].name.get();
            name.is_some_and(|name| name.eq_ignore_ascii_case(&own.name))
        };
        let indices = || 0..network.layers.len();
        let counterparts: Vec<Option<usize>> = plan
            .layers
            .iter()
            .map(|own| {
                let named = indices().find(|&index| names(index, own));
                let same = || {
                    indices().find(|&index| {
                        let is_other = plan.layers.iter().any(|other| names(index, other));
                        !is_other && own.call.is_some_and(|call| stands_for(index, call))
                    })
                };
                named.or_else(same)
            })
            .collect();
        let lost = indices().filter(|index| !counterparts.contains(&Some(*index)));
        let layers = counterparts
            .iter()
            .map(|index| layer(&document, &network, (*index)?, text));
        Self {
            layers: layers.collect(),
            input_offset: network.layers.first().and_then(|l| l.in_offset.value()),
            buffer: network
                .data_buffer
                .first()
                .and_then(|block| Some((block.name.get()?.clone(), block.offset.value()?))),
            says: [&network.arch, &network.dataset].map(|field| !field.is_absent()),
            around: around(&network, text),
            left_out: lost.map(|index| network.label(index)).collect(),
        }
    }

    /// The file with these layers in place of its own, and with the keys and the buffer that it lacks;
    /// none where it says nothing yet.
    pub(super) fn around(
        &self,
        layers: &str,
        directive: Option<&str>,
        keys: &str,
        buffer: &str,
    ) -> Option<String> {
        let [before, behind] = self.around.as_ref()?;
        let mut text = String::new();
        let start = if before.starts_with("---\n") { 4 } else { 0 };
        text.push_str(&before[..start]);
        if let Some(directive) = directive.filter(|directive| !before.contains(directive)) {
            text.push_str(directive);
            text.push('\n');
        }
        let before = &before[start..];
        let above = match before.rfind("\nlayers") {
            Some(at) => at + 1,
            None if before.starts_with("layers") => 0,
            None => before.len(),
        };
        text.push_str(&before[..above]);
        if above < before.len() {
            let buffer = if self.buffer.is_none() { buffer } else { "" };
            for part in [keys, buffer.trim_start()] {
                if !part.is_empty() {
                    text.push_str(part);
                    text.push('\n');
                }
            }
        }
        text.push_str(&before[above..]);
        text.push_str(layers);
        text.push_str(behind);
        Some(text)
    }

    /// Whether anything stays where it is.
    pub(super) fn holds(&self) -> bool {
        self.layers.iter().any(Option::is_some)
    }

    /// What the file calls the layers of the plan.
    pub(super) fn layer_names(&self) -> impl Iterator<Item = Option<&str>> {
        let layers = self.layers.iter();
        layers.map(|layer| layer.as_ref()?.name.as_deref())
    }

    pub(super) fn layer(&self, index: usize) -> Option<&KeptLayer> {
        self.layers.get(index)?.as_ref()
    }
}

/// The text before the comments of the first layer, and behind the last layer; all of the text where
/// it has no layers yet. None where it says nothing.
fn around(network: &Network, text: &str) -> Option<[String; 2]> {
    if network.layers.is_empty() {
        let started = text.rfind("\nlayers:").map_or(0, |at| at + 1);
        let rest = text[started..].strip_prefix("layers:");
        let is_empty = rest.is_some_and(|rest| rest.trim().is_empty());
        let above = if is_empty { &text[..started] } else { text }.trim_end();
        return match above {
            "" | "---" => None,
            above => Some([format!("{above}\n\nlayers:\n"), String::new()]),
        };
    }
    let mut layers: Vec<_> = network.layers.iter().collect();
    layers.sort_by_key(|layer| layer.head.start);
    let (first, last) = (layers.first()?, layers.last()?);
    let start = comment_start(text, first.head.start as usize);
    let end = line_end(text, last.span.end as usize);
    let behind = match text[end..].trim() {
        "" => "",
        _ => &text[end..],
    };
    Some([text[..start].to_owned(), behind.to_owned()])
}

/// Where the comments above a line start.
fn comment_start(text: &str, at: usize) -> usize {
    let mut start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    while start > 0 {
        let above = text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
        let line = text[above..start].trim();
        if !line.starts_with('#') {
            break;
        }
        start = above;
    }
    start
}

/// The comment lines above a line.
fn comments_above(text: &str, at: usize) -> &str {
    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
    &text[comment_start(text, at)..line]
}

/// The end of a line, its break included.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

fn layer(document: &Document, network: &Network, index: usize, text: &str) -> Option<KeptLayer> {
    let own = &network.layers[index];
    let layers = document.get(document.root()?, "layers")?;
    let item = document.items(layers).get(own.position)?;
    let entries = document.entries(item.value);
    let keys = entries.iter().enumerate().filter_map(|(nth, entry)| {
        let written = document.span(entry.key).text(text);
        let value = document.span(entry.value);
        let behind = text[value.end as usize..line_end(text, value.end as usize)].trim_end();
        Some(KeptKey {
            name: find(Scope::Layer, written)?.name,
            written: written.to_owned(),
            value: value.text(text).to_owned(),
            above: match nth {
                0 => String::new(),
                _ => comments_above(text, document.span(entry.key).start as usize).to_owned(),
            },
            comment: match behind.trim_start().starts_with('#') {
                true => behind.to_owned(),
                false => String::new(),
            },
        })
    });
    let comment = comments_above(text, own.head.start as usize);
    let from = comment_start(text, own.head.start as usize);
    Some(KeptLayer {
        name: own.name.get().cloned(),
        processors: own.processors.value(),
        output_processors: own.output_processors.value(),
        out_offset: own.out_offset.value(),
        apart: text[..from]
            .lines()
            .next_back()
            .is_none_or(|line| line.trim().is_empty()),
        comment: comment.to_owned(),
        keys: keys.collect(),
    })
}

/// Whether two values mean the same, however they are written.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|c| !" _'\"[]".contains(*c));
        let word: String = letters.flat_map(char::to_lowercase).collect();
        match word.as_str() {
            "passthrough" => "none".to_owned(),
            "mlp" | "fc" => "linear".to_owned(),
            hex if hex.starts_with("0x") => {
                u64::from_str_radix(&hex[2..], 16).map_or(word.clone(), |number| number.to_string())
            }
            pair => match pair.split_once(['x', ',']) {
                Some((first, second)) if first == second => first.to_owned(),
                _ => word.replace('x', ","),
            },
        }
    };
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_in_other_words() {
        for (one, other) in [
            ("ReLU", "relu"),
            ("3x3", "3"),
            ("[2, 2]", "2"),
            ("0x0100", "256"),
            ("'passthrough'", "none"),
            ("MLP", "linear"),
        ] {
            assert!(is_same(one, other), "{one} {other}");
        }
        assert!(!is_same("3x1", "3"));
        assert!(!is_same("conv1d", "conv2d"));
    }
}
