//! Every rule is documented, and its examples are true: the bad text fires exactly where it is
//! marked, the good one is silent, and every fix mends. `RULE=AX411` (or a name) narrows the run
//! and shows the texts.
//!
//! `tests/fixtures/*.yaml` holds larger networks with the same marks, for what several rules do
//! together; a `.shapes.json` beside one says the shapes.

mod support;

use std::collections::BTreeSet;

use ai8x_lint::check;
use ai8x_lint::diagnostic::{Code, Finding};
use ai8x_lint::rules::{self, Example, FixAvailability, Rule};

/// The rules that this run looks at, and whether it was narrowed.
fn wanted() -> (Vec<&'static Rule>, bool) {
    match std::env::var("RULE") {
        Ok(wanted) => {
            let rule = rules::find(&wanted).unwrap_or_else(|| panic!("no rule `{wanted}`"));
            (vec![rule], true)
        }
        Err(_) => (rules::all().collect(), false),
    }
}

#[test]
fn rules_are_documented() {
    let mut wrong = Vec::new();
    for rule in wanted().0 {
        let mut need = |fine: bool, what: &str| {
            if !fine {
                wrong.push(format!("{} `{}`: {what}", rule.code, rule.name));
            }
        };
        need(!rule.summary.is_empty(), "no summary");
        need(
            !rule.summary.contains('\n') && !rule.summary.ends_with('.'),
            "the summary is one line without a full stop",
        );
        need(
            rule.explanation.len() > rule.summary.len(),
            "the explanation says no more than the summary",
        );
        need(
            rule.explanation.trim() == rule.explanation,
            "blanks round the explanation",
        );
        need(!rule.source.is_empty(), "no source");
        need(!rule.examples.is_empty(), "no example");
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn examples_are_true() {
    let (rules, narrowed) = wanted();
    let mut wrong = String::new();
    for rule in rules {
        for (number, example) in rule.examples.iter().enumerate() {
            for (kind, text) in [("bad", example.bad), ("good", example.good)] {
                let faults = judge(rule, kind, text, example);
                if faults.is_empty() {
                    continue;
                }
                wrong += &format!(
                    "\n{} {}, example {}, {kind}:\n",
                    rule.code,
                    rule.name,
                    number + 1
                );
                for fault in faults {
                    wrong += &format!("  - {fault}\n");
                }
                if narrowed {
                    wrong += &support::numbered(text);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What is not true of one text of an example.
fn judge(rule: &Rule, kind: &str, text: &str, example: &Example) -> Vec<String> {
    let facts = match support::facts(text, example.shapes, example.model) {
        Ok(facts) => facts,
        Err(error) => return vec![error],
    };
    let found = check(text, &facts);
    let mut wrong = support::compare(text, &found, Some(rule.code));
    let own: Vec<&Finding> = found.iter().filter(|f| f.code == rule.code).collect();
    if kind == "good" {
        if !support::marks(text).is_empty() {
            wrong.push("the good text has marks".to_owned());
        }
        return wrong;
    }
    if own.is_empty() {
        wrong.push(format!("{} does not fire", rule.code));
    }
    wrong.extend(
        found
            .iter()
            .filter(|finding| support::is_loud(finding) && finding.code != rule.code)
            .map(|finding| format!("another rule fires: {}", support::show(text, finding))),
    );
    for finding in &own {
        let fits = match rule.fix {
            FixAvailability::None => finding.fixes.is_empty(),
            FixAvailability::Sometimes => true,
            FixAvailability::Always => !finding.fixes.is_empty(),
        };
        if !fits {
            wrong.push(format!(
                "{} fixes, but the rule says {:?}: {}",
                finding.fixes.len(),
                rule.fix,
                support::show(text, finding)
            ));
        }
    }
    wrong.extend(support::try_fixes(text, &found, |text| check(text, &facts)));
    wrong
}

#[test]
fn fixtures_are_true() {
    let mut wrong = String::new();
    let mut count = 0;
    for entry in std::fs::read_dir(support::package_path("tests/fixtures")).expect("the fixtures") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        count += 1;
        let text = std::fs::read_to_string(&path).expect("a readable fixture");
        let shapes = std::fs::read_to_string(path.with_extension("shapes.json")).ok();
        let facts = support::facts(&text, shapes.as_deref(), None).expect("right facts");
        let found = check(&text, &facts);
        let mut faults = support::compare(&text, &found, None);
        faults.extend(support::try_fixes(&text, &found, |text| {
            check(text, &facts)
        }));
        for fault in faults {
            wrong += &format!(
                "\n  {}: {fault}",
                path.file_name().unwrap_or_default().to_string_lossy()
            );
        }
    }
    assert!(count > 0, "no fixtures");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Codes of the catalogue whose condition a wider rule reports. A fixture `folded-axNNN.yaml` shows
/// each, with the mark of the rule that fires.
const FOLDED: [(u16, u16); 7] = [
    (209, 252),
    (210, 252),
    (305, 354),
    (307, 354),
    (311, 310),
    (464, 451),
    (653, 601),
];

#[test]
fn folded_codes_fire_as_the_wider_rule() {
    for (folded, heir) in FOLDED {
        assert!(rules::find(&format!("AX{folded}")).is_none(), "AX{folded}");
        let path = format!("tests/fixtures/folded-ax{folded}.yaml");
        let text = std::fs::read_to_string(support::package_path(&path)).expect("a fixture");
        // `fixtures_are_true` holds the marks to what is found.
        let marks = support::marks(&text);
        assert!(
            marks.iter().any(|mark| mark.code == Code(heir)),
            "{path} has no mark of AX{heir}"
        );
    }
}

/// Every place of the vendor's tool that the catalogue maps to a code is shown to fire: by the
/// examples of the rule or by the fixture of a folded code.
#[test]
fn mapped_places_are_tested() {
    let Some(shared) = support::shared() else {
        return;
    };
    let list = std::fs::read_to_string(shared.join("reference/rules.md")).expect("the catalogue");
    let (_, list) = list
        .split_once("## Appendix B. Every call site")
        .expect("the list of places");
    let mapped: BTreeSet<Code> = list
        .lines()
        .filter(|row| row.contains(".py:"))
        .filter_map(|row| Code::parse(row.split('|').nth(3)?.trim()))
        .collect();
    let untested: Vec<u16> = mapped
        .iter()
        .filter(|code| !FOLDED.iter().any(|(folded, _)| *folded == code.0))
        .filter(|code| rules::find(&code.to_string()).is_none_or(|rule| rule.examples.is_empty()))
        .map(|code| code.0)
        .collect();
    // Ours fire nowhere for want of a file that reaches them (a list of strides is refused earlier,
    // as is an element-wise Conv1d and a negative padding), or because they look at weight values,
    // checkpoints and samples; `docs/coverage.md` has the reason of each place.
    assert_eq!(
        untested,
        [407, 426, 432, 804, 805, 807, 808, 809, 810, 811, 812]
    );
}

#[test]
fn marks_are_read() {
    let text = "a: 1\n# <- AX004\nb: [x, y]\n#   ^ AX411\n#      ^ AX412 warning\n# carets ^^ AX1\nc: 2 \
                # ^ AX900\n  #  ^^ AX001  ^ AX002\n";
    let places: Vec<String> = support::marks(text)
        .iter()
        .map(|mark| {
            let severity = mark.severity.as_deref().unwrap_or("any");
            format!("{} {}:{} {severity}", mark.code, mark.line, mark.column)
        })
        .collect();
    assert_eq!(
        places,
        [
            "AX004 0:0 any",
            "AX411 2:4 any",
            "AX412 2:7 warning",
            "AX001 6:5 any",
            "AX002 6:15 any",
        ]
    );
}
