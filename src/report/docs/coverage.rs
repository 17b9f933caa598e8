//! The page that compares the rules with the vendor's tool, place by place.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::diagnostic::Code;
use crate::rules::{Documentation, python};

use super::rules::rule_anchor;

/// Why places of the vendor's tool have no rule: the reason, then a file with its lines.
type Reasons = &'static [(&'static str, &'static [(&'static str, &'static [u32])])];

/// Messages that no network file brings about. A rule may say more about some.
const CANNOT_FIRE: Reasons = &[
    (
        "never comes: the conversion to a boolean takes every value; ours reports what is none",
        &[("yamlcfg.py", &[409, 480, 487, 534, 551, 558, 565, 589])],
    ),
    (
        "never comes: a list of two different strides is refused when the file is read (AX025)",
        &[("izer.py", &[528])],
    ),
    (
        "never comes: a Conv1d with operands is refused before (AX419)",
        &[("max7800x.py", &[555])],
    ),
    (
        "never comes: pads of more than 2 are refused before (AX411), and others are right",
        &[("max7800x.py", &[637])],
    ),
    (
        "never comes: operators are checked when the file is read",
        &[("max7800x.py", &[3183])],
    ),
    ("never comes: it compares constants", &[("izer.py", &[171])]),
    (
        "never comes: it is commented out",
        &[("max7800x.py", &[684])],
    ),
    (
        "no message of its own: hands others' messages on",
        &[("eprint.py", &[48, 56, 63]), ("yamlcfg.py", &[73])],
    ),
];

/// Messages that depend on more than the network file, its shapes and the flags that matter.
const NOT_STATIC: Reasons = &[
    ("needs the values of weights", &[("kdedup.py", &[90])]),
    ("needs the sample of the input", &[("load.py", &[92])]),
    (
        "needs the values that the simulation computes",
        &[("max7800x.py", &[3336]), ("compute.py", &[395])],
    ),
    (
        "looks for files beside the network",
        &[
            ("sampleweight.py", &[51, 134]),
            ("yamlcfg.py", &[78]),
            ("max7800x.py", &[161]),
        ],
    ),
    (
        "looks at the output folder",
        &[("apbaccess.py", &[239, 261]), ("max7800x.py", &[848, 850])],
    ),
    (
        "only flags of the command line decide",
        &[
            ("commandline.py", &[547, 567]),
            ("izer.py", &[612]),
            ("load.py", &[50]),
            (
                "max7800x.py",
                &[
                    208, 211, 215, 224, 227, 230, 236, 246, 266, 268, 270, 289, 292, 298, 310, 312,
                    382, 385, 388,
                ],
            ),
            ("sampledata.py", &[49, 52]),
            ("tornadocnn.py", &[591]),
        ],
    ),
    (
        "prints what yamllint says; this linter can take its place",
        &[("yamlcfg.py", &[93, 97, 99, 101])],
    ),
    (
        "looks for a newer version",
        &[("versioncheck.py", &[37, 51, 66, 72])],
    ),
    (
        "belongs to the generator for CPUs, not to these chips",
        &[(
            "cmsisnn.py",
            &[74, 77, 95, 121, 285, 321, 443, 521, 582, 586],
        )],
    ),
    (
        "belongs to the quantizer, another tool",
        &[("quantize.py", &[48, 96, 290, 293])],
    ),
];

/// A place of the vendor's tool: file and line.
type Site<'a> = (&'a str, u32);

/// What there is to say about a place.
#[derive(Default)]
struct Entry<'a> {
    rules: Vec<&'a Documentation>,
    remark: Option<&'static str>,
}

/// The page: each place of the vendor's tool where it finds fault, and the rules that do, or why
/// there is none. `rules` come by code.
pub fn coverage_page(rules: impl IntoIterator<Item = Documentation>) -> String {
    // The vendor's tool reads no models.
    let rules: Vec<Documentation> = rules
        .into_iter()
        .filter(|rule| !python::is_python(rule.code))
        .collect();
    let mut entries: BTreeMap<Site, Entry> = BTreeMap::new();
    for rule in &rules {
        let found: BTreeSet<Site> = sites(rule.source.unwrap_or_default()).collect();
        for site in found {
            entries.entry(site).or_default().rules.push(rule);
        }
    }
    for (site, reason) in places(CANNOT_FIRE).chain(places(NOT_STATIC)) {
        entries.entry(site).or_default().remark = Some(reason);
    }
    let count = |wanted: fn(&Entry) -> bool| entries.values().filter(|entry| wanted(entry)).count();
    let mut page = format!(
        "# Coverage\n\n\
         Where the vendor's tool finds fault, and which rule of this linter does. Made from the \
         `source` of each rule and a list of what a linter of network files cannot know.\n\n\
         A place is a file of `izer/` or `izer/backend/` and a line of it: of a message, an assertion, \
         or a place where the tool fails with a traceback. Of {} places {} have a rule, {} have none.\n\n\
         Rules without such a place report what the vendor's tool passes in silence: {}.\n",
        entries.len(),
        count(|entry| !entry.rules.is_empty()),
        count(|entry| entry.rules.is_empty()),
        rules
            .iter()
            .filter(|rule| !entries.values().any(|entry| names(entry, rule.code)))
            .map(link)
            .collect::<Vec<_>>()
            .join(", ")
    );
    let mut file = "";
    for ((name, line), entry) in &entries {
        if *name != file {
            file = name;
            let _ = writeln!(
                page,
                "\n## {name}\n\n| line | rules | remark |\n|---|---|---|"
            );
        }
        let rules: Vec<String> = entry.rules.iter().map(|rule| link(rule)).collect();
        let _ = writeln!(
            page,
            "| {line} | {} | {} |",
            rules.join(", "),
            entry.remark.unwrap_or_default()
        );
    }
    page
}

fn names(entry: &Entry, code: Code) -> bool {
    entry.rules.iter().any(|rule| rule.code == code)
}

fn link(rule: &Documentation) -> String {
    format!("[{}](rules.md#{})", rule.code, rule_anchor(rule))
}

/// The places that a rule's `source` names as those of its condition. `semantics of FILE:LINE` is
/// no such place, nor is one that `does not check it`.
fn sites(source: &str) -> impl Iterator<Item = Site<'_>> {
    let checks = !source.contains("does not check it");
    source
        .split(';')
        .filter(move |part| checks && !part.trim_start().starts_with("semantics"))
        .flat_map(|part| part.split([',', ' ']))
        .filter_map(|word| {
            let (file, line) = word.rsplit_once(':')?;
            let file = file.strip_prefix("backend/").unwrap_or(file);
            Some((file, line.parse().ok()?)).filter(|_| file.ends_with(".py"))
        })
}

fn places(reasons: Reasons) -> impl Iterator<Item = (Site<'static>, &'static str)> {
    reasons.iter().flat_map(|(reason, files)| {
        files
            .iter()
            .flat_map(move |(file, lines)| lines.iter().map(move |line| ((*file, *line), *reason)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn sites_are_read_off_the_sources() {
        let all = |source| sites(source).collect::<Vec<_>>();
        assert_eq!(
            all("backend/max7800x.py:2418, max7800x.py:2428; README, \"FIFOs\""),
            [("max7800x.py", 2418), ("max7800x.py", 2428)]
        );
        assert_eq!(
            all("unload.py:534; the vendor's tool does not check it"),
            []
        );
        assert_eq!(
            all("unload.py:543; semantics of max7800x.py:604"),
            [("unload.py", 543)]
        );
        assert_eq!(all("YAML 1.1, https://yaml.org/type/int.html"), []);
    }

    #[test]
    fn no_place_is_listed_twice() {
        let mut seen = BTreeSet::new();
        for (site, _) in places(CANNOT_FIRE).chain(places(NOT_STATIC)) {
            assert!(seen.insert(site), "{site:?} is listed twice");
        }
    }

    /// What a rule reports is static, so it has no reason not to be.
    #[test]
    fn no_rule_reports_what_is_listed_as_not_static() {
        let listed: BTreeSet<Site> = places(NOT_STATIC).map(|(site, _)| site).collect();
        for rule in rules::documented() {
            for site in sites(rule.source.unwrap_or_default()) {
                assert!(
                    !listed.contains(&site),
                    "{} reports {site:?}: take it off the list",
                    rule.code
                );
            }
        }
    }
}
