//! The rows of `verdicts.jsonl`: one run of the vendor's tool each, and what we say to the same.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use ai8x_lint::device::DeviceId;
use ai8x_lint::diagnostic::{Code, Finding, Severity};
use ai8x_lint::facts::{Facts, parse_flags};
use ai8x_lint::workspace::{Config, Overrides, SourceFile, lint};
use ai8x_lint::{check, rules};
use rayon::prelude::*;
use serde_json::Value;

use crate::support;

/// Where the layer that the vendor's tool names is left over from an earlier loop.
const SITES_WITHOUT_LAYER: &[&str] = &["names.py:36", "izer.py:167", "max7800x.py:406"];

/// Layer numbers that the vendor's tool prints for want of a better one.
const LAYERS_OF_NO_MEANING: &[Option<usize>] = &[None, Some(31), Some(127)];

/// Who wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Origin {
    Networks,
    Tests,
    Users,
    Mutations,
}

impl Origin {
    pub(crate) const ALL: [Self; 4] = [Self::Networks, Self::Tests, Self::Users, Self::Mutations];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Networks => "vendor networks",
            Self::Tests => "vendor tests",
            Self::Users => "users",
            Self::Mutations => "mutations",
        }
    }
}

/// Where the vendor's tool stopped.
pub(crate) struct Fatal {
    pub(crate) site: String,
    pub(crate) codes: Vec<Code>,
    pub(crate) layer: Option<usize>,
    /// The numbers of its message.
    pub(crate) values: String,
}

/// A warning or notice of the vendor's tool.
pub(crate) struct Message {
    pub(crate) severity: String,
    pub(crate) site: String,
    /// Empty where it is about its command line or its surroundings.
    pub(crate) codes: Vec<Code>,
    pub(crate) layer: Option<usize>,
}

impl Message {
    /// Whether a finding tells the same, however loud.
    pub(crate) fn is_told_by(&self, finding: &Finding) -> bool {
        self.codes.iter().any(|code| answers(finding.code, *code))
            && (LAYERS_OF_NO_MEANING.contains(&self.layer) || touches(finding, self.layer))
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.severity, self.site)?;
        for code in &self.codes {
            write!(f, " {code}")?;
        }
        match self.layer {
            Some(layer) => write!(f, " L{layer}"),
            None => Ok(()),
        }
    }
}

/// The fault that was put into a vendor file.
pub(crate) struct Mutation {
    pub(crate) kind: String,
    pub(crate) layer: Option<usize>,
    pub(crate) detail: String,
    /// The row of the file before.
    pub(crate) base: String,
}

/// One run of the vendor's tool, and ours.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) file: String,
    pub(crate) origin: Origin,
    pub(crate) flags: String,
    /// `None` where it accepted.
    pub(crate) fatal: Option<Fatal>,
    pub(crate) low_confidence: bool,
    pub(crate) mutation: Option<Mutation>,
    pub(crate) facts: Option<Facts>,
    /// Its warnings and notices.
    pub(crate) messages: Vec<Message>,
    pub(crate) text: String,
    /// What we find with the facts of the row.
    pub(crate) found: Vec<Finding>,
    /// What we find when nothing is known.
    pub(crate) found_without_facts: Vec<Finding>,
    /// What a user sees who gives nothing but the file: its name may tell the chip.
    pub(crate) found_by_newcomer: Vec<Finding>,
}

impl Row {
    /// Whether the corpus gates may use this rejection: sure facts, and a code that is not
    /// left out.
    pub(crate) fn is_gated(&self) -> bool {
        self.fatal
            .as_ref()
            .is_some_and(|fatal| !fatal.codes.iter().all(|code| is_left_out(*code)))
            && !self.low_confidence
            && self.facts.is_some()
    }

    /// Whether one of `found` is an error that tells what the vendor's tool told.
    pub(crate) fn is_found_by(&self, found: &[Finding]) -> bool {
        let Some(fatal) = &self.fatal else {
            return false;
        };
        let any_layer = LAYERS_OF_NO_MEANING.contains(&fatal.layer)
            || SITES_WITHOUT_LAYER.contains(&fatal.site.as_str());
        let mutated = self.mutation.as_ref().and_then(|mutation| mutation.layer);
        errors(found).any(|error| {
            fatal.codes.iter().any(|code| answers(error.code, *code))
                && (any_layer
                    || touches(error, fatal.layer)
                    || (mutated.is_some() && error.layer == mutated))
        })
    }
}

/// Whether a rule with `code` tells what one with `wanted` tells.
fn answers(code: Code, wanted: Code) -> bool {
    code == wanted || rules::all().any(|rule| rule.code == code && rule.covers.contains(&wanted))
}

/// Whether the gates leave a code out: what needs the model itself, and advice.
pub(crate) fn is_left_out(code: Code) -> bool {
    matches!(code.0 / 100, 8 | 9)
}

/// Whether a finding or one of its related places lies on `layer`.
pub(crate) fn touches(finding: &Finding, layer: Option<usize>) -> bool {
    finding.layer == layer || finding.related.iter().any(|place| place.layer == layer)
}

pub(crate) fn errors(found: &[Finding]) -> impl Iterator<Item = &Finding> {
    found
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
}

/// Reads the rows whose id contains `filter` and lints them, in parallel.
pub(crate) fn load(corpus: &Path, filter: &str) -> Vec<Row> {
    let verdicts =
        std::fs::read_to_string(corpus.join("verdicts.jsonl")).expect("readable verdicts");
    let mut rows: Vec<Row> = verdicts
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON row"))
        .filter(|row: &Value| {
            word(&row["id"]).contains(filter) || word(&row["file"]).contains(filter)
        })
        .map(|row| read(corpus, &row))
        .collect();
    rows.par_iter_mut().for_each(|row| {
        row.found = check(&row.text, &row.facts.clone().unwrap_or_default());
        row.found_without_facts = check(&row.text, &Facts::default());
        let path = corpus.join(&row.file);
        let file = SourceFile::new(row.file.clone(), path, row.text.clone());
        row.found_by_newcomer = lint(&file, &Config::default(), &Overrides::default())
            .report
            .findings;
    });
    rows
}

/// The rows by their ids.
pub(crate) fn by_id(rows: &[Row]) -> HashMap<&str, &Row> {
    rows.iter().map(|row| (row.id.as_str(), row)).collect()
}

fn read(corpus: &Path, row: &Value) -> Row {
    let file = word(&row["file"]);
    let flags = list(&row["flags"], word);
    let device = DeviceId::parse(&word(&row["device"])).expect("a device");
    let facts = row["facts"].is_object().then(|| Facts {
        device: Some(device),
        flags: Some(parse_flags(flags.iter().map(String::as_str)).expect("flags")),
        ..support::shapes_facts(&row["facts"].to_string()).expect("right shapes")
    });
    Row {
        id: word(&row["id"]),
        origin: match word(&row["origin"]).as_str() {
            "vendor-networks" => Origin::Networks,
            "vendor-tests" => Origin::Tests,
            "users" => Origin::Users,
            "mutation" => Origin::Mutations,
            other => panic!("origin `{other}`"),
        },
        fatal: row["first_fatal"].is_object().then(|| {
            let fatal = &row["first_fatal"];
            Fatal {
                site: word(&fatal["site"]),
                codes: list(&fatal["rules"], |code| {
                    Code::parse(&word(code)).expect("a code")
                }),
                layer: number(&fatal["layer"]),
                values: list(&fatal["values"], word).join(" "),
            }
        }),
        low_confidence: row["confidence"] == "low",
        mutation: row["mutation"].is_string().then(|| Mutation {
            kind: word(&row["mutation"]),
            layer: number(&row["mutated_layer"]),
            detail: word(&row["detail"]),
            base: word(&row["base"]),
        }),
        messages: list(&row["messages"], |message| Message {
            severity: word(&message["severity"]),
            site: word(&message["site"]),
            codes: list(&message["rules"], |code| {
                Code::parse(&word(code)).expect("a code")
            }),
            layer: number(&message["layer"]),
        }),
        facts,
        text: String::from_utf8_lossy(&std::fs::read(corpus.join(&file)).expect("a corpus file"))
            .into_owned(),
        found: Vec::new(),
        found_without_facts: Vec::new(),
        found_by_newcomer: Vec::new(),
        flags: flags.join(" "),
        file,
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> Option<usize> {
    value.as_u64().map(|number| number as usize)
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().into_iter().flatten().map(read).collect()
}
