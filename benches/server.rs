//! How long it takes from a keystroke to the diagnostics of it, as a client sees it: the real server
//! over standard input and output, and the largest of the vendor's networks, or the largest example
//! of this package where those are absent.
//!
//! The goal on an idle machine: 99 of 100 keystrokes within 5 ms, and within 10 ms while a bracket
//! is open.

#[path = "../tests/support/client.rs"]
mod client;
#[path = "../tests/support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use client::Client;
use serde_json::{Value, json};

/// Keystrokes of each case.
const KEYSTROKES: usize = 400;
/// What is typed, and deleted again.
const PLAIN: &str = "# a comment";
const BRACKET: &str = "    in_dim: [1";

fn main() {
    let networks = match support::shared() {
        Some(shared) => yaml_files(&shared.join("corpus/vendor/networks")),
        None => yaml_files(&support::package_path("examples")),
    };
    let (path, text) = networks
        .into_iter()
        .max_by_key(|(_, text)| text.len())
        .expect("a network");
    println!("{} ({} bytes)", path.display(), text.len());
    for (client, pulls) in [("push", false), ("pull", true)] {
        for (case, typed) in [("a comment", PLAIN), ("an open bracket", BRACKET)] {
            let mut times = type_into(&path, &text, typed, pulls);
            times.sort();
            let at = |percent: usize| times[(times.len() - 1) * percent / 100];
            println!(
                "{client}, {case}: p50 {:.2?}  p90 {:.2?}  p99 {:.2?}  worst {:.2?}",
                at(50),
                at(90),
                at(99),
                at(100)
            );
        }
    }
}

/// Types on a line of its own in the middle of a text, waiting for the diagnostics each time.
fn type_into(path: &Path, text: &str, typed: &str, pulls: bool) -> Vec<Duration> {
    let capabilities = if pulls {
        json!({"textDocument": {"diagnostic": {}}})
    } else {
        json!({})
    };
    let (mut client, _) = Client::start(capabilities, Value::Null);
    let uri = format!("file://{}", path.display());
    let middle = text.len() / 2;
    let line = text[..middle].matches('\n').count() + 1;
    let start = text[middle..]
        .find('\n')
        .map_or(text.len(), |at| middle + at + 1);
    client.open(&uri, &format!("{}\n{}", &text[..start], &text[start..]));
    let keys = typed.chars().enumerate().cycle();
    let mut times = Vec::new();
    for (version, (column, key)) in (2..).zip(keys).take(KEYSTROKES) {
        // The line is typed again from its start.
        let end = if column == 0 { typed.len() } else { column };
        let change = json!({
            "range": {
                "start": {"line": line, "character": column},
                "end": {"line": line, "character": end},
            },
            "text": key.to_string(),
        });
        let begin = Instant::now();
        client.change(&uri, version, json!([change]));
        if pulls {
            let params = json!({"textDocument": {"uri": uri}});
            client.request("textDocument/diagnostic", params);
        } else {
            client.published(version);
        }
        times.push(begin.elapsed());
    }
    client.finish();
    times
}

fn yaml_files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            found.extend(std::fs::read_to_string(&path).ok().map(|text| (path, text)));
        }
    }
    found
}
