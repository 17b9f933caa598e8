//! One JSON array of all findings. The structures here are the schema of that output.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::diagnostic::{Applicability, Finding, Severity};
use crate::text::Span;

use super::FileReport;
use super::place::Places;

/// A finding of ai8x-lint.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct JsonFinding<'a> {
    /// The code of the rule.
    #[schemars(regex(pattern = "^AX[0-9]{3}$"))]
    code: String,
    /// The kebab-case name of the rule.
    name: &'a str,
    severity: Severity,
    /// One sentence that says what is wrong.
    message: &'a str,
    /// The file, as it was named on the command line or found in a folder.
    file: &'a str,
    /// The number of the layer to which the place belongs, counted as the vendor's tool does (in
    /// order of the sequence numbers, holes closed); null where it belongs to no layer.
    layer: Option<usize>,
    /// The place to edit.
    range: JsonRange,
    /// Other places that have to do with it.
    related: Vec<JsonRelated<'a>>,
    /// The arithmetic, and what helps.
    notes: &'a [String],
    /// Ways to mend it, the preferred one first.
    fixes: Vec<JsonFix<'a>>,
}

/// Another place that has to do with a finding.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct JsonRelated<'a> {
    /// What it has to do with it.
    message: &'a str,
    /// The file.
    file: &'a str,
    /// The place.
    range: JsonRange,
    /// The layer to which the place belongs.
    layer: Option<usize>,
}

/// A way to mend a finding.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct JsonFix<'a> {
    /// What it does.
    title: &'a str,
    applicability: Applicability,
    /// The changes, to be made together; they do not overlap.
    edits: Vec<JsonEdit<'a>>,
}

/// A replacement of text.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct JsonEdit<'a> {
    /// The file.
    file: &'a str,
    /// The text to replace; an empty range inserts.
    range: JsonRange,
    /// What stands there afterwards.
    new_text: &'a str,
}

/// A place: from `start` up to, and without, `end`.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct JsonRange {
    start: JsonPosition,
    end: JsonPosition,
}

/// A position.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct JsonPosition {
    /// The line, the first is 1.
    #[schemars(range(min = 1))]
    line: u32,
    /// The column in code points, the first is 1.
    #[schemars(range(min = 1))]
    column: u32,
}

/// The findings as one array.
pub fn json(files: &[FileReport]) -> String {
    let places: Vec<Places> = files.iter().map(Places::new).collect();
    pretty(&findings(files, &places).collect::<Vec<_>>())
}

/// The findings, each a line with an object of its own.
pub fn json_lines(files: &[FileReport]) -> String {
    let places: Vec<Places> = files.iter().map(Places::new).collect();
    findings(files, &places)
        .map(|finding| serde_json::to_string(&finding).unwrap_or_default() + "\n")
        .collect()
}

fn findings<'a>(
    files: &'a [FileReport],
    places: &'a [Places<'a>],
) -> impl Iterator<Item = JsonFinding<'a>> {
    files.iter().zip(places).flat_map(|(file, places)| {
        let findings = file.findings.iter();
        findings.map(|finding| convert(places, finding))
    })
}

/// The JSON Schema of [`json`].
pub fn json_schema() -> Schema {
    let mut schema = schema_for!(Vec<JsonFinding>);
    schema.insert("title".to_owned(), "Findings of ai8x-lint".into());
    schema
}

/// JSON for people, too. Nothing here is a map with keys that JSON does not know, so there is no
/// failure.
pub(super) fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn convert<'a>(places: &Places<'a>, finding: &'a Finding) -> JsonFinding<'a> {
    let file = places.path;
    JsonFinding {
        code: finding.code.to_string(),
        name: finding.name,
        severity: finding.severity,
        message: &finding.message,
        file,
        layer: finding.layer,
        range: range(places, finding.span),
        related: finding
            .related
            .iter()
            .map(|related| {
                let other = related.file.as_deref();
                JsonRelated {
                    message: &related.message,
                    file: other.map_or(file, |other| &other.path),
                    range: match other {
                        Some(other) => range(&Places::of(other), related.span),
                        None => range(places, related.span),
                    },
                    layer: related.layer,
                }
            })
            .collect(),
        notes: &finding.notes,
        fixes: finding
            .fixes
            .iter()
            .map(|fix| JsonFix {
                title: &fix.title,
                applicability: fix.applicability,
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| JsonEdit {
                        file,
                        range: range(places, edit.span),
                        new_text: &edit.new_text,
                    })
                    .collect(),
            })
            .collect(),
    }
}

fn range(places: &Places, span: Span) -> JsonRange {
    let (start, end) = places.range(span);
    let position = |position: super::place::Position| JsonPosition {
        line: position.line,
        column: position.column,
    };
    JsonRange {
        start: position(start),
        end: position(end),
    }
}
