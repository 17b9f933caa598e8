//! Generated pages are what their sources say. `UPDATE_DOCS=1 cargo test --test docs` rewrites them.

mod support;

use std::collections::HashMap;
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

#[test]
fn coverage_page_is_up_to_date() {
    assert_page(
        "docs/coverage.md",
        &docs::coverage_page(rules::documented()),
    );
}

/// The page has each place of the vendor's tool that its list has, and a rule where the list maps it
/// to one, or a reason.
#[test]
fn coverage_page_is_complete() {
    let Some(shared) = support::shared() else {
        return;
    };
    let list = std::fs::read_to_string(shared.join("reference/rules.md")).expect("the list");
    let (_, list) = list
        .split_once("## Appendix B. Every call site")
        .expect("the list of call sites");
    let page = docs::coverage_page(rules::documented());
    let mut rows: HashMap<String, (String, String)> = HashMap::new();
    let mut file = "";
    for line in page.lines() {
        file = line.strip_prefix("## ").unwrap_or(file);
        if let [_, line, rules, remark, _] = line.split('|').collect::<Vec<_>>()[..] {
            let cells = (rules.trim().to_owned(), remark.trim().to_owned());
            rows.insert(format!("{file}:{}", line.trim()), cells);
        }
    }
    let (mut mapped, mut wrong) = (0, Vec::new());
    for row in list.lines().filter(|row| row.contains(".py:")) {
        let [_, site, _, mapping, _] = row.split('|').map(str::trim).collect::<Vec<_>>()[..] else {
            continue;
        };
        let is_mapped = mapping.starts_with("AX");
        mapped += usize::from(is_mapped);
        match rows.get(site.trim_start_matches("backend/")) {
            None => wrong.push(format!("{site} ({mapping}) is not in the page")),
            Some((rules, remark)) if rules.is_empty() && remark.is_empty() => {
                wrong.push(format!("{site} ({mapping}) has neither rule nor reason"));
            }
            Some((rules, remark)) if is_mapped && !rules.contains(mapping) && remark.is_empty() => {
                if !HEIRS
                    .iter()
                    .any(|(lost, heir)| *lost == mapping && rules.contains(heir))
                {
                    wrong.push(format!("{site} is {mapping}, not {rules}"));
                }
            }
            Some(_) => {}
        }
    }
    assert_eq!(mapped, 243, "places that the list maps to rules");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Codes of the list that a wider rule reports.
const HEIRS: [(&str, &str); 5] = [
    ("AX209", "AX252"),
    ("AX210", "AX252"),
    ("AX305", "AX354"),
    ("AX307", "AX354"),
    ("AX311", "AX310"),
];

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
