//! The values that a key takes here, on this chip.

use crate::allocate::{Member, Problem, Relation, free};
use crate::analysis::{Operator, Spread, low_mask};
use crate::device::{PROCESSORS, PROCESSORS_PER_QUADRANT, QUADRANTS};
use crate::network::Source;
use crate::network::keys::{Domain, Key, Meaning, Range, Scope, Word};
use crate::rules::words::{count, list, mask as literal, offset as hex};
use crate::text::{Edit, apply_edits};
use crate::yaml;

use crate::ide::words;

use super::spot::Spot;
use super::{Analyzed, Completion, CompletionKind};

/// Numbers of a small range are listed.
const FEW: i64 = 4;

/// A value, before it is known where it goes.
struct Value {
    label: String,
    aliases: &'static [&'static str],
    kind: CompletionKind,
    detail: String,
    documentation: String,
}

impl Value {
    fn new(label: impl Into<String>, kind: CompletionKind, detail: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            aliases: &[],
            kind,
            detail: detail.into(),
            documentation: String::new(),
        }
    }
}

/// What can stand behind a key.
pub(super) fn values(
    analyzed: &Analyzed,
    spot: &Spot,
    key: &'static Key,
    tight: bool,
) -> Vec<Completion> {
    let layer = layer(analyzed, spot);
    let found = match key.domain {
        Domain::Words { words, .. } => of_words(analyzed, words),
        Domain::Numbers { numbers, words, .. } => numbers
            .iter()
            .map(|number| Value::new(number.to_string(), CompletionKind::Number, ""))
            .chain(of_words(analyzed, words))
            .collect(),
        Domain::Boolean => ["true", "false"]
            .map(|word| Value::new(word, CompletionKind::Word, ""))
            .into(),
        Domain::Mask { .. } if spot.block.scope == Scope::Layer => layer
            .map(|layer| masks(analyzed, layer, key.name))
            .unwrap_or_default(),
        Domain::Offset(_) => layer
            .map(|layer| match key.name {
                "in_offset" => in_offsets(analyzed, layer),
                _ => out_offsets(analyzed, spot, layer),
            })
            .unwrap_or_default(),
        Domain::Reference => references(analyzed, layer, false),
        Domain::References => references(analyzed, layer, true),
        Domain::Target => {
            let mut found = references(analyzed, layer, false);
            found.push(Value::new("stop", CompletionKind::Layer, "the end"));
            found
        }
        Domain::Kernel => kernels(analyzed, layer),
        Domain::Pair(_) if key.name == "pool_stride" => layer
            .and_then(|layer| analyzed.analysis.parameters.get(layer)?.pool.ok())
            .filter(|[height, width]| height == width)
            .map(|[size, _]| {
                let detail = "the size of the window, as in PyTorch";
                Value::new(size.to_string(), CompletionKind::Number, detail)
            })
            .into_iter()
            .collect(),
        Domain::Pair(_) if matches!(key.name, "max_pool" | "avg_pool") => [2, 3, 4]
            .map(|size| {
                let detail = format!("windows of {size}x{size}");
                Value::new(size.to_string(), CompletionKind::Number, detail)
            })
            .into(),
        Domain::Integer(_) if key.name == "write_gap" => layer
            .and_then(|layer| write_gap(analyzed, layer))
            .into_iter()
            .collect(),
        Domain::Integer(range) | Domain::Pair(range) | Domain::Integers(range) => few(range),
        Domain::NumericMask
        | Domain::Mask { .. }
        | Domain::Dimensions(_)
        | Domain::Crop
        | Domain::Numbered { .. }
        | Domain::Text
        | Domain::Blocks(_) => Vec::new(),
    };
    completions(spot, tight, found)
}

/// Names, each with a few words about it.
pub(super) fn named(spot: &Spot, tight: bool, names: Vec<(String, String)>) -> Vec<Completion> {
    let words = names
        .into_iter()
        .map(|(name, detail)| Value::new(name, CompletionKind::Word, detail));
    completions(spot, tight, words.collect())
}

fn completions(spot: &Spot, tight: bool, found: Vec<Value>) -> Vec<Completion> {
    found
        .into_iter()
        .map(|value| Completion {
            edit: Edit::replace(
                spot.word,
                if tight {
                    format!(" {}", value.label)
                } else {
                    value.label.clone()
                },
            ),
            label: value.label,
            aliases: value.aliases,
            kind: value.kind,
            detail: value.detail,
            documentation: value.documentation,
            snippet: false,
        })
        .collect()
}

/// The layer of a block.
pub(super) fn layer(analyzed: &Analyzed, spot: &Spot) -> Option<usize> {
    let dash = spot
        .block
        .dash
        .filter(|_| spot.block.scope == Scope::Layer)?;
    analyzed
        .network
        .layers
        .iter()
        .position(|layer| layer.head.start == dash)
}

fn of_words(analyzed: &Analyzed, words: &'static [Word]) -> Vec<Value> {
    words
        .iter()
        // Binary weights are the only numbers that have a word.
        .filter(|word| {
            !matches!(word.meaning, Meaning::Number(_)) || analyzed.device.extended_features
        })
        .map(|word| Value {
            aliases: word.aliases,
            documentation: word.documentation.to_owned(),
            ..Value::new(word.name, CompletionKind::Word, word.aliases.join(", "))
        })
        .collect()
}

fn few(range: Range) -> Vec<Value> {
    if range.max.saturating_sub(range.min) > FEW {
        return Vec::new();
    }
    (range.min..=range.max)
        .map(|number| Value::new(number.to_string(), CompletionKind::Number, ""))
        .collect()
}

/// The words between those of a layer whose reader takes its operands in turns.
fn write_gap(analyzed: &Analyzed, layer: usize) -> Option<Value> {
    let analysis = &analyzed.analysis;
    let mut readers = analysis.graph.readers(Source::Layer(layer));
    readers.find_map(|reader| {
        let operands = analysis.parameters.get(reader)?.operands.ok()?;
        (operands > 1).then(|| {
            let title = words::title(analyzed, reader);
            let detail = format!("one of the {operands} operands of {title}");
            let gap = operands - 1;
            Value::new(gap.to_string(), CompletionKind::Number, detail)
        })
    })
}

/// Masks with as many processors as the channels need: what the data already lies on first.
fn masks(analyzed: &Analyzed, layer: usize, key: &str) -> Vec<Value> {
    let analysis = &analyzed.analysis;
    let (Some(shape), Some(parameters)) =
        (analysis.shapes.get(layer), analysis.parameters.get(layer))
    else {
        return Vec::new();
    };
    let is_input = key == "processors";
    let (channels, noun) = if is_input {
        (shape.stored_channels, "input channel")
    } else {
        (shape.out_channels, "output channel")
    };
    let mut found: Vec<Value> = Vec::new();
    let mut add = |mask: u64, detail: String| {
        let label = literal(mask);
        if mask != 0 && found.iter().all(|other| other.label != label) {
            let size = count(i64::from(mask.count_ones()), "processor");
            let detail = format!("{size} of {}: {detail}", words::instances(mask));
            found.push(Value::new(label, CompletionKind::Number, detail));
        }
    };
    // The neighbours' masks say where the data lies already.
    if is_input {
        let sources: Vec<Source> = analysis
            .graph
            .inputs
            .get(layer)
            .into_iter()
            .flatten()
            .filter_map(|input| input.source.ok())
            .filter(|source| *source != Source::Input)
            .collect();
        let masks: Option<Vec<u64>> = sources
            .iter()
            .map(|source| written(analyzed, *source))
            .collect();
        if let Some(masks) = masks.filter(|masks| !masks.is_empty()) {
            let names: Vec<String> = sources
                .iter()
                .map(|source| analyzed.network.source_label(*source))
                .collect();
            let all = masks.iter().fold(0, |all, mask| all | mask);
            add(all, format!("what {} wrote", list(&names)));
        }
    } else {
        for reader in analysis.graph.readers(Source::Layer(layer)) {
            if let Some(mask) = analyzed.network.layers[reader].processors.value() {
                let joins = analysis.graph.inputs[reader].len() > 1;
                if !joins
                    || analysis.parameters[reader]
                        .eltwise
                        .is_ok_and(|op| op.is_some())
                {
                    add(
                        mask,
                        format!("what {} reads", analyzed.network.label(reader)),
                    );
                }
            }
        }
    }
    let Ok(channels) = channels else {
        return found;
    };
    let spread = Spread::new(channels, i64::from(PROCESSORS));
    let chw = is_input && parameters.chw == Ok(true);
    for quadrant in 0..QUADRANTS {
        let start = quadrant * PROCESSORS_PER_QUADRANT;
        if i64::from(start) + spread.processors > i64::from(PROCESSORS) || chw {
            break;
        }
        add(
            low_mask(spread.processors) << start,
            format!(
                "{} in {}",
                count(channels, noun),
                count(spread.passes, "pass")
            ),
        );
    }
    found
}

/// The mask of what a source wrote, where the file says it itself.
fn written(analyzed: &Analyzed, source: Source) -> Option<u64> {
    match source {
        // A mask that is taken from the next layer is the one to be written.
        Source::Layer(layer) => analyzed
            .network
            .layers
            .get(layer)?
            .output_processors
            .value(),
        _ => analyzed.analysis.map_of(&analyzed.network, source).ok(),
    }
}

fn in_offsets(analyzed: &Analyzed, layer: usize) -> Vec<Value> {
    let inputs = analyzed.analysis.graph.inputs.get(layer);
    let offsets: Option<Vec<(i64, String)>> = inputs
        .into_iter()
        .flatten()
        .map(|input| match input.source.ok()? {
            Source::Layer(source) => Some((
                analyzed.analysis.memory.get(source)?.out_offset.ok()?,
                analyzed.network.label(source),
            )),
            Source::Input => Some((0, "the input".to_owned())),
            Source::Buffer => {
                let block = analyzed.network.data_buffer.first()?;
                Some((block.offset.value()?, "the data buffer".to_owned()))
            }
        })
        .collect();
    offsets
        .and_then(|offsets| offsets.into_iter().min())
        .map(|(offset, source)| {
            Value::new(
                hex(offset),
                CompletionKind::Number,
                format!("where {source} starts"),
            )
        })
        .into_iter()
        .collect()
}

/// Offsets at which the output meets nothing, on coarse and on fine steps.
fn out_offsets(analyzed: &Analyzed, spot: &Spot, layer: usize) -> Vec<Value> {
    const STEPS: [i64; 2] = [0x400, 0x10];
    const MOST: usize = 8;
    let found = patched(analyzed, spot).and_then(|patched| {
        let problem = Problem::new(
            &patched.network,
            &patched.analysis,
            patched.device,
            Relation::AsWritten,
        )
        .ok()?;
        let bundle = problem.bundle_of(Source::Layer(layer))?;
        let own = problem
            .bundles
            .get(bundle)?
            .members
            .iter()
            .find(|member| member.source == Source::Layer(layer))?;
        let mut bases = problem.bases();
        let others: Vec<Option<i64>> = bases.iter().copied().map(Some).collect();
        let mut found: Vec<i64> = STEPS
            .into_iter()
            .flat_map(|step| free(&problem, bundle, &others, step).take(MOST))
            .collect();
        found.sort_unstable();
        found.dedup();
        let value = |base: i64| {
            let offset = hex(base + own.offset);
            bases[bundle] = base;
            let detail = match problem.room(Source::Layer(layer), &bases) {
                Some(end) if end >= base + own.end => {
                    let last = hex(end - 1);
                    format!("free: {offset} to {last} while this output is live")
                }
                _ => "free, between the words of other outputs".to_owned(),
            };
            Value {
                documentation: life(&patched, layer, own),
                ..Value::new(offset, CompletionKind::Number, detail)
            }
        };
        Some(found.into_iter().map(value).collect())
    });
    match found {
        Some(found) => found,
        // A chain of layers alternates between two places.
        None => [0, analyzed.device.instance_bytes / 2]
            .into_iter()
            .map(|offset| Value::new(hex(offset), CompletionKind::Number, ""))
            .collect(),
    }
}

/// From when to when an output is live.
fn life(analyzed: &Analyzed, layer: usize, own: &Member) -> String {
    let network = &analyzed.network;
    let layer = network.label(layer);
    if own.dies == i64::MAX {
        return format!("The output of {layer} is live to the end: the network gives it out.");
    }
    let order = &analyzed.analysis.graph.order;
    let last = usize::try_from(own.dies)
        .ok()
        .and_then(|time| order.get(time));
    match last {
        Some(last) => format!(
            "The output of {layer} is live until {} has run.",
            network.label(*last)
        ),
        None => format!("The output of {layer} is live to the end."),
    }
}

/// The network with an offset at the cursor: without one it is not known what is written.
fn patched(analyzed: &Analyzed, spot: &Spot) -> Option<Analyzed> {
    let edit = Edit::replace(spot.word, " 0");
    let text = apply_edits(&analyzed.text, &[edit])?;
    let document = yaml::parse(&text);
    Some(Analyzed::of_document(
        text.into(),
        document,
        analyzed.facts.clone(),
        Vec::new(),
    ))
}

/// Layers by name, else by number: those that can be named here, the nearest first.
fn references(analyzed: &Analyzed, own: Option<usize>, data: bool) -> Vec<Value> {
    let network = &analyzed.network;
    let mut found: Vec<Value> = network
        .layers
        .iter()
        .enumerate()
        .filter(|(index, _)| {
            let later = own.is_some_and(|own| *index > own);
            Some(*index) != own && (!later || analyzed.device.extended_features || !data)
        })
        .map(|(index, layer)| {
            let label = match layer.name() {
                Some(name) => name.to_owned(),
                None => layer.number.to_string(),
            };
            Value::new(label, CompletionKind::Layer, words::detail(analyzed, index))
        })
        .collect();
    found.reverse();
    if data {
        found.push(Value::new(
            "input",
            CompletionKind::Layer,
            "the network's input",
        ));
        let buffer = network
            .data_buffer
            .last()
            .and_then(|block| block.name.get());
        found.extend(
            buffer.map(|name| Value::new(name, CompletionKind::Layer, "the rolling buffer")),
        );
    }
    found
}

fn kernels(analyzed: &Analyzed, layer: Option<usize>) -> Vec<Value> {
    let operator = layer.and_then(|layer| analyzed.analysis.parameters.get(layer)?.operator.ok());
    let kernels: &[&str] = match operator {
        Some(Operator::Conv1d) => &["1", "2", "3", "4", "5", "6", "7", "8", "9"],
        Some(Operator::ConvTranspose2d) => &["3x3"],
        Some(Operator::Linear) => &[],
        _ => &["3x3", "1x1"],
    };
    kernels
        .iter()
        .map(|kernel| Value::new(*kernel, CompletionKind::Word, ""))
        .collect()
}
