use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::text::{Edit, Span};

const TEXT: &str = "arch: übung\nlayers:\n  - out_ofset: 0x2000\n    processors: 0xf\n";

fn finding(code: u16, severity: Severity, span: Span) -> Finding {
    Finding {
        code: Code(code),
        name: "some-rule",
        severity,
        message: "this is wrong by 100 %".to_owned(),
        span,
        layer: None,
        related: Vec::new(),
        notes: Vec::new(),
        fixes: Vec::new(),
    }
}

fn span(word: &str) -> Span {
    let start = TEXT.find(word).unwrap() as u32;
    Span::new(start, start + word.len() as u32)
}

fn reports() -> Vec<FileReport> {
    let mut misspelt = finding(6, Severity::Error, span("out_ofset"))
        .related(span("processors"), 0, "the other key")
        .note("a note\nof two lines")
        .fix(
            Applicability::Safe,
            "rename to `out_offset`",
            vec![Edit::replace(span("out_ofset"), "out_offset")],
        );
    misspelt.layer = Some(0);
    let network = FileReport {
        path: "networks/a,b.yaml".to_owned(),
        text: TEXT.to_owned(),
        findings: vec![finding(901, Severity::Information, span("übung")), misspelt],
    };
    let mut warning = finding(983, Severity::Warning, Span::at(4));
    warning.message = "an error is near".to_owned();
    let config = FileReport {
        path: "ai8x-lint.toml".to_owned(),
        text: "a = 1".to_owned(),
        findings: vec![warning.fix(Applicability::Unsafe, "delete it", vec![])],
    };
    vec![network, config]
}

#[test]
fn concise_is_a_line_a_finding() {
    assert_snapshot!(concise(&reports()), @"
    networks/a,b.yaml:1:7: information[AX901] this is wrong by 100 %
    networks/a,b.yaml:3:5: error[AX006] this is wrong by 100 %
    ai8x-lint.toml:1:5: warning[AX983] an error is near
    ");
}

#[test]
fn yamllint_looks_like_yamllint() {
    assert_snapshot!(yamllint(&reports()), @"
    networks/a,b.yaml
      1:7       warning  this is wrong by 100 %  (AX901)
      3:5       error    this is wrong by 100 %  (AX006)

    ai8x-lint.toml
      1:5       warning  an error is near  (AX983)
    ");
    // The vendor's tool asks for one file, and stops at ` error `.
    let one = yamllint(&reports()[1..]);
    assert_snapshot!(one, @"  1:5       warning  an error is near  (AX983)");
    assert!(!one.contains(" error "));
    let mut first = reports().remove(1);
    first.findings[0].message = "error at the start".to_owned();
    assert!(!yamllint(&[first]).contains(" error "));
}

#[test]
fn github_escapes() {
    assert_snapshot!(github(&reports()), @"
    ::notice file=networks/a%2Cb.yaml,line=1,endLine=1,col=7,endColumn=12,title=AX901 some-rule::this is wrong by 100 %25
    ::error file=networks/a%2Cb.yaml,line=3,endLine=3,col=5,endColumn=14,title=AX006 some-rule::this is wrong by 100 %25%0Aa note%0Aof two lines
    ::warning file=ai8x-lint.toml,line=1,endLine=1,col=5,endColumn=5,title=AX983 some-rule::an error is near
    ");
}

#[test]
fn json_counts_code_points_from_one() {
    assert_snapshot!(json(&reports()), @r#"
    [
      {
        "code": "AX901",
        "name": "some-rule",
        "severity": "information",
        "message": "this is wrong by 100 %",
        "file": "networks/a,b.yaml",
        "layer": null,
        "range": {
          "start": {
            "line": 1,
            "column": 7
          },
          "end": {
            "line": 1,
            "column": 12
          }
        },
        "related": [],
        "notes": [],
        "fixes": []
      },
      {
        "code": "AX006",
        "name": "some-rule",
        "severity": "error",
        "message": "this is wrong by 100 %",
        "file": "networks/a,b.yaml",
        "layer": 0,
        "range": {
          "start": {
            "line": 3,
            "column": 5
          },
          "end": {
            "line": 3,
            "column": 14
          }
        },
        "related": [
          {
            "message": "the other key",
            "file": "networks/a,b.yaml",
            "range": {
              "start": {
                "line": 4,
                "column": 5
              },
              "end": {
                "line": 4,
                "column": 15
              }
            },
            "layer": 0
          }
        ],
        "notes": [
          "a note\nof two lines"
        ],
        "fixes": [
          {
            "title": "rename to `out_offset`",
            "applicability": "safe",
            "edits": [
              {
                "file": "networks/a,b.yaml",
                "range": {
                  "start": {
                    "line": 3,
                    "column": 5
                  },
                  "end": {
                    "line": 3,
                    "column": 14
                  }
                },
                "new_text": "out_offset"
              }
            ]
          }
        ]
      },
      {
        "code": "AX983",
        "name": "some-rule",
        "severity": "warning",
        "message": "an error is near",
        "file": "ai8x-lint.toml",
        "layer": null,
        "range": {
          "start": {
            "line": 1,
            "column": 5
          },
          "end": {
            "line": 1,
            "column": 5
          }
        },
        "related": [],
        "notes": [],
        "fixes": [
          {
            "title": "delete it",
            "applicability": "unsafe",
            "edits": []
          }
        ]
      }
    ]
    "#);
}

#[test]
fn json_lines_are_the_items_of_json() {
    let lines = json_lines(&reports());
    let items: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let all: Vec<serde_json::Value> = serde_json::from_str(&json(&reports())).unwrap();
    assert_eq!(items, all);
    assert_eq!(json_lines(&[]), "");
}

#[test]
fn gitlab_has_fingerprints() {
    assert_snapshot!(gitlab(&reports()), @r#"
    [
      {
        "check_name": "AX901",
        "description": "this is wrong by 100 %",
        "fingerprint": "98353bca529fae06",
        "location": {
          "lines": {
            "begin": 1
          },
          "path": "networks/a,b.yaml"
        },
        "severity": "minor"
      },
      {
        "check_name": "AX006",
        "description": "this is wrong by 100 %",
        "fingerprint": "eb8352ea10714676",
        "location": {
          "lines": {
            "begin": 3
          },
          "path": "networks/a,b.yaml"
        },
        "severity": "critical"
      },
      {
        "check_name": "AX983",
        "description": "an error is near",
        "fingerprint": "8c927308e88e12c3",
        "location": {
          "lines": {
            "begin": 1
          },
          "path": "ai8x-lint.toml"
        },
        "severity": "major"
      }
    ]
    "#);
    // Equal findings are told apart.
    let mut twice = reports();
    let again = twice[0].findings.clone();
    twice[0].findings.extend(again);
    let issues: Vec<serde_json::Value> = serde_json::from_str(&gitlab(&twice)).unwrap();
    let fingerprints: std::collections::HashSet<String> = issues
        .iter()
        .map(|issue| issue["fingerprint"].to_string())
        .collect();
    assert_eq!(fingerprints.len(), issues.len());
}

#[test]
fn junit_escapes() {
    let mut files = reports();
    files[0].findings.truncate(1);
    files[0].findings[0].message = "a < \"b\" & \u{1b}".to_owned();
    files[1].findings.clear();
    assert_snapshot!(junit(&files), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="ai8x-lint" tests="2" failures="1" errors="0">
      <testsuite name="networks/a,b.yaml" tests="1" failures="1" errors="0">
        <testcase name="AX901 some-rule" classname="networks/a,b.yaml" file="networks/a,b.yaml" line="1">
          <failure type="information" message="a &lt; &quot;b&quot; &amp;  ">line 1, column 7: a &lt; &quot;b&quot; &amp;  </failure>
        </testcase>
      </testsuite>
      <testsuite name="ai8x-lint.toml" tests="1" failures="0" errors="0">
        <testcase name="ai8x-lint.toml" classname="ai8x-lint.toml"/>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn sarif_carries_rules_places_and_fixes() {
    let mut files = reports();
    files[0].findings.remove(0);
    files[0].path = "my networks/ä.yaml".to_owned();
    let log: serde_json::Value = serde_json::from_str(&sarif(&files)).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "AX983").unwrap();
    assert_eq!(rule["name"], "configuration");
    assert_eq!(rule["defaultConfiguration"]["level"], "error");
    let help = rule["help"]["markdown"].as_str().unwrap();
    assert!(help.contains("- Severity: error"), "{help}");
    assert_snapshot!(serde_json::to_string_pretty(&run["results"]).unwrap(), @r#"
    [
      {
        "fixes": [
          {
            "artifactChanges": [
              {
                "artifactLocation": {
                  "uri": "my%20networks/%C3%A4.yaml"
                },
                "replacements": [
                  {
                    "deletedRegion": {
                      "endColumn": 14,
                      "endLine": 3,
                      "startColumn": 5,
                      "startLine": 3
                    },
                    "insertedContent": {
                      "text": "out_offset"
                    }
                  }
                ]
              }
            ],
            "description": {
              "text": "rename to `out_offset`"
            }
          }
        ],
        "level": "error",
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "my%20networks/%C3%A4.yaml"
              },
              "region": {
                "endColumn": 14,
                "endLine": 3,
                "startColumn": 5,
                "startLine": 3
              }
            }
          }
        ],
        "message": {
          "text": "this is wrong by 100 %\na note\nof two lines"
        },
        "relatedLocations": [
          {
            "message": {
              "text": "the other key"
            },
            "physicalLocation": {
              "artifactLocation": {
                "uri": "my%20networks/%C3%A4.yaml"
              },
              "region": {
                "endColumn": 15,
                "endLine": 4,
                "startColumn": 5,
                "startLine": 4
              }
            }
          }
        ],
        "ruleId": "AX006"
      },
      {
        "fixes": [],
        "level": "warning",
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "ai8x-lint.toml"
              },
              "region": {
                "endColumn": 5,
                "endLine": 1,
                "startColumn": 5,
                "startLine": 1
              }
            }
          }
        ],
        "message": {
          "text": "an error is near"
        },
        "relatedLocations": [],
        "ruleId": "AX983"
      }
    ]
    "#);
}

#[test]
fn full_shows_source_and_fix() {
    assert_snapshot!(full(&reports(), false), @"
    note[AX901]: this is wrong by 100 %
      ┌─ networks/a,b.yaml:1:7
      │
    1 │ arch: übung
      │       ^^^^^

    error[AX006]: this is wrong by 100 %
      ┌─ networks/a,b.yaml:3:5
      │
    3 │   - out_ofset: 0x2000
      │     ^^^^^^^^^ layer 0
    4 │     processors: 0xf
      │     ---------- the other key
      │
      = a note
        of two lines
      = fix (--fix): rename to `out_offset`
        -   - out_ofset: 0x2000
        +   - out_offset: 0x2000

    warning[AX983]: an error is near
      ┌─ ai8x-lint.toml:1:5
      │
    1 │ a = 1
      │     ^
      │
      = fix (--fix --unsafe-fixes): delete it
    ");
}

#[test]
fn places_may_lie_in_other_files() {
    let file = std::sync::Arc::new(crate::text::TextFile {
        path: "models/net.py".to_owned(),
        text: "a = 1\nb = 2\n".to_owned(),
    });
    let found = finding(862, Severity::Warning, span("processors"));
    let report = FileReport {
        path: "a.yaml".to_owned(),
        text: TEXT.to_owned(),
        findings: vec![found.related_in(&file, Span::new(6, 11), "constructed here")],
    };
    let reports = [report];
    assert_snapshot!(full(&reports, false), @"
    warning[AX862]: this is wrong by 100 %
      ┌─ a.yaml:4:5
      │
    4 │     processors: 0xf
      │     ^^^^^^^^^^
      │
      ┌─ models/net.py:2:1
      │
    2 │ b = 2
      │ ----- constructed here
    ");
    let value = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
    let related = &value(json(&reports))[0]["related"][0];
    assert_eq!(related["file"], "models/net.py");
    assert_eq!(related["range"]["start"]["line"], 2);
    let log = value(sarif(&reports));
    let location = &log["runs"][0]["results"][0]["relatedLocations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "models/net.py");
    assert_eq!(location["region"]["startLine"], 2);
}

#[test]
fn full_has_colors_only_where_asked() {
    assert!(!full(&reports(), false).contains('\x1b'));
    let colored = full(&reports(), true);
    assert!(
        colored.contains("\x1b[31m-   - out_ofset: 0x2000\x1b[0m"),
        "{colored}"
    );
    assert!(
        colored.contains("\x1b[32m+   - out_offset: 0x2000\x1b[0m"),
        "{colored}"
    );
}

#[test]
fn summary_counts() {
    assert_snapshot!(Summary::new(&reports(), 2), @"Found 1 error, 1 warning and 1 note in 2 files; 1 fixable with --fix, 1 more with --fix --unsafe-fixes");
    assert_snapshot!(Summary::new(&[], 3), @"Found nothing in 3 files");
    assert_snapshot!(Summary { errors: 2, warnings: 1, notes: 3, files: 1, ..Summary::default() }, @"Found 2 errors, 1 warning and 3 notes in 1 file");
    assert_snapshot!(statistics(&reports()), @"
    1  AX006  error        some-rule
    1  AX901  information  some-rule
    1  AX983  warning      some-rule
    ");
}

fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec![
            "a", ": ", "\t", "\n", "\r", "\r\n", "ü", "🦀", "\u{301}", "\u{feff}", "\x1b",
        ]),
        0..30,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    /// No span, inside the text or not, on a character boundary or not, makes a format fail.
    #[test]
    fn no_span_is_a_panic(
        text in any_text(),
        spans in prop::collection::vec((0u32..100, 0u32..100), 1..4),
        color: bool,
    ) {
        let mut spans = spans.into_iter().map(|(start, end)| Span::new(start, end));
        let primary = spans.next().unwrap_or_default();
        let mut found = finding(1, Severity::Error, primary)
            .fix(Applicability::Safe, "title", vec![Edit::delete(primary)]);
        for span in spans {
            found = found.related(span, None, "related");
        }
        let files = [FileReport { path: "p".to_owned(), text, findings: vec![found] }];
        prop_assert!(full(&files, color).contains("AX001"));
        for format in [concise, github, gitlab, json, json_lines, junit, sarif, yamllint] {
            prop_assert!(format(&files).contains("AX001"));
        }
    }
}
