//! Warnings on files that the vendor's tool accepts: its own, and those that only we give.

use std::collections::{BTreeMap, BTreeSet};

use ai8x_lint::diagnostic::Code;

use crate::rows::{Message, Origin, Row, is_left_out};
use crate::support::{self, is_loud, show};
use crate::{Report, share};

/// The share of the vendor's warnings that must be ours, at the same layer.
const TOLD: f64 = 0.95;
/// The page that says why each further warning on the vendor's networks is right.
const PAGE: &str = "docs/warnings.md";

/// A warning about the file: not about the command line, the weights' values or the model.
fn is_gated(message: &Message) -> bool {
    message.severity == "warning" && message.codes.iter().any(|code| !is_left_out(*code))
}

/// The vendor's warnings against ours.
pub(crate) fn theirs(report: &mut Report, rows: &[Row]) {
    report.title("warnings of the vendor's tool on accepted files: ours as loud, ours as advice");
    let mut table: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let mut missed = Vec::new();
    for row in accepted(rows) {
        for message in row.messages.iter().filter(|message| is_gated(message)) {
            let told: Vec<_> = row
                .found
                .iter()
                .filter(|finding| message.is_told_by(finding))
                .collect();
            let [all, loud, quiet] = table
                .entry(format!("{} {}", codes(&message.codes), message.site))
                .or_default();
            *all += 1;
            if told.iter().any(|finding| is_loud(finding)) {
                *loud += 1;
                continue;
            }
            *quiet += usize::from(!told.is_empty());
            missed.push((
                format!("{} {}", codes(&message.codes), message.site),
                format!("{} {message}", row.id),
            ));
        }
    }
    for (site, [all, loud, quiet]) in &table {
        report.line(format!(
            "  {site:<28} {all:>4}, loud {loud:>4}, advice {quiet:>4}, missed {:>4}",
            all - loud - quiet
        ));
    }
    report.groups(missed);
    let sum = |column: usize| table.values().map(|counts| counts[column]).sum::<usize>();
    let told = share(sum(1), sum(0));
    report.gate(
        told >= TOLD,
        format!(
            "warnings of the vendor's tool that we give too: {} of {} ({:.1} %)",
            sum(1),
            sum(0),
            told * 100.0
        ),
    );
}

/// What we warn of on the vendor's own networks and the vendor does not: each stands on the page,
/// and the page names nothing else.
pub(crate) fn ours(report: &mut Report, rows: &[Row]) {
    report.title("warnings of ours alone on the vendor's networks");
    let mut extra: BTreeMap<(Code, String), Vec<String>> = BTreeMap::new();
    for row in accepted(rows).filter(|row| row.origin == Origin::Networks) {
        for finding in row.found.iter().filter(|finding| is_loud(finding)) {
            if row.messages.iter().any(|told| told.is_told_by(finding)) {
                continue;
            }
            extra
                .entry((finding.code, network(&row.file)))
                .or_default()
                .push(format!("{} {}", row.id, show(&row.text, finding)));
        }
    }
    let justified = justified();
    for ((code, network), lines) in &extra {
        report.line(format!("  {code} {network} x{}", lines.len()));
        lines
            .iter()
            .for_each(|line| report.line(format!("      {line}")));
    }
    let unlike: Vec<String> = extra
        .keys()
        .filter(|pair| !justified.contains(pair))
        .map(|(code, network)| format!("; {code} {network} is missing"))
        .chain(
            justified
                .iter()
                .filter(|pair| !extra.contains_key(pair))
                .map(|(code, network)| format!("; {code} {network} is no longer given")),
        )
        .collect();
    report.gate(
        unlike.is_empty(),
        format!(
            "{PAGE} explains just these: {}{}",
            extra.len(),
            unlike.concat()
        ),
    );
}

fn accepted(rows: &[Row]) -> impl Iterator<Item = &Row> {
    rows.iter().filter(|row| row.fatal.is_none())
}

/// A network as the page names it: its file without folder and ending.
fn network(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.trim_end_matches(".yaml").to_owned()
}

/// The codes and networks in the rows of the page: `| AX357 | network | why |`.
fn justified() -> BTreeSet<(Code, String)> {
    let page = std::fs::read_to_string(support::package_path(PAGE)).expect("the page of warnings");
    page.lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
            let code = Code::parse(cells.next()?)?;
            Some((code, cells.next()?.trim_matches('`').to_owned()))
        })
        .collect()
}

fn codes(codes: &[Code]) -> String {
    let codes: Vec<String> = codes.iter().map(Code::to_string).collect();
    codes.join("/")
}
