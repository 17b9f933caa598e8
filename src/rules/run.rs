//! The registry, and running all rules over one network.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use crate::diagnostic::{Code, Finding, Related, Severity};
use crate::text::Span;

use super::files;
use super::{
    Context, Documentation, Findings, Rule, advice, data_memory, device, model, operators,
    processors, python, sequence, streaming, syntax, tool, weight_memory,
};

/// All rules, by code.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        syntax::RULES,
        sequence::RULES,
        processors::RULES,
        data_memory::RULES,
        operators::RULES,
        streaming::RULES,
        weight_memory::RULES,
        device::RULES,
        model::RULES,
        advice::RULES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The rule with this code or name (any case).
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    let code = Code::parse(code_or_name);
    all().find(|rule| Some(rule.code) == code || rule.name.eq_ignore_ascii_case(code_or_name))
}

/// All codes that findings can have, by code.
pub fn documented() -> impl Iterator<Item = Documentation> {
    DOCUMENTED.iter().copied()
}

static DOCUMENTED: LazyLock<Vec<Documentation>> = LazyLock::new(|| {
    let mut documented: Vec<Documentation> = all()
        .map(Rule::documentation)
        .chain(python::RULES.iter().map(|rule| rule.documentation()))
        .chain(files::FILES.iter().copied())
        .chain(tool::TOOL.iter().copied())
        .collect();
    documented.sort_by_key(|rule| rule.code);
    documented
});

/// Whether a rule speaks where nobody selects it by name: matters of taste do not.
pub fn on_by_default(code: Code) -> bool {
    !OFF_BY_DEFAULT.contains(&code)
}

const OFF_BY_DEFAULT: &[Code] = &[Code(253), Code(878), Code(952), Code(953)];

/// Runs every rule; findings come in order of the text, one for each root cause.
pub fn run(context: &Context) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in all() {
        let mut findings = Findings {
            rule,
            found: Vec::new(),
        };
        // A rule that panics costs its own findings, not the others'.
        let outcome = catch_unwind(AssertUnwindSafe(|| (rule.check)(context, &mut findings)));
        found.append(&mut findings.found);
        if outcome.is_err() {
            found.push(tool::INTERNAL_ERROR.finding(
                Span::at(0),
                format!(
                    "the check of {} `{}` failed on this file; please report it with the file",
                    rule.code, rule.name
                ),
            ));
        }
    }
    drop_covered(&mut found);
    drop_unpaired(&mut found);
    drop_misassigned(&mut found);
    follow_overlaps(&mut found);
    found.sort_by_key(|finding| (finding.span, finding.code));
    found
}

/// How often a rule speaks of a network.
pub(super) fn count(context: &Context, code: Code) -> usize {
    let Some(rule) = all().find(|rule| rule.code == code) else {
        return 0;
    };
    let mut findings = Findings {
        rule,
        found: Vec::new(),
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| (rule.check)(context, &mut findings)));
    outcome.map_or(0, |()| findings.found.len())
}

/// Where a comparison with the model says which layer is missing or too many, what follows from
/// weights that are handed to the wrong layers says no more.
fn drop_unpaired(found: &mut Vec<Finding>) {
    let is_cause = |finding: &Finding| {
        let missing = [Code(861), Code(865), Code(866)].contains(&finding.code);
        missing && finding.severity <= Severity::Warning
    };
    if found.iter().any(is_cause) {
        let follows = [801, 803, 851, 852, 467, 201, 203, 254].map(Code);
        found.retain(|finding| !follows.contains(&finding.code));
    }
}

/// Where the model's layers and the file's do not match up, the channel counts that come from the
/// weights belong to other layers: masks are not judged by them.
fn drop_misassigned(found: &mut Vec<Finding>) {
    let mismatch = |finding: &Finding| [Code(801), Code(803)].contains(&finding.code);
    if found.iter().any(mismatch) {
        found.retain(|finding| ![Code(201), Code(203), Code(254)].contains(&finding.code));
    }
}

/// Codes of data that is overwritten: the layer of the first related place made the data.
const OVERWRITES: [Code; 4] = [Code(304), Code(351), Code(352), Code(353)];
/// Codes of layers that do not fit the memory beside the others.
const MISFITS: [Code; 6] = [
    Code(302),
    Code(303),
    Code(304),
    Code(351),
    Code(352),
    Code(353),
];
/// More layers than this that do not fit are one finding: something before them is too large.
const MOST_MISFITS: usize = 3;

/// Keeps the causes among layers that overwrite each other: data that itself lies where it must
/// not is no victim, and a long row of misfits has one cause.
fn follow_overlaps(found: &mut Vec<Finding>) {
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    let mut misplaced: HashSet<Option<usize>> = HashSet::new();
    found.sort_by_key(|finding| (finding.layer, finding.code));
    found.retain(|finding| {
        if !OVERWRITES.contains(&finding.code) || !is_error(finding) {
            return true;
        }
        let follows = finding
            .related
            .first()
            .is_some_and(|maker| maker.layer != finding.layer && misplaced.contains(&maker.layer));
        // One layer writes over several tensors from one offset.
        let first = misplaced.insert(finding.layer);
        first && !follows
    });
    let mut misfits: Vec<usize> = (0..found.len())
        .filter(|&at| MISFITS.contains(&found[at].code) && is_error(&found[at]))
        .collect();
    if misfits.len() <= MOST_MISFITS {
        return;
    }
    let more = misfits.split_off(MOST_MISFITS);
    let last = misfits[MOST_MISFITS - 1];
    let places: Vec<Related> = more
        .iter()
        .map(|&at| Related {
            message: found[at].message.clone(),
            span: found[at].span,
            layer: found[at].layer,
            file: None,
        })
        .collect();
    found[last].notes.push(format!(
        "{} more layers do not fit either; a size or an offset before them may be the cause",
        places.len()
    ));
    found[last].related.extend(places);
    let mut at = 0;
    found.retain(|_| {
        at += 1;
        !more.contains(&(at - 1))
    });
}

/// Drops findings that a more specific rule's finding replaces: on its layer, or on a layer that it
/// names as related.
fn drop_covered(found: &mut Vec<Finding>) {
    let mut covered: HashSet<(Code, Option<usize>)> = HashSet::new();
    for finding in found.iter() {
        let Some(rule) = all().find(|rule| rule.code == finding.code) else {
            continue;
        };
        for &code in rule.covers {
            covered.insert((code, finding.layer));
            let places = finding.related.iter().filter(|place| place.file.is_none());
            covered.extend(places.map(|place| (code, place.layer)));
        }
    }
    found.retain(|finding| !covered.contains(&(finding.code, finding.layer)));
}
