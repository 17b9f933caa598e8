//! What a network may name: the models and data sets that lie beside it.

use std::path::PathBuf;

use crate::ide::completion::Offered;
use crate::network::Network;
use crate::pytorch::dataset;
use crate::rules::words::count;

use super::config::Config;
use super::counterpart::Finder;
use super::shown;
use super::source::SourceFile;
use super::training::{data_sets, project};

/// The models that are found as that of the network is, and the data sets of their projects, then
/// those that come with the vendor's project.
pub fn offered(file: &SourceFile, config: &Config, network: &Network) -> Offered {
    let finder = Finder {
        file,
        config,
        network,
        device: None,
        input: None,
        named: None,
    };
    let mut offered = Offered::default();
    let mut projects: Vec<PathBuf> = Vec::new();
    for found in finder.offers() {
        let own = project(&found.path);
        if !projects.iter().any(|known| known == own) {
            projects.push(own.to_owned());
        }
        if let Some(name) = found.name {
            add(&mut offered.models, name, shown(&found.path));
        }
    }
    for set in projects.iter().flat_map(|project| data_sets(project)) {
        let known = [
            set.input.map(shape),
            set.classes.map(|number| count(number, "class")),
        ];
        let detail: Vec<String> = known.into_iter().flatten().collect();
        add(&mut offered.data_sets, set.name, detail.join(", "));
    }
    for (name, input) in dataset::all() {
        add(&mut offered.data_sets, name.to_owned(), shape(input));
    }
    offered
}

/// Of those with the same name the first is the nearest.
fn add(names: &mut Vec<(String, String)>, name: String, detail: String) {
    if !names.iter().any(|(known, _)| *known == name) {
        names.push((name, detail));
    }
}

fn shape([channels, height, width]: [i64; 3]) -> String {
    format!("{channels}x{height}x{width}")
}
