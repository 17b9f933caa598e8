//! GitLab's code quality report.

use std::collections::HashSet;

use serde_json::json;

use crate::diagnostic::{Finding, Severity};

use super::FileReport;
use super::json::pretty;
use super::place::{Places, slashed};

/// The findings as GitLab's code quality report.
pub fn gitlab(files: &[FileReport]) -> String {
    let mut issues = Vec::new();
    let mut seen = HashSet::new();
    for file in files {
        let places = Places::new(file);
        for finding in &file.findings {
            issues.push(json!({
                "check_name": finding.code.to_string(),
                "description": finding.message,
                "severity": match finding.severity {
                    Severity::Error => "critical",
                    Severity::Warning => "major",
                    Severity::Information => "minor",
                    Severity::Hint => "info",
                },
                "fingerprint": format!("{:016x}", fingerprint(file, finding, &mut seen)),
                "location": {
                    "path": slashed(&file.path),
                    "lines": { "begin": places.start(finding.span).line },
                },
            }));
        }
    }
    pretty(&issues)
}

/// A number that stays with a finding when lines move, and that no other one has.
fn fingerprint(file: &FileReport, finding: &Finding, seen: &mut HashSet<u64>) -> u64 {
    let layer = finding.layer.map(|layer| layer.to_string());
    let mut hash = [
        &slashed(&file.path),
        finding.name,
        layer.as_deref().unwrap_or_default(),
        &finding.message,
    ]
    .iter()
    .flat_map(|part| part.bytes().chain([0]))
    // FNV-1a: the same on every machine, now and later.
    .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    while !seen.insert(hash) {
        hash = hash.wrapping_add(1);
    }
    hash
}
