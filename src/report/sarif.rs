//! SARIF 2.1.0, which code scanning services read.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::diagnostic::{Finding, Fix, Severity};
use crate::rules::{Documentation, documented};
use crate::text::Span;

use super::FileReport;
use super::docs::rule_chapter;
use super::json::pretty;
use super::place::{Places, slashed};

/// The findings as a SARIF log with one run.
pub fn sarif(files: &[FileReport]) -> String {
    let found = || files.iter().flat_map(|file| &file.findings);
    let rules: Vec<Documentation> = documented()
        .filter(|rule| found().any(|finding| finding.code == rule.code))
        .collect();
    let places: Vec<Places> = files.iter().map(Places::new).collect();
    let results: Vec<Value> = files
        .iter()
        .zip(&places)
        .flat_map(|(file, places)| {
            let findings = file.findings.iter();
            findings.map(|finding| result(places, finding))
        })
        .collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ai8x-lint",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(descriptor).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn descriptor(rule: &Documentation) -> Value {
    json!({
        "id": rule.code.to_string(),
        "name": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.explanation },
        "help": { "text": rule.explanation, "markdown": rule_chapter(rule) },
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn result(places: &Places, finding: &Finding) -> Value {
    let related = finding.related.iter().map(|related| {
        let place = match &related.file {
            Some(other) => location(&Places::of(other), related.span),
            None => location(places, related.span),
        };
        json!({
            "message": { "text": related.message },
            "physicalLocation": place,
        })
    });
    // A change without replacements is none for SARIF.
    let fixes = finding
        .fixes
        .iter()
        .filter(|proposal| !proposal.edits.is_empty())
        .map(|proposal| fix(places, proposal));
    let mut message = finding.message.clone();
    for note in &finding.notes {
        let _ = write!(message, "\n{note}");
    }
    json!({
        "ruleId": finding.code.to_string(),
        "level": level(finding.severity),
        "message": { "text": message },
        "locations": [{ "physicalLocation": location(places, finding.span) }],
        "relatedLocations": related.collect::<Vec<_>>(),
        "fixes": fixes.collect::<Vec<_>>(),
    })
}

fn fix(places: &Places, fix: &Fix) -> Value {
    let replacements = fix.edits.iter().map(|edit| {
        json!({
            "deletedRegion": region(places, edit.span),
            "insertedContent": { "text": edit.new_text },
        })
    });
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(places.path) },
            "replacements": replacements.collect::<Vec<_>>(),
        }],
    })
}

fn location(places: &Places, span: Span) -> Value {
    json!({
        "artifactLocation": { "uri": uri(places.path) },
        "region": region(places, span),
    })
}

fn region(places: &Places, span: Span) -> Value {
    let (start, end) = places.range(span);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "note",
    }
}

/// A path as a URI: relative ones stay relative.
fn uri(path: &str) -> String {
    let path = slashed(path);
    // A drive of Windows is no scheme.
    let has_drive =
        matches!(path.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic());
    let mut uri = match &*path {
        _ if has_drive => "file:///".to_owned(),
        path if path.starts_with('/') => "file://".to_owned(),
        _ => String::new(),
    };
    for (index, byte) in path.bytes().enumerate() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            b':' if has_drive && index == 1 => uri.push(':'),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("networks/a b.yaml"), "networks/a%20b.yaml");
        assert_eq!(uri("/net/ü.yaml"), "file:///net/%C3%BC.yaml");
        assert_eq!(uri("C:/net/a.yaml"), "file:///C:/net/a.yaml");
        assert_eq!(uri("C:a.yaml"), "C%3Aa.yaml");
        let separated = if cfg!(windows) {
            "a/b.yaml"
        } else {
            "a%5Cb.yaml"
        };
        assert_eq!(uri("a\\b.yaml"), separated);
    }
}
