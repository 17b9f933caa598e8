//! The set-ups of the editors: files that their editors read, and that name what there is.

use std::fs;
use std::path::Path;
use std::process::Command;

use ignore::overrides::OverrideBuilder;
use serde_json::Value;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("editors")
        .join(name);
    fs::read_to_string(path).expect("a file of the repository")
}

/// Whether the program knows what it is started with.
fn is_known(arguments: &Value) -> bool {
    let arguments = arguments.as_array().expect("a list of arguments");
    let words = arguments.iter().filter_map(Value::as_str);
    let help = Command::new(env!("CARGO_BIN_EXE_ai8x-lint"))
        .args(words)
        .arg("--help")
        .output();
    !arguments.is_empty() && help.expect("the program starts").status.success()
}

#[test]
fn helix_starts_the_server_for_yaml() {
    let languages: toml::Table = read("helix/languages.toml").parse().expect("TOML");
    let languages: Value = serde_json::to_value(languages).expect("a tree");
    let server = &languages["language-server"]["ai8x-lint"];
    assert_eq!(server["command"], "ai8x-lint");
    assert!(is_known(&server["args"]), "{server}");
    let yaml = &languages["language"][0];
    assert_eq!(yaml["name"], "yaml");
    // Hovers and the like come from the first one that has them.
    assert_eq!(yaml["language-servers"][0], "ai8x-lint");
    let mut keys: Vec<&String> = [&languages, server, yaml]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|table| table.keys())
        .collect();
    keys.sort();
    let known = [
        "args",
        "command",
        "language",
        "language-server",
        "language-servers",
        "name",
    ];
    assert_eq!(keys, known);
}

#[test]
fn zed_starts_the_server_for_yaml() {
    // Zed reads JSON with comments.
    let text: String = read("zed/settings.json")
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let settings: Value = serde_json::from_str(&text).expect("JSON");
    let server = settings["languages"]["YAML"]["language_servers"][0]
        .as_str()
        .expect("the name of a server");
    let binary = &settings["lsp"][server]["binary"];
    assert_eq!(binary["path"], "ai8x-lint");
    assert!(is_known(&binary["arguments"]), "{settings}");
}

/// A model alone is enough, but not any Python file.
#[test]
fn vs_code_starts_the_server_where_models_or_networks_may_be() {
    let manifest: Value = serde_json::from_str(&read("code/package.json")).expect("JSON");
    let events = manifest["activationEvents"].as_array().expect("events");
    let events: Vec<&str> = events.iter().filter_map(Value::as_str).collect();
    let mut files = OverrideBuilder::new("/");
    for pattern in events
        .iter()
        .filter_map(|event| event.strip_prefix("workspaceContains:"))
    {
        files.add(pattern).expect("a pattern");
    }
    let files = files.build().expect("patterns");
    let starts = |path: &str| files.matched(path, false).is_whitelist();
    for path in [
        "ai8x.py",
        "models/ai85net.py",
        "a/ai87net-kws.py",
        "ai8x_blocks.py",
    ] {
        assert!(starts(path), "{path}");
    }
    for path in ["main.py", "models/net.py", "ai/model.py", "setup.py"] {
        assert!(!starts(path), "{path}");
    }
    assert!(!events.contains(&"onLanguage:python"));
}

#[test]
fn every_command_of_vs_code_is_registered_and_described() {
    let manifest: Value = serde_json::from_str(&read("code/package.json")).expect("JSON");
    let commands = manifest["contributes"]["commands"].as_array();
    let (source, page) = (read("code/src/extension.ts"), read("code/README.md"));
    let mut number = 0;
    for command in commands.expect("a list of commands") {
        let (id, title) = (command["command"].as_str(), command["title"].as_str());
        let (id, title) = (id.expect("a name"), title.expect("a title"));
        assert!(source.contains(&format!("registerCommand('{id}'")), "{id}");
        assert!(page.contains(&format!("`ai8x-lint: {title}`")), "{title}");
        number += 1;
    }
    assert!(number >= 7, "{number} commands");
}
