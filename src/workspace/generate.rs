//! A network from a model file, with what lies beside it.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::device::DeviceId;
use crate::facts::model::{Model, Module};
use crate::generate::{Generated, Request, generate};
use crate::pytorch::checkpoint::Checkpoint;
use crate::pytorch::policy::Policy;
use crate::pytorch::{self, Literal, TrainingDevice, dataset, definitions, read_model};
use crate::text::LineIndex;

use super::beside::{self, Trained};
use super::shown;
use super::source::reason;

/// Bytes of a model file that are read.
const LARGEST_MODEL: u64 = 1 << 24;

/// Which network is wanted. What is not said comes from the training script of the model, else from
/// its data set, else from its name.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The model file.
    pub file: PathBuf,
    /// The function or class in it; none where the file has only one.
    pub name: Option<String>,
    /// The data set.
    pub dataset: Option<String>,
    /// Channels, height and width of the input (1-D data has width 1).
    pub input: Option<[i64; 3]>,
    /// Classes that the model tells apart.
    pub classes: Option<i64>,
    /// Whether it is trained with bias.
    pub bias: bool,
    /// The chip.
    pub device: Option<DeviceId>,
    /// The checkpoint of the model.
    pub checkpoint: Option<(PathBuf, Arc<Checkpoint>)>,
    /// The policy of its quantisation.
    pub policy: Option<PathBuf>,
}

/// Makes the network of a model. What is taken for true goes to `assumed`, a sentence each.
///
/// # Errors
/// Sentences that say what stands in the way.
pub fn generate_network(
    order: &Order,
    assumed: &mut Vec<String>,
) -> Result<Generated, Vec<String>> {
    let one = |reason: String| vec![reason];
    let text = read_text(&order.file).map_err(one)?;
    let name = name(order, &text).map_err(one)?;
    let trained = beside::trained(&order.file, &name);
    let settings = settings(order, &name, &trained, assumed).map_err(one)?;
    let mut model = read(order, &text, &name, &settings)?;
    let mut bits = policy_bits(order, &trained, &model, assumed).map_err(one)?;
    if let Some((path, checkpoint)) = &order.checkpoint {
        apply(checkpoint, &mut model, &mut bits)
            .map_err(|reason| one(format!("{}: {reason}", shown(path))))?;
    }
    let request = Request {
        model: Arc::new(model),
        device: settings.device,
        dataset: &settings.dataset,
        input: settings.input,
        bits: &bits,
    };
    generate(&request).map_err(|refusal| refusal.reasons)
}

fn read_text(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST_MODEL).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text),
        Err(error) => Err(format!("{}: {}", shown(path), reason(&error))),
    }
}

/// The name of the model: the only one of the file where none is said.
fn name(order: &Order, text: &str) -> Result<String, String> {
    let mut names: Vec<String> = definitions(text)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    // A file of the vendor's training project lists its models by their quoted names.
    let is_listed = |name: &String| {
        ["'", "\""]
            .iter()
            .any(|quote| text.contains(&format!("{quote}{name}{quote}")))
    };
    if order.name.is_none() && names.iter().any(is_listed) {
        names.retain(is_listed);
    }
    let file = shown(&order.file);
    match &order.name {
        Some(name) if names.contains(name) => Ok(name.clone()),
        Some(name) => Err(format!(
            "{file} defines no `{name}`, but {}",
            listed(&names)
        )),
        None => match &names[..] {
            [name] => Ok(name.clone()),
            _ => Err(format!(
                "say which model of {file}, as FILE:NAME: it defines {}",
                listed(&names)
            )),
        },
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        _ => format!("`{}`", names.join("`, `")),
    }
}

struct Settings {
    device: DeviceId,
    dataset: String,
    input: [i64; 3],
    classes: Option<i64>,
    bias: bool,
}

fn settings(
    order: &Order,
    name: &str,
    trained: &Trained,
    assumed: &mut Vec<String>,
) -> Result<Settings, String> {
    let device = order.device.or(trained.device).unwrap_or_else(|| {
        let device = match name.to_ascii_lowercase().starts_with("ai87") {
            true => DeviceId::Max78002,
            false => DeviceId::Max78000,
        };
        assumed.push(format!("it is for the {}", device.name()));
        device
    });
    let script = match &trained.datasets[..] {
        [only] if order.dataset.is_none() => Some(only),
        _ => None,
    };
    if let Some(dataset) = script {
        assumed.push(format!(
            "its data set is {dataset}, as in its training script"
        ));
    }
    let dataset = order.dataset.as_ref().or(script);
    let input = order
        .input
        .or_else(|| Some(dataset::input(dataset?)?.1))
        .ok_or_else(|| match dataset {
            None if trained.datasets.len() > 1 => format!(
                "say with which data set: its training scripts name {}",
                trained.datasets.join(", ")
            ),
            None => {
                "its input is not known: name its data set, or the size of the input".to_owned()
            }
            Some(dataset) => format!(
                "the input of the data set `{dataset}` is not known: say the size of the input"
            ),
        })?;
    let bias = order.bias || trained.bias;
    if trained.bias && !order.bias {
        assumed.push("it has a bias, as in its training script".to_owned());
    }
    Ok(Settings {
        device,
        input,
        classes: order.classes.or_else(|| dataset::classes(dataset?)),
        dataset: dataset.cloned().unwrap_or_else(|| "sample".to_owned()),
        bias,
    })
}

fn read(order: &Order, text: &str, name: &str, settings: &Settings) -> Result<Model, Vec<String>> {
    let [channels, height, width] = settings.input;
    let file = shown(&order.file);
    let mut arguments = vec![
        ("pretrained".to_owned(), Literal::Bool(false)),
        ("num_channels".to_owned(), Literal::Int(channels)),
        (
            "dimensions".to_owned(),
            Literal::Tuple(vec![Literal::Int(height), Literal::Int(width)]),
        ),
        ("bias".to_owned(), Literal::Bool(settings.bias)),
        ("weight_bits".to_owned(), Literal::None),
        ("bias_bits".to_owned(), Literal::None),
        ("quantize_activation".to_owned(), Literal::Bool(false)),
    ];
    if let Some(classes) = settings.classes {
        arguments.push(("num_classes".to_owned(), Literal::Int(classes)));
    }
    let mut input = vec![1, channels, height];
    if width != 1 {
        input.push(width);
    }
    let request = pytorch::Request {
        file: &file,
        text,
        factory: name,
        arguments,
        input: Some(input),
        device: match settings.device {
            DeviceId::Max78000 => TrainingDevice::Ai85,
            DeviceId::Max78002 => TrainingDevice::Ai87,
        },
    };
    let resolve = |name: &str| beside::module(&order.file, name);
    let model = read_model(&request, &resolve);
    if model.is_complete() && !model.calls.is_empty() {
        return Ok(model.facts(name));
    }
    let mut problems: Vec<String> = model
        .problems
        .iter()
        .map(
            |problem| match model.files.get(problem.place.file as usize) {
                Some(file) => {
                    let line = LineIndex::new(&file.text).line(problem.place.span.start) + 1;
                    format!("{}:{line}: {}", file.path, problem.message)
                }
                None => problem.message.clone(),
            },
        )
        .collect();
    if problems.is_empty() {
        problems.push(format!("`{name}` calls no layer of `ai8x`"));
    }
    Err(problems)
}

/// Weight bits by the policy that is named, or that the training script names.
fn policy_bits(
    order: &Order,
    trained: &Trained,
    model: &Model,
    assumed: &mut Vec<String>,
) -> Result<Vec<Option<i64>>, String> {
    let policy = match &order.policy {
        Some(path) => Some(path),
        None => trained.policy.as_ref().inspect(|path| {
            assumed.push(format!(
                "its weights have the bits of {}, as in its training script",
                shown(path)
            ));
        }),
    };
    let Some(path) = policy else {
        return Ok(vec![None; model.modules.len()]);
    };
    let text =
        fs::read_to_string(path).map_err(|error| format!("{}: {}", shown(path), reason(&error)))?;
    let policy = Policy::parse(&text).map_err(|reason| format!("{}: {reason}", shown(path)))?;
    let bits = |module: &Module| policy.bits(&module.path).filter(|bits| *bits != 8);
    Ok(model.modules.iter().map(bits).collect())
}

/// Takes bits and bias from a checkpoint.
fn apply(
    checkpoint: &Checkpoint,
    model: &mut Model,
    bits: &mut [Option<i64>],
) -> Result<(), String> {
    let convolving = model
        .modules
        .iter_mut()
        .zip(bits)
        .filter(|(module, _)| module.operator.convolves());
    for (module, bits) in convolving {
        let layers = checkpoint.layers.iter();
        let Some(layer) = layers.into_iter().find(|layer| {
            let name = layer.name.strip_prefix("module.").unwrap_or(&layer.name);
            name == module.path
        }) else {
            return Err(format!("it has no weights for `{}`", module.path));
        };
        if layer.bits.is_some() {
            *bits = layer.bits.filter(|bits| *bits != 8);
        }
        module.bias = layer.bias.or(module.bias);
    }
    Ok(())
}
