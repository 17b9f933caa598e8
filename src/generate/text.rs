//! A plan as a network file.

use std::fmt::Write as _;

use crate::analysis::{Operator, low_mask};
use crate::network::keys::{Scope, find};
use crate::network::{Activation, Eltwise, Source};
use crate::rules::words;

use super::Request;
use super::keep::{Kept, KeptLayer, is_same};
use super::plan::{BufferUse, Plan, PlannedLayer, spread};

/// Characters of a line of a comment.
const WIDTH: usize = 96;
/// Lines that a constructor may take.
const LINES: usize = 6;

/// The whole file; where there is one already, that file with these layers.
pub(super) fn write(request: &Request, plan: &Plan, kept: &Kept) -> String {
    let model = &request.model;
    let mut layers = String::new();
    for index in 0..plan.layers.len() {
        if index > 0 && kept.layer(index).is_none_or(|layer| layer.apart) {
            layers.push('\n');
        }
        layer(&mut layers, request, plan, kept, index);
    }
    let flags: Vec<&str> = [
        (plan.streams(), "--fifo"),
        (plan.overlaps, "--overlap-data"),
    ]
    .into_iter()
    .filter_map(|(needed, flag)| needed.then_some(flag))
    .collect();
    let flags = (!flags.is_empty()).then(|| format!("# ai8x-lint: flags=\"{}\"", flags.join(" ")));
    let keys = [
        format!("arch: {}\n", scalar(&model.name)),
        format!("dataset: {}\n", scalar(request.dataset)),
    ];
    let lacking = keys.iter().zip(kept.says);
    let lacking: String = lacking
        .filter(|(_, said)| !said)
        .map(|(key, _)| key.as_str())
        .collect();
    if let Some(text) = kept.around(&layers, flags.as_deref(), &lacking, &buffer(plan)) {
        return text;
    }
    let mut text = format!(
        "---\n# {} on the {}, made from {}\n# ai8x-lint: device={}\n",
        model.name,
        request.device.name(),
        file_name(&model.file),
        request.device.name()
    );
    if let Some(flags) = flags {
        text.push_str(&flags);
        text.push('\n');
    }
    let _ = write!(
        text,
        "\n{}{}\nlayers:\n{layers}",
        keys.concat(),
        buffer(plan)
    );
    text
}

/// The rolling buffer.
fn buffer(plan: &Plan) -> String {
    let Some(buffer) = &plan.buffer else {
        return String::new();
    };
    let written = plan.layers[buffer.layer].output_processors;
    let processors = written.unwrap_or_else(|| low_mask(spread(buffer.channels).processors));
    format!(
        "\ndata_buffer:\n  - name: {}\n    processors: {}\n    dim: {}\n    channels: {}\n    offset: {}\n",
        scalar(&buffer.name),
        words::mask(processors),
        buffer.frames,
        buffer.channels,
        words::offset(buffer.offset)
    )
}

fn file_name(path: &str) -> &str {
    match path.rsplit(['/', '\\']).next() {
        Some(name) if !name.is_empty() => name,
        _ => "its model",
    }
}

/// Text as a YAML value: quoted where it would not be a plain string.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        && !["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    match plain {
        true => text.to_owned(),
        false => format!("'{}'", printable(text).replace('\'', "''")),
    }
}

fn layer(text: &mut String, request: &Request, plan: &Plan, kept: &Kept, index: usize) {
    let own = &plan.layers[index];
    let mut keys = Keys::default();
    keys.add("name", scalar(&own.name));
    inputs(&mut keys, plan, index);
    if own.read_gap > 0 {
        keys.add("read_gap", own.read_gap.to_string());
    }
    for (key, mask) in [
        ("processors", own.processors),
        ("output_processors", own.output_processors),
    ] {
        if let Some(mask) = mask {
            keys.add(key, words::mask(mask));
        }
    }
    keys.add("out_offset", words::offset(own.out_offset));
    if own.write_gap > 0 {
        keys.add("write_gap", own.write_gap.to_string());
    }
    match own.buffer {
        Some(BufferUse::Shift | BufferUse::Read) => {
            keys.add("in_channels", own.reads[0].to_string());
            keys.add("in_dim", own.reads[1].to_string());
        }
        Some(BufferUse::Insert) => keys.add("buffer_insert", "1".to_owned()),
        None => {}
    }
    if own.buffer == Some(BufferUse::Shift) {
        keys.add("buffer_shift", "1".to_owned());
    }
    if let Some([height, width]) = own.reshape {
        keys.add("in_dim", format!("[{height}, {width}]"));
    }
    operation(&mut keys, plan, own);
    if own.streaming {
        keys.add("streaming", "true".to_owned());
    }
    match own.output {
        true => keys.add("output", "true".to_owned()),
        false if index + 1 == plan.layers.len() => keys.may("output", "true".to_owned()),
        false => {}
    }
    match kept.layer(index) {
        None => {
            comment(text, request, plan, index);
            let keys = keys.0.iter().filter(|key| !key.optional);
            write_keys(text, keys.map(|key| ("", key.name, key.value.as_str(), "")));
        }
        Some(layer) => {
            match layer.comment.is_empty() {
                true => comment(text, request, plan, index),
                false => text.push_str(&layer.comment),
            }
            merge(text, &keys, layer);
        }
    }
}

/// Keys of a layer in their order.
#[derive(Default)]
struct Keys(Vec<OwnKey>);

struct OwnKey {
    name: &'static str,
    value: String,
    /// Whether only those need to write it that like to.
    optional: bool,
}

impl Keys {
    fn add(&mut self, name: &'static str, value: String) {
        self.push(name, value, false);
    }

    /// A key that says what holds without it.
    fn may(&mut self, name: &'static str, value: String) {
        self.push(name, value, true);
    }

    fn push(&mut self, name: &'static str, value: String, optional: bool) {
        self.0.push(OwnKey {
            name,
            value,
            optional,
        });
    }
}

/// Writes keys: the comments above each, its name, its value, and the comment behind it.
fn write_keys<'a>(
    text: &mut String,
    keys: impl Iterator<Item = (&'a str, &'a str, &'a str, &'a str)>,
) {
    let mut indent = "  - ";
    for (above, name, value, comment) in keys {
        text.push_str(above);
        let _ = writeln!(text, "{indent}{name}: {value}{comment}");
        indent = "    ";
    }
}

/// Keys that the model and the layout determine: where they are not ours, they are wrong.
const DETERMINED: [&str; 21] = [
    "in_sequences",
    "in_offset",
    "in_dim",
    "read_gap",
    "op",
    "eltwise",
    "operands",
    "max_pool",
    "avg_pool",
    "pool_stride",
    "pool_dilation",
    "pool_first",
    "kernel_size",
    "stride",
    "dilation",
    "groups",
    "flatten",
    "output_width",
    "write_gap",
    "weight_source",
    "output",
];

/// Keys as the file has them, as far as they are right, and those that it lacks.
fn merge(text: &mut String, own: &Keys, kept: &KeptLayer) {
    let recommended = |key: &OwnKey| find(Scope::Layer, key.name).map_or(key.name, |key| key.name);
    let mut keys: Vec<(&str, &str, &str, &str)> = Vec::new();
    for key in &kept.keys {
        let ours = own.0.iter().find(|own| recommended(own) == key.name);
        let value = match ours {
            Some(ours) if is_same(&ours.value, &key.value) => &key.value,
            Some(ours) => &ours.value,
            None if DETERMINED.contains(&key.name) => continue,
            None => &key.value,
        };
        keys.push((&key.above, &key.written, value, &key.comment));
    }
    let lacking = own
        .0
        .iter()
        .filter(|own| !own.optional && !kept.keys.iter().any(|key| key.name == recommended(own)));
    keys.extend(lacking.map(|key| ("", key.name, key.value.as_str(), "")));
    write_keys(text, keys.into_iter());
}

/// What the layer is in the model, and the shapes.
fn comment(text: &mut String, request: &Request, plan: &Plan, index: usize) {
    let own = &plan.layers[index];
    let model = &request.model;
    let module = own
        .call
        .map(|call| &model.modules[model.calls[call].module]);
    let what = match module {
        Some(module) => {
            let written = module
                .place
                .as_ref()
                .map(|place| place.span.text(&place.file.text));
            let constructor = written.unwrap_or(&module.class);
            format!("{} = {}", module.path, one_line(constructor))
        }
        None if own.buffer.is_some() => "room for the newest of the frames".to_owned(),
        None => format!(
            "{} once more, with gaps for the layer that combines it",
            own.inputs
                .first()
                .map_or_else(String::new, |source| label(plan, *source))
        ),
    };
    wrapped(text, &format!("Layer {index}: {what}"));
    let reads: Vec<String> = match own.inputs.len() {
        0 | 1 => vec![dims(own.reads)],
        _ => own
            .inputs
            .iter()
            .map(|source| dims(plan.shape(*source)))
            .collect(),
    };
    let _ = writeln!(text, "  # {} -> {}", reads.join(" and "), dims(own.writes));
}

/// Writes a comment over as many lines as it needs, the later ones indented; a very long one is cut.
fn wrapped(text: &mut String, comment: &str) {
    let mut lines = vec![String::new()];
    for word in comment.split(' ') {
        let line = lines.last().map_or(0, |line| line.chars().count());
        match lines.last_mut() {
            Some(last) if line == 0 || line + 1 + word.chars().count() <= WIDTH => {
                if line > 0 {
                    last.push(' ');
                }
                last.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    if lines.len() > LINES {
        lines.truncate(LINES);
        if let Some(last) = lines.last_mut() {
            last.push_str(" ...");
        }
    }
    for line in lines {
        let _ = writeln!(text, "  # {line}");
    }
}

fn one_line(text: &str) -> String {
    printable(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Text without what YAML does not take.
fn printable(text: &str) -> String {
    let letters = text.chars();
    letters
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

fn dims([channels, height, width]: [i64; 3]) -> String {
    match (height, width) {
        (1, 1) => channels.to_string(),
        (length, 1) => format!("{channels}x{length}"),
        _ => format!("{channels}x{height}x{width}"),
    }
}

fn label(plan: &Plan, source: Source) -> String {
    match source {
        Source::Layer(layer) => plan.layers[layer].name.clone(),
        Source::Buffer if plan.buffer.is_some() => plan
            .buffer
            .as_ref()
            .map_or_else(String::new, |buffer| buffer.name.clone()),
        Source::Input | Source::Buffer => "input".to_owned(),
    }
}

/// Where the layer reads: nothing where it is the layer before.
fn inputs(keys: &mut Keys, plan: &Plan, index: usize) {
    let own = &plan.layers[index];
    let offset = |source: Source| match (source, &plan.buffer) {
        (Source::Layer(layer), _) => plan.layers[layer].out_offset,
        (Source::Buffer, Some(buffer)) if own.buffer == Some(BufferUse::Shift) => {
            buffer.offset + buffer.frame_bytes()
        }
        (Source::Buffer, Some(buffer)) => buffer.offset,
        (Source::Input | Source::Buffer, _) => plan.input_offset,
    };
    let names: Vec<String> = own
        .inputs
        .iter()
        .map(|source| scalar(&label(plan, *source)))
        .collect();
    let first = own.inputs.first().map_or(0, |source| offset(*source));
    let first = words::offset(first);
    match (index, &own.inputs[..]) {
        (0, _) => keys.add("in_offset", first),
        (_, [Source::Layer(source)]) if *source + 1 == index => {
            keys.may("in_sequences", names.concat());
            keys.may("in_offset", first);
        }
        (_, [_]) => {
            keys.add("in_sequences", names.concat());
            keys.add("in_offset", first);
        }
        _ => {
            keys.add("in_sequences", format!("[{}]", names.join(", ")));
            keys.add("in_offset", first);
        }
    }
}

fn operation(keys: &mut Keys, plan: &Plan, own: &PlannedLayer) {
    if let Some(eltwise) = own.eltwise {
        let name = match eltwise {
            Eltwise::Add => "add",
            Eltwise::Sub => "sub",
            Eltwise::Or => "or",
            Eltwise::Xor => "xor",
        };
        keys.add("eltwise", name.to_owned());
        let operands = own.inputs.len().to_string();
        match own.inputs.len() {
            2 => keys.may("operands", operands),
            _ => keys.add("operands", operands),
        }
    }
    if let Some(pool) = own.pool {
        let (kind, flat) = (
            if pool.average { "avg_pool" } else { "max_pool" },
            own.operator == Operator::Conv1d,
        );
        keys.add(kind, pair(&pool.size, flat));
        keys.add("pool_stride", pair(&pool.stride, flat));
    }
    let name = match own.operator {
        Operator::Conv1d => "conv1d",
        Operator::Conv2d => "conv2d",
        Operator::ConvTranspose2d => "convtranspose2d",
        Operator::Linear => "linear",
        Operator::Passthrough => "passthrough",
    };
    keys.add("operation", name.to_owned());
    if !own.operator.convolves() {
        return;
    }
    if own.flatten {
        keys.add("flatten", "true".to_owned());
    }
    if own.operator != Operator::Linear {
        let kernel: Vec<String> = own.kernel.iter().map(i64::to_string).collect();
        keys.add("kernel_size", kernel.join("x"));
        keys.add("pad", pair(&own.padding, false));
        if own.dilation.iter().any(|dilation| *dilation != 1) {
            keys.add("dilation", pair(&own.dilation, false));
        }
        if own.groups != 1 {
            keys.add("groups", own.groups.to_string());
        }
    }
    if let Some(bits) = own.bits {
        keys.add("quantization", bits.to_string());
    }
    let activation = match own.activation {
        Activation::Relu => "ReLU",
        Activation::Abs => "Abs",
        Activation::None => "none",
    };
    keys.add("activate", activation.to_owned());
    if own.wide {
        keys.add("output_width", "32".to_owned());
    }
    if let Some(source) = own.weight_source {
        keys.add("weight_source", scalar(&plan.layers[source].name));
    }
}

/// A value for each dimension, or one for both.
fn pair(values: &[i64], flat: bool) -> String {
    match *values {
        [first, ..] if flat => first.to_string(),
        [first, second] if first != second => format!("[{first}, {second}]"),
        [first, ..] => first.to_string(),
        [] => "0".to_owned(),
    }
}
