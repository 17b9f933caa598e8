//! A plan as a network file.

use std::fmt::Write as _;

use crate::analysis::Operator;
use crate::network::{Activation, Eltwise, Source};
use crate::rules::words;

use super::Request;
use super::plan::{Plan, PlannedLayer};

/// Characters of a line of a comment.
const WIDTH: usize = 96;
/// Lines that a constructor may take.
const LINES: usize = 6;

/// The whole file.
pub(super) fn write(request: &Request, plan: &Plan) -> String {
    let model = &request.model;
    let mut text = format!(
        "---\n# {} on the {}, made from {}\n# ai8x-lint: device={}\n",
        model.name,
        request.device.name(),
        file_name(&model.file),
        request.device.name()
    );
    if plan.streams() {
        text.push_str("# ai8x-lint: flags=\"--fifo\"\n");
    }
    let _ = write!(
        text,
        "\narch: {}\ndataset: {}\n\nlayers:\n",
        scalar(&model.name),
        scalar(request.dataset)
    );
    for index in 0..plan.layers.len() {
        if index > 0 {
            text.push('\n');
        }
        layer(&mut text, request, plan, index);
    }
    text
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
        false => format!("'{}'", text.replace('\'', "''")),
    }
}

fn layer(text: &mut String, request: &Request, plan: &Plan, index: usize) {
    let own = &plan.layers[index];
    comment(text, request, plan, index);
    let mut keys = Keys { text, first: true };
    keys.add("name", scalar(&own.name));
    inputs(&mut keys, plan, index);
    if own.read_gap > 0 {
        keys.add("read_gap", own.read_gap.to_string());
    }
    keys.add("processors", words::mask(own.processors));
    keys.add("output_processors", words::mask(own.output_processors));
    keys.add("out_offset", words::offset(own.out_offset));
    if own.write_gap > 0 {
        keys.add("write_gap", own.write_gap.to_string());
    }
    if let Some([height, width]) = own.reshape {
        keys.add("in_dim", format!("[{height}, {width}]"));
    }
    operation(&mut keys, plan, own);
    if own.streaming {
        keys.add("streaming", "true".to_owned());
    }
    if own.output {
        keys.add("output", "true".to_owned());
    }
}

struct Keys<'a> {
    text: &'a mut String,
    first: bool,
}

impl Keys<'_> {
    fn add(&mut self, key: &str, value: String) {
        let indent = if self.first { "  - " } else { "    " };
        self.first = false;
        let _ = writeln!(self.text, "{indent}{key}: {value}");
    }
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
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn dims([channels, height, width]: [i64; 3]) -> String {
    format!("{channels}x{height}x{width}")
}

fn label(plan: &Plan, source: Source) -> String {
    match source {
        Source::Layer(layer) => plan.layers[layer].name.clone(),
        Source::Input | Source::Buffer => "input".to_owned(),
    }
}

/// Where the layer reads: nothing where it is the layer before.
fn inputs(keys: &mut Keys, plan: &Plan, index: usize) {
    let own = &plan.layers[index];
    let offset = |source: Source| match source {
        Source::Layer(layer) => plan.layers[layer].out_offset,
        Source::Input | Source::Buffer => plan.input_offset,
    };
    let names: Vec<String> = own
        .inputs
        .iter()
        .map(|source| scalar(&label(plan, *source)))
        .collect();
    let first = own.inputs.first().map_or(0, |source| offset(*source));
    match (index, &own.inputs[..]) {
        (0, _) => keys.add("in_offset", words::offset(first)),
        (_, [Source::Layer(source)]) if *source + 1 == index => {}
        (_, [_]) => {
            keys.add("in_sequences", names.concat());
            keys.add("in_offset", words::offset(first));
        }
        _ => {
            keys.add("in_sequences", format!("[{}]", names.join(", ")));
            keys.add("in_offset", words::offset(first));
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
        if own.inputs.len() > 2 {
            keys.add("operands", own.inputs.len().to_string());
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
