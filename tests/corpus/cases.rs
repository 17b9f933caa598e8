//! The small networks made after users' reports, with the finding that each wants, and the example
//! that this project began with.

use std::path::Path;

use ai8x_lint::check;
use ai8x_lint::device::DeviceId;
use ai8x_lint::diagnostic::{Applicability, Code, Finding};
use ai8x_lint::facts::{Facts, Weight, parse_flags};
use ai8x_lint::text::{LineIndex, apply_edits};

use crate::rows::is_left_out;
use crate::support::{is_loud, show};

/// What `map.tsv` wants of a case.
struct Wanted {
    case: String,
    code: Code,
    severity: String,
    /// Where it depends on the flags of the vendor's tool: what is wanted while nobody gave them.
    severity_without_flags: Option<String>,
}

/// Runs the cases; yields a report and the faults.
pub(crate) fn run(corpus: &Path, filter: &str) -> (String, Vec<String>) {
    let folder = corpus.join("cases");
    let wanted = read_map(&folder);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    files.sort();
    let mut faults = Vec::new();
    let (mut cases, mut fixed, mut left_out) = (0, 0, 0);
    for path in files {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !name.contains(filter) {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a readable case");
        let found = check(&text, &facts(&text));
        let loud = || found.iter().filter(|finding| is_loud(finding));
        let wanted = wanted.iter().find(|wanted| name.starts_with(&wanted.case));
        if wanted.is_some_and(|wanted| is_left_out(wanted.code)) {
            left_out += 1;
            continue;
        }
        let Some(wanted) = wanted.filter(|_| !name.ends_with(".fixed.yaml")) else {
            fixed += 1;
            faults.extend(
                loud().map(|finding| format!("{name} is not silent: {}", show(&text, finding))),
            );
            continue;
        };
        cases += 1;
        let line = header(&text, "expect")
            .and_then(|expect| expect.rsplit("line ").next()?.trim().parse::<u32>().ok());
        let lines = LineIndex::new(&text);
        let mut want = |severity: &str, found: &[Finding]| {
            let is_wanted = |finding: &Finding| {
                finding.code == wanted.code
                    && finding.severity.name() == severity
                    && Some(lines.line(finding.span.start) + 1) == line
            };
            if !found.iter().any(is_wanted) {
                faults.push(format!(
                    "{name} wants {severity} {} on line {}; came:{}",
                    wanted.code,
                    line.map_or_else(|| "?".to_owned(), |line| line.to_string()),
                    indented(&text, found.iter())
                ));
            }
        };
        want(&wanted.severity, &found);
        if let Some(severity) = &wanted.severity_without_flags {
            let facts = Facts {
                flags: None,
                ..facts(&text)
            };
            want(severity, &check(&text, &facts));
        }
        if !filter.is_empty() {
            println!("{name}:{}", indented(&text, found.iter()));
        }
    }
    (
        format!("{cases} cases, {fixed} silent files, {left_out} left out"),
        faults,
    )
}

fn indented<'a>(text: &str, found: impl Iterator<Item = &'a Finding>) -> String {
    let lines: String = found
        .map(|finding| format!("\n      {}", show(text, finding)))
        .collect();
    if lines.is_empty() {
        " nothing".to_owned()
    } else {
        lines
    }
}

fn read_map(folder: &Path) -> Vec<Wanted> {
    let map = std::fs::read_to_string(folder.join("map.tsv")).expect("the map of the cases");
    map.lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let case = format!("{}-", columns.next()?);
            let code = columns.next()?.split_whitespace().find_map(Code::parse)?;
            let severities = columns.next()?;
            let first = severities.split_whitespace().next()?.to_owned();
            let (severity, severity_without_flags) =
                match severities.split_once(" unless flags are known, then ") {
                    Some((_, with_flags)) => (with_flags.to_owned(), Some(first)),
                    None => (first, None),
                };
            Some(Wanted {
                case,
                code,
                severity,
                severity_without_flags,
            })
        })
        .collect()
}

fn header<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let key = format!("# {key}:");
    text.lines()
        .find_map(|line| line.strip_prefix(&key))
        .map(str::trim)
}

/// The facts of a case's header; its input channels are per group.
fn facts(text: &str) -> Facts {
    let groups = groups(text);
    let bias = header(text, "bias") == Some("yes");
    let weights = header(text, "weights").unwrap_or_default();
    Facts {
        arch: None,
        model: None,
        device: header(text, "device").and_then(DeviceId::parse),
        input: header(text, "input").and_then(|input| {
            let mut numbers = input.split('x').map(|number| number.parse().ok());
            Some([
                numbers.next()??,
                numbers.next()??,
                numbers.next().flatten().unwrap_or(1),
            ])
        }),
        weights: weights
            .split(';')
            .filter(|weight| !weight.trim().is_empty())
            .enumerate()
            .map(|(number, weight)| {
                let (channels, kernel) = weight.trim().split_once(' ')?;
                let (input, output) = channels.split_once("->")?;
                let groups = groups.get(number).copied().unwrap_or(1);
                Some(Weight {
                    in_channels: input.parse::<i64>().ok()? * groups,
                    out_channels: output.parse().ok()?,
                    kernel: kernel_of(kernel)?,
                    bits: None,
                    bias: Some(bias),
                    groups: Some(groups),
                })
            })
            .collect(),
        flags: parse_flags(header(text, "args").unwrap_or_default().split_whitespace()).ok(),
    }
}

fn kernel_of(text: &str) -> Option<Vec<i64>> {
    if text == "fc" {
        return Some(vec![1]);
    }
    text.trim_start_matches('k')
        .split('x')
        .map(|number| number.parse().ok())
        .collect()
}

/// `groups` of the layers with weights, as an independent reader of YAML sees them.
fn groups(text: &str) -> Vec<i64> {
    let network: serde_json::Value = serde_yaml::from_str(text).unwrap_or_default();
    network["layers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|layer| {
            !["none", "passthrough", "add"].contains(&layer["op"].as_str().unwrap_or("conv2d"))
        })
        .map(|layer| layer["groups"].as_i64().unwrap_or(1))
        .collect()
}

/// Runs the residual example on both chips; yields the faults.
pub(crate) fn seed(corpus: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(corpus.join("seed/residual.yaml")).expect("the seed");
    let weight = |input, output| Weight {
        in_channels: input,
        out_channels: output,
        kernel: vec![3, 3],
        bits: None,
        bias: Some(true),
        groups: None,
    };
    let mut faults = Vec::new();
    for (device, wanted) in [
        (DeviceId::Max78000, vec!["warning AX366 L3"]),
        (
            DeviceId::Max78002,
            vec!["warning AX366 L3", "error AX450 L4"],
        ),
    ] {
        let facts = Facts {
            arch: None,
            model: None,
            device: Some(device),
            input: Some([3, 32, 32]),
            weights: Some(vec![
                weight(3, 16),
                weight(16, 20),
                weight(20, 20),
                weight(20, 20),
            ]),
            flags: None,
        };
        let found = check(&text, &facts);
        let mut came = brief(&found);
        came.sort_by_key(|word| word.rsplit(' ').next().map(str::to_owned));
        if came != wanted {
            faults.push(format!(
                "seed on {}: wanted {wanted:?}, came {came:?}",
                device.name()
            ));
        }
        let Some(finding) = found.iter().find(|finding| finding.code == Code(366)) else {
            continue;
        };
        if !finding.message.contains("0x0000") || !finding.message.contains("layer 1") {
            faults.push(format!(
                "seed: the message names neither layer 1 nor 0x0000: {}",
                finding.message
            ));
        }
        let mended = finding
            .fixes
            .iter()
            .filter(|fix| fix.applicability != Applicability::DisplayOnly)
            .find_map(|fix| apply_edits(&text, &fix.edits));
        match mended {
            Some(mended)
                if mended.contains("in_sequences: 1") || mended.contains("in_sequences: [1]") =>
            {
                let rest: Vec<&str> = wanted.into_iter().skip(1).collect();
                let left = brief(&check(&mended, &facts));
                if left != rest {
                    faults.push(format!(
                        "seed on {}: the fix leaves {left:?}",
                        device.name()
                    ));
                }
            }
            Some(_) => faults.push("seed: the fix does not insert `in_sequences: 1`".to_owned()),
            None => faults.push("seed: AX366 has no fix that may be applied".to_owned()),
        }
    }
    faults
}

fn brief(found: &[Finding]) -> Vec<String> {
    found
        .iter()
        .filter(|finding| is_loud(finding))
        .map(|finding| {
            let layer = finding
                .layer
                .map_or_else(String::new, |layer| format!(" L{layer}"));
            format!("{} {}{layer}", finding.severity, finding.code)
        })
        .collect()
}
