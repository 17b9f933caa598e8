//! Generated pages are what their sources say. `UPDATE_DOCS=1 cargo test --test docs` rewrites them.

mod support;

use std::process::Command;

use ai8x_lint::{report::docs, rules};

#[test]
fn rules_page_is_up_to_date() {
    assert_page("docs/rules.md", &docs::rules_page(rules::documented()));
}

#[test]
fn keys_page_is_up_to_date() {
    assert_page("docs/keys.md", &docs::keys_page());
}

/// Each block of the README that begins with `$ ai8x-lint` shows what the tool prints.
#[test]
fn readme_shows_what_the_tool_prints() {
    const START: &str = "```text\n$ ai8x-lint ";
    let readme = std::fs::read_to_string(support::package_path("README.md")).expect("the README");
    let mut parts = readme.split(START);
    let mut wanted = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (arguments, rest) = part.split_once('\n').expect("a command line");
        let (_, after) = rest.split_once("```").expect("the end of the block");
        let output = Command::new(env!("CARGO_BIN_EXE_ai8x-lint"))
            .args(arguments.split(' '))
            .current_dir(support::package_path(""))
            .output()
            .expect("the tool runs");
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        wanted += &format!("{START}{arguments}\n{}\n```{after}", printed.trim_end());
    }
    assert_page("README.md", &wanted);
}

fn assert_page(path: &str, wanted: &str) {
    let file = support::package_path(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, wanted).expect("a writable page");
    }
    let is = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        is == wanted,
        "{path} is out of date; UPDATE_DOCS=1 cargo test --test docs writes it:\n{}",
        ai8x_lint::text::unified_diff(path, &is, wanted)
    );
}
