//! What a training project says of how a model is trained: by its data sets, and by the scripts
//! that call the trainer.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::device::DeviceId;
use crate::network::Network;
use crate::pytorch::policy::Policy;
use crate::pytorch::script::Command;
use crate::pytorch::{self, DataSet, Training, TrainingDevice, dataset, input_of_network};
use crate::rules::python::Trained;
use crate::rules::words::{count, dims};

use super::beside::{commands_of, files_of};
use super::counterpart::read_text;
use super::memo::Memo;
use super::shown;

/// The vendor's tool that trains a model.
const TRAINER: &str = "train.py";
/// Files of data sets that are looked into.
const MOST_FILES: usize = 256;

static POLICIES: LazyLock<Memo<Option<Policy>>> = LazyLock::new(Memo::default);
static DATA_SETS: LazyLock<Memo<Vec<DataSet>>> = LazyLock::new(Memo::default);

/// How a model is trained, and who says so.
#[derive(Clone, Debug, Default)]
pub struct TrainingRun {
    /// What the trainer is told.
    pub training: Training,
    /// The data set, and whether the network names it by all its letters.
    pub data_set: Option<(DataSet, bool)>,
    /// The weight bits that training aims at.
    pub policy: Option<Policy>,
    /// Each thing that is known, with its source, in words.
    pub known: Vec<String>,
}

/// The folder of the training project that a model belongs to.
pub(super) fn project(model: &Path) -> &Path {
    let folder = model.parent().unwrap_or(Path::new(""));
    if folder.file_name().is_some_and(|name| name == "models") {
        return folder.parent().unwrap_or(folder);
    }
    folder
}

/// How the model `name` in `project` is trained for a network, whose chip and input may be known.
pub(super) fn training_run(
    project: &Path,
    name: &str,
    network: &Network,
    device: Option<DeviceId>,
    input: Option<[i64; 3]>,
) -> TrainingRun {
    let calls: Vec<Call> = commands_of(project, TRAINER)
        .into_iter()
        .filter(|(_, command)| command.setting("--model").known() == Some(name))
        .map(|(script, command)| Call { script, command })
        .collect();
    let mut run = TrainingRun::default();
    let (set, calls) = data_set(project, network, &calls);
    if let Some(found) = set {
        let classes = found.set.classes;
        let labels = classes.map_or_else(String::new, |number| {
            format!(", {}", count(number, "class"))
        });
        let (name, why) = (&found.set.name, &found.why);
        run.known.push(format!("data set {name} ({why}){labels}"));
        run.training.classes = classes;
        run.data_set = Some((found.set, found.exact));
    }
    let of_set = |exact: bool| {
        let (set, own) = run.data_set.as_ref()?;
        set.input.filter(|_| *own || !exact)
    };
    run.training.input = of_set(true)
        .or(input)
        .or_else(|| of_set(false))
        .or_else(|| input_of_network(network));
    run.known.push(match run.training.input {
        Some([channels, height, width]) => format!("input {channels}x{}", dims([height, width])),
        None => "input unknown, so that only the layers are compared".to_owned(),
    });
    options(&mut run, &calls);
    policy(&mut run, project, &calls);
    run.training.frames = frames(network);
    run.training.device = calls
        .iter()
        .find_map(|call| call.device())
        .or_else(|| device_of_name(name))
        .unwrap_or(match device {
            Some(DeviceId::Max78002) => TrainingDevice::Ai87,
            Some(DeviceId::Max78000) | None => TrainingDevice::Ai85,
        });
    run
}

/// How the commands of its project train the model `name` of the file `model`.
pub(super) fn trained(model: &Path, name: &str) -> Trained {
    let project = project(model);
    let sets = data_sets(project);
    let mut trained = Trained::default();
    let mut devices = Vec::new();
    for (_, command) in commands_of(project, TRAINER) {
        if command.setting("--model").known() != Some(name) {
            continue;
        }
        let device = command.setting("--device").known();
        devices.extend(device.and_then(DeviceId::parse));
        let Some(named) = command.setting("--dataset").known() else {
            continue;
        };
        let own = sets.iter().find(|set| set.name == named);
        let vendors = || Some(dataset::input(named)?.1);
        let run = Training {
            input: own.map_or_else(vendors, |set| set.input),
            classes: own.map_or_else(|| dataset::classes(named), |set| set.classes),
            detection: command.has("--obj-detection"),
            dimensionality: command
                .setting("--dr")
                .known()
                .and_then(|number| number.parse().ok()),
            ..Training::default()
        };
        if run.input.is_some() && !trained.runs.contains(&run) {
            trained.runs.push(run);
        }
    }
    let first = devices.first().copied();
    trained.device = first.filter(|first| devices.iter().all(|device| device == first));
    trained
}

/// The data sets of a project.
pub(super) fn data_sets(project: &Path) -> Vec<DataSet> {
    files_of(&project.join("datasets"), "py", MOST_FILES)
        .iter()
        .filter_map(|file| DATA_SETS.get(file, read_data_sets).ok())
        .flat_map(|sets| sets.to_vec())
        .collect()
}

/// A command that trains the model.
#[derive(Clone)]
struct Call {
    script: PathBuf,
    command: Command,
}

impl Call {
    fn device(&self) -> Option<TrainingDevice> {
        match DeviceId::parse(self.command.setting("--device").known()?)? {
            DeviceId::Max78000 => Some(TrainingDevice::Ai85),
            DeviceId::Max78002 => Some(TrainingDevice::Ai87),
        }
    }

    fn place(&self) -> String {
        format!("{}:{}", shown(&self.script), self.command.line)
    }
}

/// The chip by the beginning of a model's name.
fn device_of_name(name: &str) -> Option<TrainingDevice> {
    let start = name.get(..4)?.to_ascii_lowercase();
    match start.as_str() {
        "ai84" => Some(TrainingDevice::Ai84),
        "ai85" => Some(TrainingDevice::Ai85),
        "ai87" => Some(TrainingDevice::Ai87),
        _ => None,
    }
}

/// What all commands say alike.
fn options(run: &mut TrainingRun, calls: &[Call]) {
    let Some(first) = calls.first() else {
        return;
    };
    let alike = |option: &str| {
        let given = first.command.has(option);
        let same = calls.iter().all(|call| call.command.has(option) == given);
        same.then_some(given)
    };
    run.training.bias = alike("--use-bias");
    run.training.detection = alike("--obj-detection") == Some(true);
    let reduced = first.command.setting("--dr").known();
    run.training.dimensionality = reduced.and_then(|number| number.parse().ok());
    if let Some(bias) = run.training.bias {
        let with = if bias { "with bias" } else { "without bias" };
        run.known.push(format!("{with} ({})", first.place()));
    }
}

/// The policy that all commands name; some only evaluate the model.
fn policy(run: &mut TrainingRun, project: &Path, calls: &[Call]) {
    let training = calls.iter().filter(|call| !call.command.has("--evaluate"));
    let mut named = training.map(|call| call.command.setting("--qat-policy").known());
    let Some(first) = named.next().flatten() else {
        return;
    };
    if !named.all(|other| other == Some(first)) {
        return;
    }
    let path = project.join(first);
    if let Ok(Some(policy)) = POLICIES.get(&path, read_policy).as_deref() {
        run.policy = Some(policy.clone());
        run.known
            .push(format!("weight bits as {} says", shown(&path)));
    }
}

fn read_policy(path: &Path) -> Option<Policy> {
    Policy::parse(&read_text(path).ok()?).ok()
}

/// The frames of a model that looks at several: as many as the data buffer holds where a layer
/// reads it.
fn frames(network: &Network) -> Option<i64> {
    if network.data_buffer.is_empty() {
        return None;
    }
    let layers = network.layers.iter();
    let reads = layers.filter(|layer| !layer.in_sequences.is_absent());
    reads
        .filter_map(|layer| layer.in_dim.value())
        .map(|[frames, _]| frames)
        .max()
}

/// A data set that may be the one.
struct Found {
    set: DataSet,
    /// Whether the network names it by all its letters.
    exact: bool,
    why: String,
}

/// The data set that a network means, and the commands that use it: by its name, by the beginning
/// of its name, or as the commands say.
fn data_set(project: &Path, network: &Network, calls: &[Call]) -> (Option<Found>, Vec<Call>) {
    let mut all = data_sets(project);
    let wanted = network.dataset.get().map(|name| dataset::letters(name));
    let wanted = wanted.filter(|wanted| !wanted.is_empty());
    if all.is_empty()
        && let Some((name, input)) = network.dataset.get().and_then(|name| dataset::input(name))
    {
        all.push(DataSet {
            name: name.to_owned(),
            input: Some(input),
            classes: dataset::classes(name),
        });
    }
    let named = |set: &DataSet, call: &Call| {
        call.command.setting("--dataset").known() == Some(set.name.as_str())
    };
    let is = |own: &str, test: fn(&str, &str) -> bool| {
        wanted.as_ref().is_some_and(|wanted| test(wanted, own))
    };
    let tests: [fn(&str, &str) -> bool; 2] = [
        |wanted, own| wanted == own,
        |wanted, own| wanted.starts_with(own) || own.starts_with(wanted),
    ];
    let mut candidates = Vec::new();
    for (number, test) in tests.into_iter().enumerate() {
        let fitting = all
            .iter()
            .filter(|set| is(&dataset::letters(&set.name), test));
        candidates = fitting.map(|set| (set.clone(), number == 0)).collect();
        if !candidates.is_empty() {
            break;
        }
    }
    // Of several beginnings, the longest.
    if let Some(wanted) = &wanted {
        let within = |set: &DataSet| wanted.starts_with(&dataset::letters(&set.name));
        let longest = candidates.iter().filter(|(set, _)| within(set));
        let longest = longest.map(|(set, _)| set.name.len()).max();
        candidates.retain(|(set, _)| longest.is_none_or(|longest| set.name.len() == longest));
    }
    let by_name = !candidates.is_empty();
    if candidates.is_empty() {
        candidates = all.into_iter().map(|set| (set, false)).collect();
    }
    let trains = |(set, _): &(DataSet, bool)| calls.iter().any(|call| named(set, call));
    if candidates.len() > 1 || !by_name {
        candidates.retain(trains);
    }
    let same = |(set, _): &(DataSet, bool)| {
        let first = candidates.first().map(|(first, _)| first);
        first.is_some_and(|first| (first.input, first.classes) == (set.input, set.classes))
    };
    if !candidates.iter().all(same) {
        return (None, calls.to_vec());
    }
    let Some((set, exact)) = candidates.into_iter().next() else {
        return (None, calls.to_vec());
    };
    let using: Vec<Call> = calls
        .iter()
        .filter(|call| named(&set, call))
        .cloned()
        .collect();
    let why = match using.first() {
        Some(call) if !by_name => call.place(),
        _ if exact => "`dataset`".to_owned(),
        _ => "like `dataset`".to_owned(),
    };
    let using = if using.is_empty() {
        calls.to_vec()
    } else {
        using
    };
    (Some(Found { set, exact, why }), using)
}

fn read_data_sets(path: &Path) -> Vec<DataSet> {
    match read_text(path) {
        Ok(text) if text.contains("datasets") => pytorch::data_sets(&text),
        _ => Vec::new(),
    }
}
