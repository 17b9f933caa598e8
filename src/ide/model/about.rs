//! What there is to say about a layer and its module.

use std::fmt::Write as _;

use crate::analysis::DifferenceKind;
use crate::facts::model::{Model, ModelPlace, Module};
use crate::rules::words::{count, list, mask, offset as hex, processors};

use super::{parts, statement};
use crate::ide::{Analyzed, words};

/// Lines of a constructor that are shown.
const MOST_LINES: usize = 12;

/// The module of the model that a layer stands for: its path, its text, its shapes, what else the
/// layer runs, and whether both agree.
pub fn about(analyzed: &Analyzed, layer: usize) -> Option<String> {
    let model = analyzed.facts.model.as_deref()?;
    let mut parts = parts(analyzed, model, layer);
    let (module, call) = parts.next()?;
    let mut text = format!("In the model: `{}`", named(module));
    if let Some(place) = &module.place {
        let _ = write!(text, ", {}", at(place));
        text.push_str("\n\n");
        text.push_str(&code(place));
    }
    text.push_str("\n\n");
    if let Some(call) = call
        && !(call.in_shape.is_empty() && call.out_shape.is_empty())
    {
        let (input, output) = (shape(&call.in_shape), shape(&call.out_shape));
        let _ = write!(text, "{input} -> {output} in the model. ");
    }
    let others: Vec<String> = parts
        .map(|(module, _)| format!("`{}`", named(module)))
        .collect();
    if !others.is_empty() {
        let _ = write!(text, "The layer runs {}, too. ", list(&others));
    }
    text.push_str(&verdict(analyzed, layer));
    Some(text)
}

/// The model of the network, and in what they differ.
pub fn about_network(analyzed: &Analyzed) -> Option<String> {
    let model = analyzed.facts.model.as_deref()?;
    let alignment = analyzed.analysis.alignment.as_ref()?;
    let mut text = format!("Model `{}`", model.name);
    match &model.place {
        Some(place) => {
            let _ = write!(text, ", {}\n\n{}\n\n", at(place), code(place));
        }
        None => {
            let _ = write!(text, " in {}. ", model.file);
        }
    }
    let paired = alignment.modules.iter().flatten().count();
    let own = weighted(model);
    let _ = write!(
        text,
        "{} of the network stand for its {} with weights. ",
        count(paired as i64, "layer"),
        count(own as i64, "module")
    );
    let differing: Vec<String> = (0..analyzed.network.layers.len())
        .filter_map(|layer| {
            let what = differences(analyzed, layer);
            (!what.is_empty())
                .then(|| format!("{} ({})", analyzed.network.label(layer), what.join(", ")))
        })
        .collect();
    let elsewhere = alignment
        .differences
        .iter()
        .filter(|difference| difference.layer.is_none())
        .count();
    text.push_str(&match (differing.is_empty(), elsewhere) {
        (true, 0) => "The network and the model agree.".to_owned(),
        (true, _) => "The model has what the network lacks.".to_owned(),
        (false, _) => format!("They differ in {}.", list(&differing)),
    });
    Some(text)
}

/// A layer of a network as the model's file shows it; `network` says which network it is of.
pub fn about_in_python(analyzed: &Analyzed, layer: usize, network: &str) -> Option<String> {
    let memory = analyzed.analysis.memory.get(layer)?;
    let keys = analyzed.network.layers.get(layer)?;
    let mut text = format!(
        "**{}** of {network}  {}",
        analyzed.network.label(layer),
        words::detail(analyzed, layer)
    );
    let mut facts = Vec::new();
    if let Some(own) = keys.processors.value() {
        facts.push(format!("processors {} (`{}`)", processors(own), mask(own)));
    }
    if let Ok(own) = memory.output_map {
        facts.push(format!("output for processors {}", processors(own)));
    }
    if let Ok(offset) = memory.in_offset {
        facts.push(format!("reads at {}", hex(offset)));
    }
    if let Ok(offset) = memory.out_offset {
        facts.push(format!("writes at {}", hex(offset)));
    }
    if !facts.is_empty() {
        text.push_str("\n\n");
        text.push_str(&facts.join(", "));
    }
    text.push_str("\n\n");
    text.push_str(&verdict(analyzed, layer));
    Some(text)
}

/// The number of modules whose weights a network uses.
fn weighted(model: &Model) -> usize {
    let weighted = |module: &&Module| module.operator.convolves() && !module.path.is_empty();
    model.modules.iter().filter(weighted).count()
}

/// The path of a module, else its class.
fn named(module: &Module) -> &str {
    if module.path.is_empty() {
        &module.class
    } else {
        &module.path
    }
}

/// `models/ai85net.py, line 12`
fn at(place: &ModelPlace) -> String {
    format!("{}, line {}", place.file.path, place.file.line(place.span))
}

/// The lines of a place, as code.
fn code(place: &ModelPlace) -> String {
    let text = &place.file.text;
    let start = statement(place).start as usize;
    let rest = text.get(place.span.end as usize..).unwrap_or_default();
    let end = text.len() - rest.len() + rest.find('\n').unwrap_or(rest.len());
    let all = text.get(start..end).unwrap_or_default();
    // What is indented like the first line starts where that does.
    let line = text.get(..start).and_then(|before| before.rfind('\n'));
    let indentation = start - line.map_or(0, |at| at + 1);
    let mut lines: Vec<&str> = all
        .lines()
        .enumerate()
        .map(|(number, line)| match number {
            0 => line,
            _ => {
                let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
                line.get(blanks.min(indentation)..).unwrap_or_default()
            }
        })
        .collect();
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        lines.push("...");
    }
    format!("```python\n{}\n```", lines.join("\n").trim_end())
}

/// `16x32x32`
fn shape(sizes: &[i64]) -> String {
    if sizes.is_empty() {
        return "?".to_owned();
    }
    let sizes: Vec<String> = sizes.iter().map(i64::to_string).collect();
    sizes.join("x")
}

fn verdict(analyzed: &Analyzed, layer: usize) -> String {
    let differences: Vec<String> = differences(analyzed, layer)
        .into_iter()
        .map(str::to_owned)
        .collect();
    if differences.is_empty() {
        "The network and the model agree here.".to_owned()
    } else {
        format!(
            "The network and the model differ in {}.",
            list(&differences)
        )
    }
}

/// In what a layer differs from the model, each once.
fn differences(analyzed: &Analyzed, layer: usize) -> Vec<&'static str> {
    let mut found = Vec::new();
    let alignment = analyzed.analysis.alignment.iter();
    for difference in alignment.flat_map(|alignment| &alignment.differences) {
        if difference.layer != Some(layer) {
            continue;
        }
        let what = match difference.kind {
            DifferenceKind::Operator => "the operator",
            DifferenceKind::Kernel => "the kernel size",
            DifferenceKind::Padding => "the padding",
            DifferenceKind::Stride => "the stride",
            DifferenceKind::Dilation => "the dilation",
            DifferenceKind::Groups => "the groups",
            DifferenceKind::Activation => "the activation",
            DifferenceKind::OutputWidth => "the width of the output",
            DifferenceKind::Flatten(_) => "flattening",
            DifferenceKind::Pooling(..) => "the pooling",
            DifferenceKind::Input(..) => "what it reads",
            DifferenceKind::MissingLayer | DifferenceKind::SurplusLayer => "whether it exists",
            DifferenceKind::MissingOutput(_) | DifferenceKind::SurplusOutput(_) => {
                "whether it is an output"
            }
        };
        if !found.contains(&what) {
            found.push(what);
        }
    }
    found
}
