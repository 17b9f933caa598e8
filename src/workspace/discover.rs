//! Which files to lint.

use std::collections::BTreeMap;
use std::path::{self, Path, PathBuf};
use std::sync::mpsc;

use ignore::{WalkBuilder, WalkState};

use super::config::Configurations;
use super::shown;
use super::source::{Trouble, reason};

/// A file to lint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its absolute path.
    pub path: PathBuf,
    /// Whether the user named it: then it is linted, whatever it is. One that was found in a
    /// folder is linted if it is a network.
    pub named: bool,
}

/// Finds the files that the paths stand for, each once, in order of their paths, and what cannot
/// be looked into.
///
/// Folders are walked as far as ignore files allow, for YAML files that the configuration does
/// not exclude. With `force_exclude` it may exclude named files, too.
pub fn discover(
    paths: &[PathBuf],
    configurations: &Configurations,
    force_exclude: bool,
) -> (Vec<Candidate>, Vec<Trouble>) {
    let mut found: BTreeMap<PathBuf, bool> = BTreeMap::new();
    let mut trouble = Vec::new();
    for given in paths {
        let path = match path::absolute(given) {
            Ok(path) => path,
            Err(error) => {
                trouble.push(Trouble {
                    name: given.display().to_string(),
                    message: reason(&error),
                });
                continue;
            }
        };
        if path.is_dir() {
            for entry in walk(&path) {
                match entry {
                    Ok(path) => {
                        found.entry(path).or_insert(false);
                    }
                    Err(error) => trouble.push(error),
                }
            }
        } else {
            found.insert(path, true);
        }
    }
    found.retain(|path, named| {
        (*named && !force_exclude) || !configurations.of_file(path).excludes(path)
    });
    trouble.sort_by(|a, b| a.name.cmp(&b.name));
    let candidates = found
        .into_iter()
        .map(|(path, named)| Candidate { path, named })
        .collect();
    (candidates, trouble)
}

/// The YAML files below a folder, in any order.
fn walk(folder: &Path) -> Vec<Result<PathBuf, Trouble>> {
    let (sender, receiver) = mpsc::channel();
    // Ignore files count outside of a git repository, too: a downloaded archive has none.
    let walker = WalkBuilder::new(folder).require_git(false).build_parallel();
    walker.run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            let outcome = match entry {
                Ok(entry) if is_yaml(entry.path()) && !entry.path().is_dir() => {
                    Ok(entry.into_path())
                }
                Ok(_) => return WalkState::Continue,
                Err(error) => Err(Trouble {
                    name: shown(folder),
                    message: error.to_string(),
                }),
            };
            // The receiver outlives the walk.
            let _ = sender.send(outcome);
            WalkState::Continue
        })
    });
    drop(sender);
    receiver.into_iter().collect()
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}
