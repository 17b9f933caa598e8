//! What `check` prints, and where.

use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};

use anyhow::{Context, Result};

use crate::report::{
    FileReport, Summary, concise, full, github, gitlab, json, json_lines, junit, sarif, statistics,
    yamllint,
};
use crate::rules::words::count;
use crate::workspace::Trouble;

use super::args::{CheckArgs, Color, Format};
use super::check::{Checked, Outcome};
use super::{complain, config, print};

/// Prints what came of checking.
pub(super) fn show(args: &CheckArgs, mut outcome: Outcome) -> Result<()> {
    // In this format, the reader takes every line on standard error for a failure of ours.
    if args.output_format != Format::Yamllint {
        complain_of(args, &outcome);
    }
    if args.diff {
        let diffs = outcome.files.iter().map(|file| file.diff.as_str());
        print(&diffs.collect::<String>())?;
        return Ok(());
    }

    let fixed_stdin = outcome
        .files
        .iter_mut()
        .find_map(|file| file.fixed_stdin.take());
    let fixed: usize = outcome.files.iter().map(|file| file.fixed).sum();
    let checked = outcome.files.len();
    let reports = reports(outcome.files, outcome.faults);
    let mut text = render(args, &reports, &outcome.trouble);
    let mut summary = String::new();
    if for_people(args.output_format) && !args.quiet {
        if fixed > 0 {
            summary = format!("Fixed {}\n", count(fixed as i64, "finding"));
        }
        summary += &format!("{}\n", Summary::new(&reports, checked));
    }
    if let Some(path) = &args.output_file {
        fs::write(path, text).with_context(|| path.display().to_string())?;
        text = String::new();
    }
    text += &summary;
    match fixed_stdin {
        // Standard output is for the text.
        Some(fixed) => {
            print(&fixed)?;
            // There is nobody left to tell if this fails.
            let _ = io::stderr().write_all(text.as_bytes());
        }
        None => print(&text)?,
    }
    Ok(())
}

/// Whether a format is read by people, who like a summary.
pub(super) fn for_people(format: Format) -> bool {
    matches!(format, Format::Full | Format::Concise)
}

/// Says what is beside the findings.
fn complain_of(args: &CheckArgs, outcome: &Outcome) {
    if args.verbose {
        for file in &outcome.files {
            complain(&format!(
                "{}: device {}; izer-flags {}; shapes {}; checkpoint {}; input {}",
                file.report.path,
                config::device(&file.assumptions),
                config::flags(&file.assumptions),
                config::shapes(&file.assumptions),
                config::checkpoint(&file.assumptions),
                config::input(&file.assumptions)
            ));
        }
    }
    for trouble in &outcome.trouble {
        complain(&format!("{}: {}", trouble.name, trouble.message));
    }
    if outcome.files.is_empty() && outcome.trouble.is_empty() {
        complain("no network found");
    }
}

/// The reports of all files: networks, shapes files and configurations, each once.
fn reports(files: Vec<Checked>, faults: Vec<FileReport>) -> Vec<FileReport> {
    let mut reports = faults;
    for file in files {
        reports.push(file.report);
        reports.extend(file.sidecar);
    }
    reports.sort_by(|a, b| a.path.cmp(&b.path));
    reports.dedup_by(|a, b| a.path == b.path);
    reports
}

fn render(args: &CheckArgs, reports: &[FileReport], trouble: &[Trouble]) -> String {
    if args.statistics {
        return statistics(reports);
    }
    match args.output_format {
        Format::Full => full(reports, color(args)),
        Format::Concise => concise(reports),
        Format::Json => json(reports),
        Format::JsonLines => json_lines(reports),
        Format::Sarif => sarif(reports),
        Format::Github => github(reports),
        Format::Gitlab => gitlab(reports),
        Format::Junit => junit(reports),
        Format::Yamllint => {
            let trouble = trouble.iter().map(|trouble| {
                let Trouble { name, message } = trouble;
                format!("  1:1       error    {name}: {message}\n")
            });
            yamllint(reports) + &trouble.collect::<String>()
        }
    }
}

fn color(args: &CheckArgs) -> bool {
    match args.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            args.output_file.is_none()
                && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
                && io::stdout().is_terminal()
        }
    }
}
