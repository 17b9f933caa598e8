//! Findings as diagnostics.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use serde_json::{Value, json};
use tower_lsp::ls_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location, NumberOrString,
};

use crate::diagnostic::{Code, Finding, Severity};
use crate::report::FileReport;
use crate::text::{Span, TextFile};

use super::address::file_uri;
use super::client::Abilities;
use super::pages::Pages;
use super::position::Lines;
use super::snapshot::Snapshot;

/// Who says it.
const SOURCE: &str = "ai8x";

/// Codes of what could as well not be there: ignored and redundant keys, layers that never run,
/// comments that do nothing.
const UNNECESSARY: &[Code] = &[
    Code(17),
    Code(19),
    Code(29),
    Code(53),
    Code(57),
    Code(59),
    Code(151),
    Code(952),
    Code(981),
];

/// Everything there is to say of a snapshot.
pub(super) fn diagnostics(
    snapshot: &Snapshot,
    abilities: Abilities,
    pages: &Pages,
) -> Vec<Diagnostic> {
    if !snapshot.is_ours() {
        return Vec::new();
    }
    let sidecar = snapshot.linted.sidecar.as_ref();
    let elsewhere = [snapshot.config.fault.as_ref(), sidecar];
    elsewhere
        .into_iter()
        .flatten()
        .flat_map(|report| faults(snapshot, report, abilities))
        .chain(
            snapshot
                .findings()
                .iter()
                .map(|finding| diagnostic(snapshot, finding, abilities, pages)),
        )
        .collect()
}

/// What tells two answers apart.
pub(super) fn fingerprint(diagnostics: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(diagnostics)
        .unwrap_or_default()
        .hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// One finding.
pub(super) fn diagnostic(
    snapshot: &Snapshot,
    finding: &Finding,
    abilities: Abilities,
    pages: &Pages,
) -> Diagnostic {
    let mut message = finding.message.clone();
    for note in &finding.notes {
        message.push('\n');
        message.push_str(note);
    }
    let places = finding.related.iter().filter_map(|place| {
        let location = match &place.file {
            Some(file) => elsewhere(file, place.span, abilities)?,
            None => Location::new(snapshot.uri.clone(), snapshot.range(place.span)),
        };
        Some((location, place.message.as_str()))
    });
    let related = related(&mut message, places.collect(), snapshot, abilities);
    Diagnostic {
        range: snapshot.range(finding.span),
        severity: Some(severity(finding.severity)),
        code: Some(NumberOrString::String(finding.code.to_string())),
        code_description: pages.of(finding.code).map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message,
        related_information: related,
        tags: UNNECESSARY
            .contains(&finding.code)
            .then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: Some(data(snapshot, finding)),
    }
}

/// A place of another file.
fn elsewhere(file: &TextFile, span: Span, abilities: Abilities) -> Option<Location> {
    let uri = file_uri(Path::new(&file.path))?;
    let lines = Lines::new(&file.text, abilities.encoding);
    Some(Location::new(uri, lines.range(&file.text, span)))
}

/// Related places for clients that show them; for the others they become part of the message.
fn related(
    message: &mut String,
    places: Vec<(Location, &str)>,
    snapshot: &Snapshot,
    abilities: Abilities,
) -> Option<Vec<DiagnosticRelatedInformation>> {
    if !abilities.related_places {
        for (location, text) in places {
            let line = location.range.start.line + 1;
            let file = location.uri.to_file_path();
            let name = file.as_deref().and_then(Path::file_name);
            let place = match name.filter(|_| location.uri != snapshot.uri) {
                Some(name) => format!("{}, line {line}", name.display()),
                None => format!("line {line}"),
            };
            message.push_str(&format!("\n{place}: {text}"));
        }
        return None;
    }
    let related = places
        .into_iter()
        .map(|(location, message)| DiagnosticRelatedInformation {
            location,
            message: message.to_owned(),
        });
    Some(related.collect::<Vec<_>>()).filter(|related| !related.is_empty())
}

/// The rule's name and the fixes, for clients that want to do more with them than take an action.
fn data(snapshot: &Snapshot, finding: &Finding) -> Value {
    let fixes: Vec<Value> = finding
        .fixes
        .iter()
        .map(|fix| {
            let edits: Vec<Value> = fix
                .edits
                .iter()
                .map(|edit| {
                    json!({
                        "range": snapshot.range(edit.span),
                        "newText": edit.new_text,
                    })
                })
                .collect();
            json!({
                "title": fix.title,
                "applicability": fix.applicability,
                "edits": edits,
            })
        })
        .collect();
    json!({ "rule": finding.name, "layer": finding.layer, "fixes": fixes })
}

/// What is wrong with a file that belongs to the network, said at the network's first byte.
fn faults(snapshot: &Snapshot, report: &FileReport, abilities: Abilities) -> Vec<Diagnostic> {
    let lines = Lines::new(&report.text, abilities.encoding);
    let uri = file_uri(Path::new(&report.path));
    report
        .findings
        .iter()
        .map(|finding| {
            let range = lines.range(&report.text, finding.span);
            let line = range.start.line + 1;
            let mut message = format!("{}, line {line}: {}", report.path, finding.message);
            let place = uri.clone().map(|uri| (Location::new(uri, range), "here"));
            let places = place.into_iter().collect();
            let related = related(&mut message, places, snapshot, abilities);
            Diagnostic {
                range: snapshot.range(Span::at(0)),
                severity: Some(severity(finding.severity)),
                code: Some(NumberOrString::String(finding.code.to_string())),
                source: Some(SOURCE.to_owned()),
                message,
                related_information: related,
                ..Diagnostic::default()
            }
        })
        .collect()
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Information => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}
