//! The language server as a client sees it: the real process, over standard input and output.

mod across;
mod allocation;
#[path = "../support/client.rs"]
mod client;
mod diagnostics;
mod features;
mod life;
mod models;
mod surroundings;
mod text;
mod workspace;

use std::fs;
use std::path::Path;

use client::Client;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::tempdir;

const URI: &str = "file:///nowhere/ai85net.yaml";

/// A network in which layer 1 overwrites what it reads, with a hint and a comment that does nothing.
const NETWORK: &str = "\
# ai8x-lint: device=MAX78000
arch: ai85net # 😀ü
dataset: demo

layers:
  - name: first
    processors: 0x0000000000000001
    in_dim: [16, 16]
    in_channels: 1
    out_offset: 0x2000
    op: Conv2d
    kernel_size: 3x3
    pad: 1
    activate: ReLU
    output_processors: 0x000000000000000f
  - name: second
    in_sequences: first
    processors: 0x000000000000000f
    out_offset: 0x2004
    op: Conv2d
    kernel_size: 3x3
    pad: 1
    activate: ReLU
    output_processors: 0x000000000000000f # ai8x-lint: ignore[AX201]
";

/// The address of an absolute path.
fn uri(path: &Path) -> String {
    let path = path.display().to_string().replace('\\', "/");
    // A drive has no slash before it.
    format!("file:///{}", path.trim_start_matches('/'))
}

/// Line, columns and code of each.
fn places(diagnostics: &[Value]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|one| {
            let (start, end) = (&one["range"]["start"], &one["range"]["end"]);
            format!(
                "{}:{}-{}:{} {}",
                start["line"],
                start["character"],
                end["line"],
                end["character"],
                one["code"].as_str().unwrap_or_default()
            )
        })
        .collect()
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics
        .iter()
        .filter_map(|one| one["code"].as_str())
        .collect()
}

fn with_code<'a>(diagnostics: &'a [Value], code: &str) -> &'a Value {
    diagnostics
        .iter()
        .find(|one| one["code"] == code)
        .unwrap_or_else(|| panic!("no {code} in {diagnostics:#?}"))
}

fn range(start: (u32, u32), end: (u32, u32)) -> Value {
    json!({
        "start": {"line": start.0, "character": start.1},
        "end": {"line": end.0, "character": end.1},
    })
}
