//! Real network files with the verdict of the vendor's tool: the truth that the rules answer to.
//!
//! `cargo test --test corpus -- --nocapture` prints the tables; `CORPUS_FILTER=word` looks only at
//! the rows whose id or file contains the word, shows what we find in each, and asserts nothing;
//! `CORPUS_ALL=1` prints long lists whole. The files are other people's and not part of this
//! package: where they are absent, the tests say so and pass.

#[path = "corpus/cases.rs"]
mod cases;
#[path = "corpus/rows.rs"]
mod rows;
mod support;
#[path = "corpus/warnings.rs"]
mod warnings;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Instant;

use ai8x_lint::diagnostic::{Code, Finding};
use ai8x_lint::ide::Analyzed;
use ai8x_lint::ide::hints::{HintSettings, hints};
use ai8x_lint::text::Span;
use rows::{Fatal, Origin, Row, errors, touches};
use support::{is_loud, show};

/// Files that the vendor's tool accepts and that we call wrong all the same, each with its witness:
/// the word, who wrote it, who reads it. At most [`MOST_EXCEPTIONS`].
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "users/u026-kwscnn.yaml",
        "word 0x0100 of instance 0: the input loader wrote pixels 256 to 259 there, layer 0 writes \
         its first output pixel over them, and reads them for its second row",
    ),
    (
        "users/u049-ai85-cifar100-mobilenet-v2-0.75_custom.yaml",
        "word 0x0000 of instance 0: layer 7 reads it as the first operand, which layer 5 wrote at \
         0x4000",
    ),
    (
        "users/u103-kws20-hwc-c112.yaml",
        "word 0x4000 of instance 0: layer 2 wrote it, layer 3 writes over it, layer 4 reads it as \
         layer 2's operand",
    ),
    (
        "users/u104-kws20-hwc-c128.yaml",
        "word 0x0004 of instance 0: layer 4 reads it as layer 2's operand, which layer 2 wrote at \
         0x4000",
    ),
    (
        "users/u105-kws20-hwc-c32.yaml",
        "word 0x0004 of instance 0: layer 4 reads it as layer 2's operand, which layer 2 wrote at \
         0x4000",
    ),
    (
        "users/u106-kws20-hwc-c64.yaml",
        "word 0x0004 of instance 0: layer 4 reads it as layer 2's operand, which layer 2 wrote at \
         0x4000",
    ),
    (
        "users/u107-kws20-hwc-c96.yaml",
        "word 0x4000 of instance 0: layer 2 wrote it, layer 3 writes over it, layer 4 reads it as \
         layer 2's operand",
    ),
    (
        "users/u108-kws20-hwc-deep-d2-c64.yaml",
        "the second word of the sum's input: its first operand wrote its own second pixel there \
         (`write_gap` 0), and the sum reads it as the second operand",
    ),
    (
        "users/u109-kws20-hwc-deep-d4-c64.yaml",
        "the second word of the sum's input: its first operand wrote its own second pixel there \
         (`write_gap` 0), and the sum reads it as the second operand",
    ),
    (
        "users/u110-kws20-hwc-deep-d8-c64.yaml",
        "the second word of the sum's input: its first operand wrote its own second pixel there \
         (`write_gap` 0), and the sum reads it as the second operand",
    ),
    (
        "users/u117-bb__150fda8.yaml",
        "word 0x0000 of instance 0: layer 9 wrote it, layer 11 writes over it, layer 12 reads it",
    ),
    (
        "users/u148-ai85-dct4__ca4e490.yaml",
        "word 0x0004 of instance 0: the FIFO puts pixels 4 to 7 there, layer 0 writes its second \
         output pixel over them, and reads them for its fourth",
    ),
];
const MOST_EXCEPTIONS: usize = 15;
/// The share of the rejected rows that we must find.
const FOUND: f64 = 0.99;
/// The share of those that the file alone tells that we must find from the file alone.
const FOUND_ALONE: f64 = 0.95;
/// The share of the found mutations that must have exactly one error.
const SINGLE: f64 = 0.90;
/// No found mutation may have more errors.
const MOST_ERRORS: usize = 3;
/// Kinds of mutation that the vendor's tool passes in silence although the result is wrong ...
const SILENT_FAULTS: &[&str] = &[
    "out_offset_unaligned",
    "write_gap_changed",
    "in_offset_wrong",
    "missing_out_offset",
    "read_gap_added",
    "output_width_32_mid",
];
/// ... and the share of them that we must report.
const REPORTED: f64 = 0.90;
/// A kind that is harmless as a rule: most of it must stay silent.
const HARMLESS: &str = "shift_mask_by_1";
/// What a rule that panicked becomes.
const INTERNAL_ERROR: Code = Code(989);
/// Longer lists are cut unless `CORPUS_ALL` is set, and groups of alike lines even earlier.
const LIST: usize = 40;
const GROUP: usize = 4;

/// Prints sections, and gathers the gates.
#[derive(Default)]
struct Report {
    text: String,
    failed: Vec<String>,
}

impl Report {
    fn title(&mut self, title: &str) {
        let _ = writeln!(self.text, "\n== {title} ==");
    }

    fn line(&mut self, line: impl AsRef<str>) {
        let _ = writeln!(self.text, "{}", line.as_ref());
    }

    fn list(&mut self, lines: &[String]) {
        self.cut_list(lines, LIST, "  ");
    }

    /// Lists lines under the titles of their groups, the largest group first.
    fn groups(&mut self, lines: Vec<(String, String)>) {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (group, line) in lines {
            groups.entry(group).or_default().push(line);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, lines)| std::cmp::Reverse(lines.len()));
        for (group, lines) in groups {
            self.line(format!("  {group} x{}", lines.len()));
            self.cut_list(&lines, GROUP, "      ");
        }
    }

    fn cut_list(&mut self, lines: &[String], most: usize, indent: &str) {
        let most = match std::env::var_os("CORPUS_ALL") {
            Some(_) => lines.len(),
            None => most,
        };
        for line in lines.iter().take(most) {
            self.line(format!("{indent}{line}"));
        }
        if lines.len() > most {
            self.line(format!("{indent}... and {} more", lines.len() - most));
        }
    }

    fn gate(&mut self, fine: bool, what: impl AsRef<str>) {
        let what = what.as_ref();
        self.line(format!("{} {what}", if fine { "PASS" } else { "FAIL" }));
        if !fine {
            self.failed.push(what.to_owned());
        }
    }
}

#[test]
fn verdicts() {
    let Some(shared) = support::shared() else {
        return;
    };
    let corpus = shared.join("corpus");
    let filter = std::env::var("CORPUS_FILTER").unwrap_or_default();
    let start = Instant::now();
    let rows = rows::load(&corpus, &filter);
    if !filter.is_empty() {
        rows.iter().for_each(print_row);
        return;
    }
    let mut report = Report::default();
    report.title(&format!(
        "{} rows, each linted with and without facts in {:.1} s",
        rows.len(),
        start.elapsed().as_secs_f64()
    ));
    overview(&mut report, &rows);
    false_errors(&mut report, &rows);
    missed(&mut report, &rows);
    precision(&mut report, &rows);
    nothing_known(&mut report, &rows);
    hinted(&mut report, &rows);
    accepted_mutations(&mut report, &rows);
    warnings::theirs(&mut report, &rows);
    warnings::ours(&mut report, &rows);
    failed_checks(&mut report, &rows);
    println!("{}", report.text);
    assert!(
        report.failed.is_empty(),
        "gates that fail:\n  {}",
        report.failed.join("\n  ")
    );
}

#[test]
fn users_cases() {
    let Some(shared) = support::shared() else {
        return;
    };
    let filter = std::env::var("CORPUS_FILTER").unwrap_or_default();
    let (summary, faults) = cases::run(&shared.join("corpus"), &filter);
    println!("{summary}, {} faults", faults.len());
    assert!(faults.is_empty(), "\n  {}", faults.join("\n  "));
}

#[test]
fn the_first_example() {
    let Some(shared) = support::shared() else {
        return;
    };
    let faults = cases::seed(&shared.join("corpus"));
    assert!(faults.is_empty(), "\n  {}", faults.join("\n  "));
}

/// Everything about one row.
fn print_row(row: &Row) {
    println!("\n== {} ==\n  file   {}", row.id, row.file);
    if !row.flags.is_empty() {
        println!("  flags  {}", row.flags);
    }
    if let Some(mutation) = &row.mutation {
        println!(
            "  fault  {}{}: {}",
            mutation.kind,
            layer(mutation.layer),
            mutation.detail
        );
    }
    match &row.fatal {
        Some(_) => println!("  theirs {}", verdict(row)),
        None => println!("  theirs accepted"),
    }
    for message in &row.messages {
        println!("         {message}");
    }
    let word = if row.fatal.is_none() {
        "ours"
    } else if row.is_found_by(&row.found) {
        "ours (found)"
    } else {
        "ours (MISSED)"
    };
    println!("  {word}");
    for finding in &row.found {
        println!("    {}", show(&row.text, finding));
        for place in &finding.related {
            println!("      related{}: {}", layer(place.layer), place.message);
        }
        for note in &finding.notes {
            println!("      note: {note}");
        }
        for fix in &finding.fixes {
            println!("      fix: {} ({})", fix.title, fix.applicability.name());
        }
    }
    println!("  with nothing known: {}", brief(&row.found_without_facts));
    println!("  as a newcomer sees: {}", brief(&row.found_by_newcomer));
}

fn overview(report: &mut Report, rows: &[Row]) {
    report.line(format!(
        "{:<16} {:>5} {:>5} | accepted: {:>5} {:>7} {:>6} | rejected: {:>5} {:>6} {:>6} {:>9}",
        "", "files", "rows", "all", "silent", "error", "all", "found", "missed", "left out"
    ));
    for origin in Origin::ALL {
        let own: Vec<&Row> = rows.iter().filter(|row| row.origin == origin).collect();
        let files: BTreeSet<&str> = own.iter().map(|row| row.file.as_str()).collect();
        let accepted = own.iter().filter(|row| row.fatal.is_none()).count();
        let wrong = own
            .iter()
            .filter(|row| row.fatal.is_none() && errors(&row.found).next().is_some())
            .count();
        let silent = own
            .iter()
            .filter(|row| row.fatal.is_none() && !row.found.iter().any(is_loud))
            .count();
        let gated: Vec<_> = own.iter().filter(|row| row.is_gated()).collect();
        let found = gated
            .iter()
            .filter(|row| row.is_found_by(&row.found))
            .count();
        report.line(format!(
            "{:<16} {:>5} {:>5} |           {accepted:>5} {silent:>7} {wrong:>6} |           \
             {:>5} {found:>6} {:>6} {:>9}",
            origin.name(),
            files.len(),
            own.len(),
            own.len() - accepted,
            gated.len() - found,
            own.len() - accepted - gated.len(),
        ));
    }
}

/// Errors on what the vendor's tool accepts.
fn false_errors(report: &mut Report, rows: &[Row]) {
    report.title("errors on accepted files");
    let wrong: Vec<(&Row, &Finding)> = rows
        .iter()
        .filter(|row| row.fatal.is_none() && row.origin != Origin::Mutations)
        .flat_map(|row| errors(&row.found).map(move |error| (row, error)))
        .collect();
    report.groups(
        wrong
            .iter()
            .filter(|(row, _)| witness(&row.file).is_none())
            .map(|(row, error)| {
                let low = if row.low_confidence { " (low)" } else { "" };
                (
                    error.code.to_string(),
                    format!("{}{low} {}", row.id, show(&row.text, error)),
                )
            })
            .collect(),
    );
    for (file, witness) in EXCEPTIONS {
        report.line(format!("  exception {file}: {witness}"));
    }
    let files: BTreeSet<&str> = wrong
        .iter()
        .map(|(row, _)| row.file.as_str())
        .filter(|file| witness(file).is_none())
        .collect();
    report.gate(
        files.is_empty(),
        format!("no error on an accepted file: {} files", files.len()),
    );
    report.gate(
        EXCEPTIONS.len() <= MOST_EXCEPTIONS
            && EXCEPTIONS
                .iter()
                .all(|(file, _)| !file.starts_with("vendor/networks/")),
        format!(
            "at most {MOST_EXCEPTIONS} exceptions, no vendor network: {}",
            EXCEPTIONS.len()
        ),
    );
}

fn witness(file: &str) -> Option<&'static str> {
    EXCEPTIONS
        .iter()
        .find(|(exception, _)| *exception == file)
        .map(|(_, witness)| *witness)
}

/// Rejections that we do not find.
fn missed(report: &mut Report, rows: &[Row]) {
    report.title("rejected files that we miss");
    let gated: Vec<&Row> = rows.iter().filter(|row| row.is_gated()).collect();
    let missed: Vec<&Row> = gated
        .iter()
        .copied()
        .filter(|row| !row.is_found_by(&row.found))
        .collect();
    list_missed(report, &missed, |row| &row.found);
    let share = share(gated.len() - missed.len(), gated.len());
    report.gate(
        share >= FOUND,
        format!(
            "rejected files found: {} of {} ({:.1} %)",
            gated.len() - missed.len(),
            gated.len(),
            share * 100.0
        ),
    );
}

fn list_missed<'a>(report: &mut Report, missed: &[&'a Row], found: fn(&'a Row) -> &'a [Finding]) {
    report.groups(
        missed
            .iter()
            .filter_map(|row| {
                let fatal = row.fatal.as_ref()?;
                Some((
                    format!("{} {}", codes(fatal), fatal.site),
                    format!(
                        "{}{} ({}) | ours: {}",
                        row.id,
                        layer(fatal.layer),
                        fatal.values,
                        brief(found(row))
                    ),
                ))
            })
            .collect(),
    );
}

/// Whether one fault gives one error.
fn precision(report: &mut Report, rows: &[Row]) {
    report.title("errors for a single fault");
    let found: Vec<&Row> = rows
        .iter()
        .filter(|row| row.mutation.is_some() && row.is_gated() && row.is_found_by(&row.found))
        .collect();
    let count = |row: &Row| errors(&row.found).count();
    let mut histogram: BTreeMap<usize, usize> = BTreeMap::new();
    for row in &found {
        *histogram.entry(count(row)).or_default() += 1;
    }
    let columns: Vec<String> = histogram
        .iter()
        .map(|(errors, rows)| format!("{errors} errors: {rows}"))
        .collect();
    report.line(format!("  {}", columns.join(", ")));
    report.list(
        &found
            .iter()
            .filter(|row| count(row) > 1)
            .map(|row| {
                format!(
                    "{} | theirs: {}, ours: {}",
                    row.id,
                    verdict(row),
                    brief(&row.found)
                )
            })
            .collect::<Vec<_>>(),
    );
    let single = share(histogram.get(&1).copied().unwrap_or_default(), found.len());
    report.gate(
        single >= SINGLE,
        format!("found mutations with one error: {:.1} %", single * 100.0),
    );
    let most = histogram.keys().max().copied().unwrap_or_default();
    report.gate(
        most <= MOST_ERRORS,
        format!("at most {MOST_ERRORS} errors for a fault: {most}"),
    );
}

/// What a newcomer sees, who gives nothing but the file.
fn nothing_known(report: &mut Report, rows: &[Row]) {
    report.title("with nothing known: errors on accepted files, missed AX0 and AX1");
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for row in rows
        .iter()
        .filter(|row| row.fatal.is_none() && matches!(row.origin, Origin::Networks | Origin::Users))
        .filter(|row| witness(&row.file).is_none())
    {
        if seen.insert(row.file.as_str()) {
            let errors: BTreeSet<(Code, String)> = errors(&row.found_without_facts)
                .chain(errors(&row.found_by_newcomer))
                .map(|error| (error.code, show(&row.text, error)))
                .collect();
            wrong.extend(
                errors
                    .into_iter()
                    .map(|(code, shown)| (code.to_string(), format!("{} {shown}", row.file))),
            );
        }
    }
    let count = wrong.len();
    report.groups(wrong);
    report.gate(
        count == 0,
        format!(
            "no error with nothing known on {} accepted networks: {count} errors",
            seen.len()
        ),
    );
    let early: Vec<&Row> = rows
        .iter()
        .filter(|row| row.is_gated())
        .filter(|row| {
            row.fatal
                .as_ref()
                .and_then(|fatal| fatal.codes.first())
                .is_some_and(|code| code.0 < 200)
        })
        .collect();
    let missed: Vec<&Row> = early
        .iter()
        .copied()
        .filter(|row| !row.is_found_by(&row.found_by_newcomer))
        .collect();
    list_missed(report, &missed, |row| &row.found_by_newcomer);
    let found = share(early.len() - missed.len(), early.len());
    report.gate(
        found >= FOUND_ALONE,
        format!(
            "AX0 and AX1 found with nothing known: {} of {} ({:.1} %)",
            early.len() - missed.len(),
            early.len(),
            found * 100.0
        ),
    );
}

/// Faults that the vendor's tool passes: reported at the mutated layer, or not.
/// A hint behind a mask that says another count is needed is as much of an alarm as a finding.
fn hinted(report: &mut Report, rows: &[Row]) {
    report.title("hints of masks with another count, on accepted networks of the vendor");
    let accepted = |row: &&Row| row.fatal.is_none() && row.origin == Origin::Networks;
    let mut wrong = BTreeSet::new();
    for row in rows.iter().filter(accepted) {
        let facts = row.facts.clone().unwrap_or_default();
        let analyzed = Analyzed::new(row.text.as_str().into(), facts);
        let whole = Span::new(0, row.text.len() as u32);
        let hints = hints(&analyzed, whole, &HintSettings::default());
        let misfits = hints.iter().filter(|hint| hint.label.contains("needs"));
        wrong.extend(misfits.map(|hint| format!("{} {}", row.file, hint.label)));
    }
    let wrong: Vec<String> = wrong.into_iter().collect();
    report.list(&wrong);
    report.gate(wrong.is_empty(), format!("no such hint: {}", wrong.len()));
}

fn accepted_mutations(report: &mut Report, rows: &[Row]) {
    report.title("mutations that the vendor's tool accepts");
    let by_id = rows::by_id(rows);
    let mut kinds: BTreeMap<&str, (Vec<&Row>, Vec<&Row>)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.fatal.is_none()) {
        let Some(mutation) = &row.mutation else {
            continue;
        };
        let base = by_id
            .get(mutation.base.as_str())
            .map_or(&[][..], |base| &base.found);
        let is_reported = row.found.iter().any(|finding| {
            is_loud(finding)
                && touches(finding, mutation.layer)
                // What the file had before is no report of this fault.
                && !base
                    .iter()
                    .any(|old| (old.code, old.layer) == (finding.code, finding.layer))
        });
        let (reported, silent) = kinds.entry(mutation.kind.as_str()).or_default();
        if is_reported { reported } else { silent }.push(row);
    }
    for (kind, (reported, silent)) in &kinds {
        let mut codes: BTreeMap<Code, usize> = BTreeMap::new();
        for row in reported {
            let layer = row.mutation.as_ref().and_then(|mutation| mutation.layer);
            for code in row
                .found
                .iter()
                .filter(|finding| is_loud(finding) && touches(finding, layer))
                .map(|finding| finding.code)
                .collect::<BTreeSet<_>>()
            {
                *codes.entry(code).or_default() += 1;
            }
        }
        let codes: Vec<String> = codes
            .iter()
            .map(|(code, count)| format!("{code} x{count}"))
            .collect();
        report.line(format!(
            "  {kind:<28}{} reported {:>2}, silent {:>2}  {}",
            if SILENT_FAULTS.contains(kind) {
                "*"
            } else {
                " "
            },
            reported.len(),
            silent.len(),
            codes.join(" ")
        ));
    }
    let quiet = |kinds_wanted: fn(&str) -> bool| {
        kinds
            .iter()
            .filter(move |(kind, _)| kinds_wanted(kind))
            .flat_map(|(_, (_, silent))| silent)
            .filter_map(|row| {
                let mutation = row.mutation.as_ref()?;
                Some(format!(
                    "{}{}: {} | ours: {}",
                    row.id,
                    layer(mutation.layer),
                    mutation.detail,
                    brief_loud(&row.found)
                ))
            })
            .collect::<Vec<_>>()
    };
    report.line("silent, of the kinds with *:");
    report.list(&quiet(|kind| SILENT_FAULTS.contains(&kind)));
    report.line("silent, of the other kinds:");
    report.list(&quiet(|kind| {
        !SILENT_FAULTS.contains(&kind) && kind != HARMLESS
    }));
    let (reported, silent) = SILENT_FAULTS
        .iter()
        .filter_map(|kind| kinds.get(kind))
        .fold((0, 0), |(reported, silent), kind| {
            (reported + kind.0.len(), silent + kind.1.len())
        });
    let told = share(reported, reported + silent);
    report.gate(
        told >= REPORTED,
        format!(
            "faults of the kinds with * reported: {reported} of {} ({:.1} %)",
            reported + silent,
            told * 100.0
        ),
    );
    if let Some((reported, silent)) = kinds.get(HARMLESS) {
        report.gate(
            silent.len() > reported.len(),
            format!(
                "{HARMLESS} mostly silent: {} of {}",
                silent.len(),
                silent.len() + reported.len()
            ),
        );
    }
}

/// Rules that panicked.
fn failed_checks(report: &mut Report, rows: &[Row]) {
    let failed: BTreeSet<String> = rows
        .iter()
        .flat_map(|row| row.found.iter().chain(&row.found_by_newcomer))
        .filter(|finding| finding.code == INTERNAL_ERROR)
        .map(|finding| finding.message.clone())
        .collect();
    report.title("checks that failed");
    report.list(&failed.iter().cloned().collect::<Vec<_>>());
    report.gate(
        failed.is_empty(),
        format!("no check fails: {}", failed.len()),
    );
}

/// What the vendor's tool said, in short.
fn verdict(row: &Row) -> String {
    row.fatal.as_ref().map_or_else(
        || "accepted".to_owned(),
        |fatal| {
            format!(
                "{}{} {} ({})",
                codes(fatal),
                layer(fatal.layer),
                fatal.site,
                fatal.values
            )
        },
    )
}

fn codes(fatal: &Fatal) -> String {
    let codes: Vec<String> = fatal.codes.iter().map(Code::to_string).collect();
    codes.join("/")
}

/// The errors of a file, or in their absence its warnings, as codes.
fn brief(found: &[Finding]) -> String {
    let codes: Vec<String> = errors(found).map(place).collect();
    if codes.is_empty() {
        format!("no error; {}", brief_loud(found))
    } else {
        codes.join(" ")
    }
}

/// Errors and warnings as codes.
fn brief_loud(found: &[Finding]) -> String {
    let codes: Vec<String> = found.iter().filter(|f| is_loud(f)).map(place).collect();
    if codes.is_empty() {
        "nothing".to_owned()
    } else {
        codes.join(" ")
    }
}

fn place(finding: &Finding) -> String {
    format!("{}{}", finding.code, layer(finding.layer))
}

fn layer(layer: Option<usize>) -> String {
    layer.map_or_else(String::new, |layer| format!(" L{layer}"))
}

/// A part of a whole; nothing of nothing is all.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}
