//! The layer that the model has next.

use crate::facts::model::{Call, Model, ModelOperator, Module, Operand};
use crate::network::Activation;
use crate::rules::words::{dims, mask as literal};

use super::Analyzed;
use super::snippets::{escaped, mask};

/// A layer as lines of a snippet.
pub(super) struct Next {
    pub(super) label: String,
    pub(super) documentation: String,
    pub(super) lines: Vec<String>,
}

/// The layer that stands for the module behind that of the layer `before`, in the order in which
/// the model constructs them; none where a layer behind `offset` stands for it already.
pub(super) fn next(analyzed: &Analyzed, before: Option<usize>, offset: u32) -> Option<Next> {
    let model = analyzed.facts.model.as_deref()?;
    let modules = &analyzed.analysis.alignment.as_ref()?.modules;
    let last = match before {
        Some(before) => modules.get(..=before)?.iter().rev().find_map(|own| *own),
        None => None,
    };
    let first = last.map_or(0, |last| last + 1);
    let (index, module) = model
        .modules
        .iter()
        .enumerate()
        .skip(first)
        .find(|(_, module)| module.operator.convolves() && !module.path.is_empty())?;
    let mut layers = analyzed.network.layers.iter().zip(modules);
    if layers.any(|(layer, own)| layer.head.start > offset && *own == Some(index)) {
        return None;
    }
    let place = module.place.as_ref().map_or_else(String::new, |place| {
        format!(
            " of {}, line {}",
            place.file.path,
            place.file.line(place.span)
        )
    });
    let call = model.calls.iter().find(|call| call.module == index);
    Some(Next {
        label: format!("layer {} of the model", module.path),
        documentation: format!("What stands for `{}`{place}.", module.path),
        lines: lines(analyzed, model, module, call, before),
    })
}

fn lines(
    analyzed: &Analyzed,
    model: &Model,
    module: &Module,
    call: Option<&Call>,
    before: Option<usize>,
) -> Vec<String> {
    let name: String = module
        .path
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    let operator = match module.operator {
        ModelOperator::Conv1d => "Conv1d",
        ModelOperator::ConvTranspose2d => "ConvTranspose2d",
        ModelOperator::Linear => "Linear",
        _ => "Conv2d",
    };
    let stored = call.and_then(|call| stored(analyzed, model, call));
    let mut lines = vec![
        format!("- name: ${{1:{name}}}"),
        format!("  op: {operator}"),
    ];
    let mut add = |key: &str, value: String| lines.push(format!("  {key}: {value}"));
    if let Some(sources) = call.and_then(|call| sources(analyzed, model, call, before)) {
        add("in_sequences", sources);
    }
    let is_1d = module.operator == ModelOperator::Conv1d;
    if let Some(pool) = module.pool {
        let key = if pool.average { "avg_pool" } else { "max_pool" };
        add(key, sizes(pool.size, is_1d));
        add("pool_stride", sizes(pool.stride, is_1d));
    }
    if module.operator == ModelOperator::Linear {
        let all = module.in_channels;
        if stored.zip(all).is_some_and(|(own, all)| own != all) {
            add("flatten", "true".to_owned());
        }
    } else {
        match module.kernel[..] {
            [length] => add("kernel_size", length.to_string()),
            [height, width] => add("kernel_size", dims([height, width])),
            _ => {}
        }
        let pairs = [
            ("pad", &module.padding, None),
            (
                "stride",
                &module.stride,
                Some(if operator == "ConvTranspose2d" { 2 } else { 1 }),
            ),
            ("dilation", &module.dilation, Some(1)),
        ];
        for (key, values, usual) in pairs {
            let value = match values[..] {
                [length] => sizes([length, 1], true),
                [height, width] => sizes([height, width], false),
                _ => continue,
            };
            if !usual.is_some_and(|usual| values.iter().all(|value| *value == usual)) {
                add(key, value);
            }
        }
        if let Some(groups) = module.groups.filter(|groups| *groups > 1) {
            add("groups", groups.to_string());
        }
    }
    match module.activation {
        Some(Activation::Relu) => add("activate", "ReLU".to_owned()),
        Some(Activation::Abs) => add("activate", "Abs".to_owned()),
        Some(Activation::None) => add("activate", "None".to_owned()),
        None => {}
    }
    if module.wide == Some(true) {
        add("output_width", "32".to_owned());
    }
    let mask = match stored {
        Some(channels) => literal(mask(channels)),
        None => "MASK".to_owned(),
    };
    add("processors", format!("${{2:{mask}}}"));
    add("out_offset", "${3:OFFSET}".to_owned());
    lines
}

/// One number where both are equal, or only one counts.
fn sizes([height, width]: [i64; 2], is_1d: bool) -> String {
    if is_1d || height == width {
        height.to_string()
    } else {
        format!("[{height}, {width}]")
    }
}

/// The channels of what a call reads, as they lie in memory: those before flattening. All operands
/// of an operation have the same.
fn stored(analyzed: &Analyzed, model: &Model, call: &Call) -> Option<i64> {
    match call.arguments.first()? {
        Operand::Input => analyzed.facts.input.map(|[channels, _, _]| channels),
        Operand::Call(source) => model.calls.get(*source)?.out_shape.first().copied(),
        Operand::Concat(_) => call.in_shape.first().copied(),
        Operand::Other => None,
    }
}

/// The layers that a call reads, where it is not the layer before alone and all are known.
fn sources(
    analyzed: &Analyzed,
    model: &Model,
    call: &Call,
    before: Option<usize>,
) -> Option<String> {
    let mut layers = Vec::new();
    for operand in &call.arguments {
        let parts = match operand {
            Operand::Concat(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        for part in parts {
            let Operand::Call(source) = part else {
                return None;
            };
            let module = model.calls.get(*source)?.module;
            let modules = &analyzed.analysis.alignment.as_ref()?.modules;
            let layer = modules.iter().position(|own| *own == Some(module))?;
            layers.push(layer);
        }
    }
    if layers.is_empty() || (layers.len() == 1 && layers.first().copied() == before) {
        return None;
    }
    let name = |layer: &usize| {
        let layers = &analyzed.network.layers;
        let name = layers.get(*layer).and_then(|layer| layer.name());
        name.map_or_else(|| layer.to_string(), escaped)
    };
    let names: Vec<String> = layers.iter().map(name).collect();
    Some(match names.as_slice() {
        [one] => one.clone(),
        all => format!("[{}]", all.join(", ")),
    })
}
