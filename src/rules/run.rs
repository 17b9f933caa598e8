//! The registry, and running all rules over one network.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::diagnostic::{Code, Finding};
use crate::text::Span;

use super::{
    Context, Documentation, Findings, Rule, advice, data_memory, device, model, operators,
    processors, sequence, streaming, syntax, tool, weight_memory,
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

/// All codes that findings can have, those of the tool itself last.
pub fn documented() -> impl Iterator<Item = Documentation> {
    all()
        .map(Rule::documentation)
        .chain(tool::TOOL.iter().copied())
}

/// Whether a rule speaks where nobody selects it by name: matters of taste do not.
pub fn on_by_default(code: Code) -> bool {
    !OFF_BY_DEFAULT.contains(&code)
}

const OFF_BY_DEFAULT: &[Code] = &[Code(253), Code(952), Code(953)];

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
    found.sort_by_key(|finding| (finding.span, finding.code));
    found
}

/// Drops findings that a more specific rule's finding on the same layer replaces.
fn drop_covered(found: &mut Vec<Finding>) {
    let covered: HashSet<(Code, Option<usize>)> = found
        .iter()
        .filter_map(|finding| Some((finding.layer, all().find(|rule| rule.code == finding.code)?)))
        .flat_map(|(layer, rule)| rule.covers.iter().map(move |&code| (code, layer)))
        .collect();
    found.retain(|finding| !covered.contains(&(finding.code, finding.layer)));
}
