//! A network from a model file, with what lies beside it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::device::DeviceId;
use crate::facts::model::Model;
use crate::generate::{Generated, Request, generate};
use crate::network;
use crate::pytorch::TrainingDevice;
use crate::pytorch::checkpoint::Checkpoint;
use crate::pytorch::policy::Policy;

use super::assume::{Assumptions, Known, Origin};
use super::config::Config;
use super::counterpart::{Finder, ModelName, build};
use super::shown;
use super::source::{SourceFile, reason};
use super::training::{TrainingRun, project, training_run};

/// Which network is wanted. What is not said comes from the training project of the model.
#[derive(Clone, Debug)]
pub struct Order {
    /// The model.
    pub model: ModelName,
    /// The data set.
    pub dataset: Option<String>,
    /// Channels, height and width of the input (1-D data has width 1).
    pub input: Option<[i64; 3]>,
    /// Classes that the model tells apart.
    pub classes: Option<i64>,
    /// Frames that it looks at, where those are several.
    pub frames: Option<i64>,
    /// Whether it is trained with bias whatever the scripts say.
    pub bias: bool,
    /// The chip.
    pub device: Option<DeviceId>,
    /// The checkpoint of the model.
    pub checkpoint: Option<(PathBuf, Arc<Checkpoint>)>,
    /// The policy of its quantisation.
    pub policy: Option<PathBuf>,
    /// The text of a file whose values stay where the model has the same layers.
    pub existing: Option<String>,
}

/// Makes the network of a model. What is taken for true goes to `assumed`, a line each.
///
/// # Errors
/// Sentences that say what stands in the way.
pub fn generate_network(
    order: &Order,
    assumed: &mut Vec<String>,
) -> Result<Generated, Vec<String>> {
    let one = |reason: String| vec![reason];
    let file = wanted(order);
    let network = network::lower(&file.document, &file.text);
    let finder = Finder {
        file: &file,
        config: &Config::default(),
        network: &network,
        device: order.device,
        input: order.input,
        named: Some(Known {
            value: order.model.clone(),
            origin: Origin::CommandLine,
        }),
    };
    let found = finder.name().map_err(|unfound| one(unfound.why))?;
    let model = found
        .ok_or_else(|| one("it names no model".to_owned()))?
        .value;
    let name = model.name.clone().unwrap_or_default();
    let folder = project(&model.path);
    let mut run = training_run(folder, &name, &network, order.device, order.input);
    insist(order, &mut run).map_err(one)?;
    let training = &run.training;
    let Some(input) = training.input else {
        return Err(one(
            "its input is not known: name its data set, or the size of the input".to_owned(),
        ));
    };
    assumed.append(&mut run.known);
    let device = match training.device {
        TrainingDevice::Ai87 => DeviceId::Max78002,
        TrainingDevice::Ai84 | TrainingDevice::Ai85 => DeviceId::Max78000,
    };
    assumed.push(device.name().to_owned());
    let mut facts = Model::clone(&*build(&model, &name, &run).map_err(one)?);
    if let Some((path, checkpoint)) = &order.checkpoint {
        apply(checkpoint, &mut facts)
            .map_err(|reason| one(format!("{}: {reason}", shown(path))))?;
    }
    let data_set = run.data_set.as_ref().map(|(set, _)| set.name.as_str());
    let request = Request {
        model: Arc::new(facts),
        device,
        dataset: order.dataset.as_deref().or(data_set).unwrap_or("sample"),
        input,
        existing: order.existing.as_deref(),
    };
    generate(&request).map_err(|refusal| refusal.reasons)
}

/// Completes a network from the model that is known to be its own.
///
/// # Errors
/// Sentences that say what stands in the way.
pub fn complete(file: &SourceFile, assumptions: &Assumptions) -> Result<Generated, Vec<String>> {
    let facts = assumptions.facts();
    let Some(Known { value: own, .. }) = &assumptions.model else {
        return Err(vec!["its model is not known".to_owned()]);
    };
    let training = &own.training.training;
    let Some(input) = facts.input.or(training.input) else {
        return Err(vec![
            "its input is not known: its `dataset` is none that the model's project knows"
                .to_owned(),
        ]);
    };
    let data_set = own.training.data_set.as_ref();
    let request = Request {
        model: Arc::clone(&own.model),
        device: facts.device.unwrap_or(match training.device {
            TrainingDevice::Ai87 => DeviceId::Max78002,
            TrainingDevice::Ai84 | TrainingDevice::Ai85 => DeviceId::Max78000,
        }),
        dataset: data_set.map_or("sample", |(set, _)| &set.name),
        input,
        existing: Some(&file.text),
    };
    generate(&request).map_err(|refusal| refusal.reasons)
}

/// The models that a file without layers may get its network from, the likeliest first.
pub fn beginnings(file: &SourceFile, config: &Config, assumptions: &Assumptions) -> Vec<ModelName> {
    if let Some(known) = &assumptions.model {
        return vec![known.value.name.clone()];
    }
    if !assumptions.candidates.is_empty() || file.arch().is_some_and(|arch| !arch.is_empty()) {
        return assumptions.candidates.clone();
    }
    let network = network::lower(&file.document, &file.text);
    let finder = Finder {
        file,
        config,
        network: &network,
        device: None,
        input: None,
        named: None,
    };
    finder.ranked(finder.offers())
}

/// Makes the network of a model in a file without layers.
///
/// # Errors
/// Sentences that say what stands in the way.
pub fn begin(
    file: &SourceFile,
    assumptions: &Assumptions,
    model: ModelName,
) -> Result<Generated, Vec<String>> {
    let network = network::lower(&file.document, &file.text);
    let order = Order {
        model,
        dataset: network.dataset.get().cloned(),
        input: assumptions.input(),
        classes: None,
        frames: None,
        bias: false,
        device: assumptions.device.as_ref().map(|known| known.value),
        checkpoint: None,
        policy: None,
        existing: Some(file.text.clone()),
    };
    generate_network(&order, &mut Vec::new())
}

/// The beginning of the network that is wanted: what its model and data set are found by.
fn wanted(order: &Order) -> SourceFile {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let mut text = String::new();
    for (key, value) in [("arch", &order.model.name), ("dataset", &order.dataset)] {
        if let Some(value) = value {
            text += &format!("{key}: {}\n", quoted(value));
        }
    }
    SourceFile::new("network".to_owned(), order.model.path.clone(), text)
}

/// Puts what is said in place of what was found.
fn insist(order: &Order, run: &mut TrainingRun) -> Result<(), String> {
    if let Some(path) = &order.policy {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("{}: {}", shown(path), reason(&error)))?;
        let policy = Policy::parse(&text).map_err(|reason| format!("{}: {reason}", shown(path)))?;
        run.policy = Some(policy);
        run.known.retain(|known| !known.starts_with("weight bits"));
        run.known
            .push(format!("weight bits as {} says", shown(path)));
    }
    let training = &mut run.training;
    training.input = order.input.or(training.input);
    training.classes = order.classes.or(training.classes);
    training.frames = order.frames.or(training.frames);
    // The trainer trains without bias unless it is told to.
    training.bias = Some(order.bias || training.bias == Some(true));
    match order.device {
        Some(DeviceId::Max78000) => training.device = TrainingDevice::Ai85,
        Some(DeviceId::Max78002) => training.device = TrainingDevice::Ai87,
        None => {}
    }
    Ok(())
}

/// Takes bits and bias from a checkpoint.
fn apply(checkpoint: &Checkpoint, model: &mut Model) -> Result<(), String> {
    let modules = model.modules.iter_mut();
    for module in modules.filter(|module| module.operator.convolves()) {
        let mut layers = checkpoint.layers.iter();
        let layer = layers.find(|layer| {
            let name = layer.name.strip_prefix("module.").unwrap_or(&layer.name);
            name == module.path
        });
        let Some(layer) = layer else {
            return Err(format!("it has no weights for `{}`", module.path));
        };
        module.bits = layer.bits.or(module.bits);
        module.bias = layer.bias.or(module.bias);
    }
    Ok(())
}
