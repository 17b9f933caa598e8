//! The committed JSON Schemas of what the tool reads and writes beside networks are those that the
//! code makes, and they mean what the code does.

mod support;

use ai8x_lint::diagnostic::{Applicability, Code, Finding, Severity};
use ai8x_lint::map;
use ai8x_lint::report::{FileReport, json, json_schema};
use ai8x_lint::text::{Edit, Span};
use ai8x_lint::workspace::shapes::{self, Shapes};
use ai8x_lint::workspace::{Config, config};
use schemars::Schema;
use serde_json::Value;

#[test]
fn schemas_are_committed() {
    support::assert_committed("ai8x-lint-output.schema.json", &json_schema());
    support::assert_committed("ai8x-lint-map.schema.json", &map::json_schema());
    support::assert_committed("ai8x-lint.schema.json", &config::schema());
    support::assert_committed("shapes.schema.json", &shapes::schema());
}

fn validator(schema: &Schema) -> jsonschema::Validator {
    let schema = serde_json::to_value(schema).unwrap();
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is no valid schema");
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn json_output_is_as_its_schema_says() {
    let span = Span::new(0, 4);
    let finding = Finding {
        code: Code(6),
        name: "unknown-layer-key",
        severity: Severity::Error,
        message: "wrong".to_owned(),
        span,
        layer: Some(3),
        related: Vec::new(),
        notes: vec!["a note".to_owned()],
        fixes: Vec::new(),
    }
    .related(span, 2, "related")
    .fix(
        Applicability::DisplayOnly,
        "title",
        vec![Edit::insert(2, "x")],
    );
    let plain = Finding {
        layer: None,
        severity: Severity::Hint,
        related: Vec::new(),
        fixes: Vec::new(),
        ..finding.clone()
    };
    let file = FileReport {
        path: "a.yaml".to_owned(),
        text: "arch: a".to_owned(),
        findings: vec![finding, plain],
    };
    let validator = validator(&json_schema());
    let mut output: Value = serde_json::from_str(&json(&[file])).unwrap();
    assert!(validator.is_valid(&output));
    assert!(validator.is_valid(&serde_json::from_str(&json(&[])).unwrap()));
    output[0]["severity"] = "fatal".into();
    assert!(!validator.is_valid(&output));
}

/// The configuration schema and the reader agree on these.
#[test]
fn configurations_are_taken_and_refused_alike() {
    let validator = validator(&config::schema());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ai8x-lint.toml");
    for (text, fine) in [
        ("", true),
        (
            "device = \"MAX78002\"\nizer-flags = \"--fifo\"\nshapes-dir = \"s\"",
            true,
        ),
        (
            "izer-flags = [\"--fifo\", \"--no-kat\"]\nfail-on = \"hint\"",
            true,
        ),
        (
            "select = [\"AX98\"]\nextend-select = []\nignore = [\"not-a-network\"]",
            true,
        ),
        ("exclude = [\"out/\"]\nmin-severity = \"warning\"", true),
        (
            "[severity]\nAX981 = \"error\"\n[per-file-ignores]\n\"*.yaml\" = [\"AX\"]",
            true,
        ),
        ("devise = \"MAX78002\"", false),
        ("device = \"MAX78003\"", false),
        ("device = 78002", false),
        ("izer-flags = 1", false),
        ("select = \"AX98\"", false),
        ("exclude = [1]", false),
        ("fail-on = \"bad\"", false),
        ("[severity]\nAX981 = \"bad\"", false),
        ("per-file-ignores = [\"AX\"]", false),
    ] {
        std::fs::write(&path, text).unwrap();
        let value: Value = toml::from_str(text).unwrap();
        assert_eq!(Config::read(&path).fault.is_none(), fine, "{text}");
        assert_eq!(validator.is_valid(&value), fine, "{text}");
    }
}

/// The shapes schema and the reader agree on these.
#[test]
fn shapes_are_taken_and_refused_alike() {
    let validator = validator(&shapes::schema());
    for (text, fine) in [
        ("{}", true),
        (r#"{"input": null, "weights": null}"#, true),
        (r#"{"input": [3, 32, 32], "weights": []}"#, true),
        (
            r#"{"input": [3, 32], "weights": [{"in": 3, "out": 8, "kernel": [3]}]}"#,
            true,
        ),
        (
            r#"{"weights": [{"in": 3, "out": 8, "kernel": [3, 3], "bits": -1, "bias": false, "groups": 1}]}"#,
            true,
        ),
        (
            r#"{"weights": [{"in": 3, "out": 8, "kernel": [3, 3], "bits": null, "bias": null, "groups": null}]}"#,
            true,
        ),
        ("[]", false),
        (r#"{"inputs": [3, 32, 32]}"#, false),
        (r#"{"input": [3]}"#, false),
        (r#"{"input": [3, 0, 1]}"#, false),
        (r#"{"input": [3, 10000000, 1]}"#, false),
        (r#"{"input": [3, 1.5, 1]}"#, false),
        (r#"{"weights": [[3, 8, [3, 3]]]}"#, false),
        (r#"{"weights": [{"in": 3, "out": 8}]}"#, false),
        (r#"{"weights": [{"in": 3, "out": 8, "kernel": []}]}"#, false),
        (
            r#"{"weights": [{"in": 3, "out": 8, "kernel": [1, 1, 1]}]}"#,
            false,
        ),
        (
            r#"{"weights": [{"in": 3, "out": 8, "kernel": [1], "bits": 3}]}"#,
            false,
        ),
        (
            r#"{"weights": [{"in": 3, "out": 8, "kernel": [1], "bias": 1}]}"#,
            false,
        ),
        (
            r#"{"weights": [{"in": 3, "out": 8, "kernel": [1], "groups": 0}]}"#,
            false,
        ),
        (
            r#"{"weights": [{"in": 3, "out": 8, "kernel": [1], "name": "a"}]}"#,
            false,
        ),
    ] {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(Shapes::parse(text).is_ok(), fine, "{text}");
        assert_eq!(validator.is_valid(&value), fine, "{text}");
    }
}

/// The facts of the corpus are sidecars.
#[test]
fn shapes_of_the_corpus_are_taken() {
    let Some(shared) = support::shared() else {
        return;
    };
    let rows = std::fs::read_to_string(shared.join("corpus/verdicts.jsonl")).unwrap();
    let validator = validator(&shapes::schema());
    let mut count = 0;
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).unwrap();
        let facts = &row["facts"];
        if facts.is_null() {
            continue;
        }
        let read = Shapes::parse(&facts.to_string());
        assert!(read.is_ok(), "{}: {read:?}", row["id"]);
        assert!(validator.is_valid(facts), "{}", row["id"]);
        count += 1;
    }
    assert!(count > 1000, "only {count} rows");
}
