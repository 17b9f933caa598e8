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
    /// folder is linted if it is a network or a model.
    pub named: bool,
}

/// Finds the files that the paths stand for, each once, in order of their paths, and what cannot
/// be looked into.
///
/// Folders are walked as far as ignore files allow, for YAML and Python files that the
/// configuration does not exclude. With `force_exclude` it may exclude named files, too.
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

/// The YAML and Python files below a folder, in any order.
fn walk(folder: &Path) -> Vec<Result<PathBuf, Trouble>> {
    let (sender, receiver) = mpsc::channel();
    // Ignore files count outside of a git repository, too: a downloaded archive has none.
    let walker = WalkBuilder::new(folder).require_git(false).build_parallel();
    walker.run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            let outcome = match entry {
                Ok(entry) if may_be_ours(entry.path()) && !entry.path().is_dir() => {
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

fn may_be_ours(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| ["yaml", "yml", "py"].iter().any(|own| extension == *own))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::{TempDir, tempdir};

    use super::*;
    use crate::workspace::Config;

    /// A folder with empty files, and what is found for `paths` in it, relative to it.
    fn tree(files: &[(&str, &str)]) -> TempDir {
        let folder = tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn found(folder: &TempDir, paths: &[&str], force_exclude: bool) -> Vec<String> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| folder.path().join(path)).collect();
        let configurations = Configurations::default();
        let (candidates, trouble) = discover(&paths, &configurations, force_exclude);
        assert_eq!(trouble, []);
        candidates
            .iter()
            .map(|candidate| {
                let path = candidate.path.strip_prefix(folder.path()).unwrap();
                let path = path.display().to_string();
                format!(
                    "{}{}",
                    if candidate.named { "!" } else { "" },
                    path.replace(std::path::MAIN_SEPARATOR, "/")
                )
            })
            .collect()
    }

    #[test]
    fn folders_are_walked_for_yaml_files() {
        let folder = tree(&[
            ("b/c.yml", ""),
            ("b/a.yaml", ""),
            ("a.yaml", ""),
            ("a.json", ""),
            (".hidden/a.yaml", ""),
            ("folder.yaml/a.yaml", ""),
        ]);
        assert_eq!(
            found(&folder, &["."], false),
            ["a.yaml", "b/a.yaml", "b/c.yml", "folder.yaml/a.yaml"]
        );
    }

    #[test]
    fn ignore_files_count_and_named_files_are_taken() {
        let folder = tree(&[
            (".gitignore", "out/\n"),
            (".ignore", "old.yaml\n"),
            ("out/a.yaml", ""),
            ("old.yaml", ""),
            ("new.yaml", ""),
        ]);
        assert_eq!(found(&folder, &["."], false), ["new.yaml"]);
        assert_eq!(
            found(&folder, &[".", "old.yaml", "new.yaml", "absent.txt"], false),
            ["!absent.txt", "!new.yaml", "!old.yaml"]
        );
    }

    #[test]
    fn the_configuration_excludes() {
        let folder = tree(&[
            ("ai8x-lint.toml", "exclude = [\"out\", \"/top.yaml\"]"),
            ("out/a.yaml", ""),
            ("top.yaml", ""),
            ("b/top.yaml", ""),
        ]);
        assert_eq!(found(&folder, &["."], false), ["b/top.yaml"]);
        assert_eq!(found(&folder, &["out"], false), [""; 0]);
        assert_eq!(
            found(&folder, &["out/a.yaml", "b/top.yaml"], false),
            ["!b/top.yaml", "!out/a.yaml"]
        );
        assert_eq!(
            found(&folder, &["out/a.yaml", "b/top.yaml"], true),
            ["!b/top.yaml"]
        );
    }

    #[test]
    fn a_fixed_configuration_excludes_from_its_folder() {
        let folder = tree(&[
            ("conf/my.toml", "exclude = [\"a.yaml\"]"),
            ("conf/a.yaml", ""),
            ("a.yaml", ""),
        ]);
        let config = Config::read(&folder.path().join("conf/my.toml"));
        let (candidates, _) = discover(
            &[folder.path().to_owned()],
            &Configurations::fixed(config),
            false,
        );
        assert_eq!(candidates.len(), 1);
        assert_eq!(candidates[0].path, folder.path().join("a.yaml"));
    }
}
