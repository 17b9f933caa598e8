//! Generated pages are what their sources say. `UPDATE_DOCS=1 cargo test --test docs` rewrites them.

mod support;

use ai8x_lint::{report::docs, rules};

#[test]
fn rules_page_is_up_to_date() {
    assert_page("docs/rules.md", &docs::rules_page(rules::documented()));
}

#[test]
fn keys_page_is_up_to_date() {
    assert_page("docs/keys.md", &docs::keys_page());
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
