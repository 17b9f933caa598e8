//! What several integration tests need: facts from a text, marked places, and how to show findings.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod networks;
pub(crate) mod trace;

use std::path::PathBuf;
use std::sync::Arc;

use ai8x_lint::diagnostic::{Applicability, Code, Finding, Severity};
use ai8x_lint::facts::Facts;
use ai8x_lint::facts::model::Model;
use ai8x_lint::pytorch::{self, Training, input_of_network};
use ai8x_lint::text::{LineIndex, apply_edits};
use ai8x_lint::workspace::directives;
use ai8x_lint::workspace::shapes::Shapes;
use ai8x_lint::{network, yaml};

/// The folder of other people's files beside the package; `None`, said aloud, where it is absent.
pub(crate) fn shared() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if path.is_dir() {
        Some(path)
    } else {
        println!("SKIPPED: {} is absent", path.display());
        None
    }
}

/// A file of the package.
pub(crate) fn package_path(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// Compares a schema with the committed file; with `UPDATE_SCHEMAS` set it writes the file.
pub(crate) fn assert_committed(name: &str, schema: &schemars::Schema) {
    let path = package_path("schemas").join(name);
    let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "schemas/{name} is out of date: run the tests once with UPDATE_SCHEMAS=1"
    );
}

/// What the comment directives of a text, its shapes sidecar (JSON) and its model (Python) say.
pub(crate) fn facts(
    text: &str,
    shapes: Option<&str>,
    model: Option<&str>,
) -> Result<Facts, String> {
    let directives = directives::parse(text, &yaml::parse(text));
    if let Some(problem) = directives.problems.first() {
        return Err(show(text, problem));
    }
    let known = shapes.map_or(Ok(Facts::default()), shapes_facts)?;
    Ok(Facts {
        device: directives.device.map(|device| device.value),
        flags: directives.flags.map(|flags| flags.value.1),
        model: model.map(|model| read_model(model, text)).transpose()?,
        ..known
    })
}

/// The last model of a Python text, built for the input of a network.
fn read_model(python: &str, text: &str) -> Result<Arc<Model>, String> {
    let network = network::lower(&yaml::parse(text), text);
    let training = Training {
        input: input_of_network(&network),
        ..Training::default()
    };
    let (name, _) = pytorch::definitions(python).pop().ok_or("no model")?;
    let model = pytorch::read_model(&training.request("model.py", python, &name), &|_: &str| {
        None
    });
    match model.problems.first() {
        Some(problem) => Err(format!("the model: {}", problem.message)),
        None => Ok(Arc::new(model.facts(&name))),
    }
}

/// What a shapes sidecar says.
pub(crate) fn shapes_facts(json: &str) -> Result<Facts, String> {
    let shapes = Shapes::parse(json).map_err(|fault| fault.message)?;
    Ok(Facts {
        input: shapes.input(),
        arch: shapes.arch.clone(),
        weights: shapes.weights(),
        ..Facts::default()
    })
}

/// Whether a finding makes a network fail or doubtful.
pub(crate) fn is_loud(finding: &Finding) -> bool {
    finding.severity <= Severity::Warning
}

/// `12:5 error AX411 L3: message`
pub(crate) fn show(text: &str, finding: &Finding) -> String {
    let place = LineIndex::new(text).code_points(text, finding.span.start);
    let layer = finding
        .layer
        .map_or_else(String::new, |layer| format!(" L{layer}"));
    format!(
        "{}:{} {} {}{layer}: {}",
        place.line + 1,
        place.column + 1,
        finding.severity,
        finding.code,
        finding.message
    )
}

/// A place that a comment marks as one where a finding starts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The code of the finding.
    pub(crate) code: Code,
    /// Its severity, where the mark says it.
    pub(crate) severity: Option<String>,
    /// Where it starts: line and column in code points, from 0.
    pub(crate) line: u32,
    /// The column.
    pub(crate) column: u32,
}

impl Mark {
    /// Whether this is the mark of a finding.
    pub(crate) fn is_of(&self, text: &str, finding: &Finding) -> bool {
        let place = LineIndex::new(text).code_points(text, finding.span.start);
        self.code == finding.code
            && (self.line, self.column) == (place.line, place.column)
            && self
                .severity
                .as_deref()
                .is_none_or(|severity| severity == finding.severity.name())
    }
}

/// The marks of a text.
///
/// A comment line such as `#   ^^^ AX411` says that a finding starts over its first caret, in the
/// nearest line above that is no mark; the severity may follow the code. `# <- AX004` stands for a
/// place over the `#` itself, where no caret can be.
pub(crate) fn marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut marked = 0;
    for (number, line) in text.lines().enumerate() {
        let own = marks_of_line(line, marked);
        if own.is_empty() {
            marked = number as u32;
        }
        marks.extend(own);
    }
    marks
}

fn marks_of_line(line: &str, marked: u32) -> Vec<Mark> {
    let comment: Vec<char> = line.chars().collect();
    let hash = comment.iter().take_while(|c| **c == ' ').count();
    if comment.get(hash) != Some(&'#') {
        return Vec::new();
    }
    let mut marks: Vec<Mark> = Vec::new();
    let mut place = None;
    let mut at = hash + 1;
    while at < comment.len() {
        let length = comment[at..]
            .iter()
            .take_while(|c| !c.is_whitespace())
            .count();
        let word: String = comment[at..at + length].iter().collect();
        if !word.is_empty() && word.bytes().all(|b| b == b'^') {
            place = Some(at);
        } else if word == "<-" {
            place = Some(hash);
        } else if let (Some(code), Some(column)) = (Code::parse(&word), place) {
            marks.push(Mark {
                code,
                severity: None,
                line: marked,
                column: column as u32,
            });
            place = None;
        } else if let (Some(last), true) = (marks.last_mut(), is_severity(&word)) {
            last.severity = Some(word);
        } else if !word.is_empty() {
            return Vec::new(); // prose
        }
        at += length.max(1);
    }
    marks
}

fn is_severity(word: &str) -> bool {
    ["error", "warning", "information", "hint"].contains(&word)
}

/// Compares findings with marks: each mark has its finding, and each finding that must be marked
/// (an error or a warning, or one of `rule`) has its mark. Yields one line a difference.
pub(crate) fn compare(text: &str, found: &[Finding], rule: Option<Code>) -> Vec<String> {
    let marks = marks(text);
    let mut wrong: Vec<String> = marks
        .iter()
        .filter(|mark| !found.iter().any(|finding| mark.is_of(text, finding)))
        .map(|mark| {
            format!(
                "expected {}{} at {}:{}, nothing came there",
                mark.severity
                    .as_ref()
                    .map_or_else(String::new, |severity| format!("{severity} ")),
                mark.code,
                mark.line + 1,
                mark.column + 1
            )
        })
        .collect();
    wrong.extend(
        found
            .iter()
            .filter(|finding| is_loud(finding) || Some(finding.code) == rule)
            .filter(|finding| !marks.iter().any(|mark| mark.is_of(text, finding)))
            .map(|finding| format!("not expected: {}", show(text, finding))),
    );
    wrong
}

/// Tries each fix that may be applied: its edits fit, the finding is gone afterwards, and no error
/// has come. Yields one line a fault.
pub(crate) fn try_fixes(
    text: &str,
    found: &[Finding],
    check: impl Fn(&str) -> Vec<Finding>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for finding in found {
        for fix in &finding.fixes {
            if fix.applicability == Applicability::DisplayOnly {
                continue;
            }
            let mut complain = |what: &str| {
                wrong.push(format!(
                    "fix `{}` of {}: {what}",
                    fix.title,
                    show(text, finding)
                ));
            };
            let Some(mended) = apply_edits(text, &fix.edits) else {
                complain("its edits overlap or lie outside the text");
                continue;
            };
            let after = check(&mended);
            let count =
                |found: &[Finding], code| found.iter().filter(|other| other.code == code).count();
            if count(&after, finding.code) >= count(found, finding.code) {
                complain("the finding is still there");
            }
            let errors = |found: &[Finding], code| {
                found
                    .iter()
                    .filter(|other| other.severity == Severity::Error && other.code == code)
                    .count()
            };
            for error in after
                .iter()
                .filter(|other| other.severity == Severity::Error)
            {
                if errors(&after, error.code) > errors(found, error.code) {
                    complain(&format!("brings {}", show(&mended, error)));
                }
            }
        }
    }
    wrong
}

/// The text with line numbers, as failures show it.
pub(crate) fn numbered(text: &str) -> String {
    text.lines()
        .enumerate()
        .map(|(number, line)| format!("    {:>3} | {line}\n", number + 1))
        .collect()
}
