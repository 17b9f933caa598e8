//! The networks under `examples/`: the good ones give no error and no warning, with the shapes that
//! stand beside them and without, and the broken one shows what people see.

mod support;

use std::path::{Path, PathBuf};

use ai8x_lint::check;
use ai8x_lint::diagnostic::Finding;
use ai8x_lint::report::{self, FileReport};

/// A network, what stands beside it, and what we find in it.
struct Example {
    name: String,
    text: String,
    found: Vec<Finding>,
    found_without_shapes: Vec<Finding>,
}

fn read(path: &Path) -> Example {
    let text = std::fs::read_to_string(path).expect("a readable example");
    let shapes = std::fs::read_to_string(path.with_extension("shapes.json")).expect("its shapes");
    let lint = |shapes| {
        check(
            &text,
            &support::facts(&text, shapes, None).expect("right facts"),
        )
    };
    Example {
        name: path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        found: lint(Some(shapes.as_str())),
        found_without_shapes: lint(None),
        text,
    }
}

fn networks(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(support::package_path(folder))
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    files.sort();
    files
}

#[test]
fn good_examples_are_silent() {
    let files = networks("examples");
    assert!(files.len() >= 5, "{files:?}");
    let mut wrong = String::new();
    for example in files.iter().map(|path| read(path)) {
        for (what, found) in [
            ("", &example.found),
            (" without shapes", &example.found_without_shapes),
        ] {
            for finding in found.iter().filter(|finding| support::is_loud(finding)) {
                wrong += &format!(
                    "\n{}{what}: {}",
                    example.name,
                    support::show(&example.text, finding)
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What people see of the broken example; `INSTA_UPDATE=always` rewrites it.
#[test]
fn the_broken_example_is_told() {
    let reports: Vec<FileReport> = networks("examples/broken")
        .iter()
        .map(|path| read(path))
        .map(|example| FileReport {
            path: example.name,
            text: example.text,
            findings: example.found,
        })
        .collect();
    insta::assert_snapshot!("broken", report::full(&reports, false));
}

#[test]
fn fixes_of_examples_mend() {
    for path in networks("examples") {
        let example = read(&path);
        let shapes = std::fs::read_to_string(path.with_extension("shapes.json")).ok();
        let wrong = support::try_fixes(&example.text, &example.found, |text| {
            let facts = support::facts(text, shapes.as_deref(), None).expect("right facts");
            check(text, &facts)
        });
        assert!(wrong.is_empty(), "{}: {wrong:#?}", example.name);
    }
}
