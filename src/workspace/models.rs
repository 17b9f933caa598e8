//! Checking the models of a Python file.

use crate::device::DeviceId;
use crate::diagnostic::{Code, Finding};
use crate::pytorch::Outline;
use crate::rules::python;

use super::assume::{Assumptions, DeviceChoice, Gathered, Known, Origin, Overrides, stated_device};
use super::config::Config;
use super::counterpart::Imports;
use super::directives::Directives;
use super::source::SourceFile;
use super::training::trained;

/// Runs the rules for models; nothing is said of a file that is no model's.
pub(super) fn check(
    file: &SourceFile,
    config: &Config,
    overrides: &Overrides,
    directives: &Directives,
    enabled: impl Fn(Code) -> bool,
) -> (Vec<Finding>, Gathered) {
    let mut gathered = Gathered::default();
    let Some(outline) = &file.outline else {
        return (Vec::new(), gathered);
    };
    let stated = stated_device(file, config, overrides, directives);
    let each_device = overrides.device == Some(DeviceChoice::Both);
    let devices: Vec<DeviceId> = match &stated {
        Some(known) => vec![known.value],
        None if each_device => DeviceId::ALL.to_vec(),
        None => Vec::new(),
    };
    let training = |model: &str| trained(&file.path, model);
    let imports = Imports::of(&file.path);
    let known = python::Known {
        file: &file.name,
        devices: &devices,
        compares_chips: enabled(python::OTHER_CHIP),
        training: &training,
        resolve: &imports,
    };
    let found = python::run(&file.text, outline, &known);
    gathered.assumptions = Assumptions {
        device: stated.or_else(|| named_device(outline).filter(|_| !each_device)),
        each_device,
        ..Assumptions::default()
    };
    (found, gathered)
}

/// The chip by the names of the models.
fn named_device(outline: &Outline) -> Option<Known<DeviceId>> {
    let models = outline.models.as_deref().unwrap_or_default();
    let value = models
        .iter()
        .find_map(|model| python::named_device(&model.name))?;
    Some(Known {
        value,
        origin: Origin::Arch,
    })
}
