//! The allocator: nodes and processor time of the exact search on the public "challenging" inputs of
//! MiniMalloc, and the time of a whole allocation of each of the vendor's networks, and of mending one. Each is
//! printed.
//!
//! The goals: at most 10 ms for the median network and 100 ms for the slowest. Where the inputs are absent, it
//! says so and ends.

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use ai8x_lint::allocate::exact::{Answer, Model, solve};
use ai8x_lint::diagnostic::Severity;
use ai8x_lint::network;
use ai8x_lint::text::{Edit, Span, apply_edits};
use ai8x_lint::workspace::{Choices, Config, allocate, lint_once, lint_trial, tried};

/// More than any solved input needs.
const NODES: u64 = 1 << 23;

fn main() {
    let Some(shared) = support::shared() else {
        return;
    };
    challenging_inputs(&shared.join("golden/allocator/minimalloc"));
    vendor_networks(&shared);
    repairs(&shared);
}

/// Processor time of this process so far; the time of day where the system does not say.
fn processor_time(start: Instant) -> Duration {
    // Nanoseconds that the scheduler gave this process.
    let spent = std::fs::read_to_string("/proc/self/schedstat").ok();
    let spent = spent.and_then(|text| text.split(' ').next()?.parse().ok());
    spent.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

fn challenging_inputs(folder: &Path) {
    let start = Instant::now();
    let mut sum = Duration::ZERO;
    for name in 'A'..='K' {
        let path = folder.join(format!("{name}.1048576.csv"));
        let text = std::fs::read_to_string(path).expect("an input");
        let rows = text.lines().skip(1).map(|line| {
            let number = |column| line.split(',').nth(column)?.trim().parse().ok();
            Some((number(1)?, number(2)?, number(3)?))
        });
        let buffers: Vec<(i64, i64, i64)> = rows.collect::<Option<_>>().expect("numbers");
        let before = processor_time(start);
        let model = Model::of_buffers(&buffers);
        let solved = solve(&model, 1_048_576, NODES);
        let spent = processor_time(start) - before;
        sum += spent;
        let answer = match solved.answer {
            Answer::Placed(bases) => {
                verify(&buffers, &bases);
                "placed"
            }
            Answer::Impossible => "impossible",
            Answer::NotFound => "not found",
        };
        println!(
            "{name}: {:3} buffers, {answer:9} {:8} nodes {:8.3} s",
            buffers.len(),
            solved.nodes,
            spent.as_secs_f64()
        );
    }
    println!("sum of processor time: {:.2} s", sum.as_secs_f64());
}

fn verify(buffers: &[(i64, i64, i64)], bases: &[i64]) {
    for (at, ((lower, upper, size), base)) in buffers.iter().zip(bases).enumerate() {
        assert!(*base >= 0 && base + size <= 1_048_576);
        for ((second_lower, second_upper, second_size), second) in
            buffers.iter().zip(bases).take(at)
        {
            let apart = upper <= second_lower
                || second_upper <= lower
                || base + size <= *second
                || second + second_size <= *base;
            assert!(apart, "two buffers share a byte");
        }
    }
}

/// Each network with its masks kept, and with masks and offsets taken away.
fn vendor_networks(shared: &Path) {
    let networks = support::networks::vendor_networks(shared);
    for (what, is_stripped) in [("offsets", false), ("masks and offsets", true)] {
        let mut times = Vec::new();
        for (file, overrides) in &networks {
            let file = match is_stripped {
                true => file.with_text(support::networks::stripped(&file.text)),
                false => file.with_text(file.text.clone()),
            };
            // What cannot be placed takes its time, too.
            let spent =
                quickest(|| allocate(&file, &Config::default(), overrides, &Choices::default()));
            times.push((spent, file.name));
        }
        report(what, times);
    }
}

/// The time of some work, the quickest of ten: what else the machine does is of no interest.
fn quickest<T>(work: impl Fn() -> T) -> Duration {
    let spent = (0..10).map(|_| {
        let start = Instant::now();
        let _ = std::hint::black_box(work());
        start.elapsed()
    });
    spent.min().unwrap_or_default()
}

/// A fault for each output: it moves to where another one is. What is timed is the check of the faulty network
/// with the fixes that it finds, what of that is the finding of fixes, and the trial of the first ones.
fn repairs(shared: &Path) {
    let config = Config::default();
    let (mut checks, mut fixes, mut trials) = (Vec::new(), Vec::new(), Vec::new());
    for (file, overrides) in support::networks::vendor_networks(shared) {
        let network = network::lower(&file.document, &file.text);
        let offsets = network
            .layers
            .iter()
            .filter_map(|layer| layer.out_offset.span());
        let offsets: Vec<Span> = offsets.collect();
        for pair in offsets.windows(2) {
            let edit = Edit::replace(pair[0], pair[1].text(&file.text));
            let Some(text) = apply_edits(&file.text, &[edit]) else {
                continue;
            };
            let faulty = file.with_text(text);
            let linted = lint_once(&faulty, &config, &overrides);
            let findings = linted.report.findings.iter();
            let mut findings = findings.filter(|found| !found.fixes.is_empty());
            let Some(finding) = findings.find(|found| found.severity == Severity::Error) else {
                continue;
            };
            let check = quickest(|| lint_once(&faulty, &config, &overrides));
            // The same check looks for no fixes in a trial.
            let bare = quickest(|| lint_trial(&faulty, &config, &overrides));
            checks.push(check);
            fixes.push(check.saturating_sub(bare));
            trials.push(quickest(|| {
                tried(finding.clone(), &linted, &faulty, &config, &overrides)
            }));
        }
    }
    for (what, mut times) in [
        ("check and fixes", checks),
        ("the fixes alone", fixes),
        ("trial of the first", trials),
    ] {
        times.sort();
        let at = |part: usize| times[(times.len() - 1) * part / 100].as_secs_f64() * 1000.0;
        println!(
            "{what} of {} faulty networks: median {:.2} ms, p90 {:.2} ms, worst {:.2} ms",
            times.len(),
            at(50),
            at(90),
            at(100)
        );
    }
}

fn report(what: &str, mut times: Vec<(Duration, String)>) {
    times.sort();
    for (spent, name) in &times {
        println!("{:8.3} ms {name}", spent.as_secs_f64() * 1000.0);
    }
    let (median, worst) = (&times[times.len() / 2].0, &times[times.len() - 1].0);
    println!(
        "{what} of {} networks: median {:.2} ms, worst {:.2} ms",
        times.len(),
        median.as_secs_f64() * 1000.0,
        worst.as_secs_f64() * 1000.0
    );
}
